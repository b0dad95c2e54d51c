/** A source of numbers in [0, 1). Production passes `Math.random`; tests pass a seeded one. */
export type Random = () => number

/** The duration ±`share` of itself, so that timers that are set together do not fire together. */
export function jitter(ms: number, share: number, random: Random): number {
  return ms * (1 - share + 2 * share * random())
}
