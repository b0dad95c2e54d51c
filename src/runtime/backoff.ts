import type { Random } from '../core/random.ts'

export interface BackoffRange {
  /** Milliseconds. */
  readonly baseMs: number
  readonly maxMs: number
}

/**
 * Exponential with factor 2 and full jitter: uniform between 0 and the nominal delay, which is `baseMs` at attempt 0.
 * For a few callers that must not come back together.
 */
export function fullJitter(range: BackoffRange, attempt: number, random: Random): number {
  return nominal(range, attempt) * random()
}

/**
 * Exponential with factor 2, uniform over the upper half: attempt 0 draws from [baseMs, 2 baseMs), and no delay is
 * below `baseMs` or above `maxMs`. For keys: each retry costs, so no delay may be near zero.
 */
export function upperHalfJitter(range: BackoffRange, attempt: number, random: Random): number {
  return Math.max(range.baseMs, nominal(range, attempt + 1) * (0.5 + 0.5 * random()))
}

function nominal({ baseMs, maxMs }: BackoffRange, attempt: number): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 40))
}
