const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Kubernetes-style durations as this API accepts them: `90s`, `1m30s`, `168h`. */
export const durationPattern = '^([0-9]+(ms|s|m|h))+$'

const dayMs = 86_400_000

/**
 * Milliseconds of a duration in an object. One that cannot be read counts as a day, so that nothing happens at once.
 * Only an object that is older than the CRD's rule can have such a one.
 */
export function durationOf(text: string): number {
  return parseDuration(text) ?? dayMs
}

/** Milliseconds of a duration such as `1m30s`, or undefined when the text is not one. */
export function parseDuration(value: string): number | undefined {
  if (!new RegExp(durationPattern).test(value)) return undefined
  let total = 0
  for (const [, amount, unit] of value.matchAll(/(?<![0-9])([0-9]+)(ms|s|m|h)/g)) {
    total += Number(amount) * (units[unit ?? ''] ?? 0)
  }
  return total
}
