import type { Random } from '../core/random.ts'

export interface BackoffRange {
  /** Milliseconds. */
  readonly baseMs: number
  readonly maxMs: number
}

/**
 * Exponential, factor 2, with full jitter: uniform between 0 and the nominal delay, which is `baseMs` for
 * attempt 0. For few callers that must not come back together.
 */
export function fullJitter(range: BackoffRange, attempt: number, random: Random): number {
  return nominal(range, attempt) * random()
}

/**
 * Exponential, factor 2, uniform over the upper half: never below `baseMs` nor above `maxMs`, as attempt 0
 * draws from [baseMs, 2 baseMs). For keys, where each retry costs and a delay near zero would be no delay.
 */
export function upperHalfJitter(range: BackoffRange, attempt: number, random: Random): number {
  return Math.max(range.baseMs, nominal(range, attempt + 1) * (0.5 + 0.5 * random()))
}

function nominal({ baseMs, maxMs }: BackoffRange, attempt: number): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 40))
}
