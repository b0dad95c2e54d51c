import { CodedError } from '../../core/errors.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import { type BackoffRange, upperHalfJitter } from '../backoff.ts'
import type { QueueItem, Slot } from './queue-item.ts'

const defaultBackoff: BackoffRange = { baseMs: 500, maxMs: 300_000 }

export interface RetryOptions {
  readonly clock: Clock
  readonly random: Random
  /** Default 0.5 s to 5 min. */
  readonly backoff?: BackoffRange
}

/** When a key that has failed with `error` is tried again. */
export function retrySlot(
  { rank, failures }: Pick<QueueItem, 'rank' | 'failures'>,
  error: unknown,
  { clock, random, backoff = defaultBackoff }: RetryOptions,
): Slot {
  const own = upperHalfJitter(backoff, failures, random)
  // A little more than was asked for, so that keys that were turned away together do not return together.
  const asked = error instanceof CodedError ? (error.retryAfterMs ?? 0) * (1 + 0.1 * random()) : 0
  return { rank, dueAt: clock.monotonic() + Math.max(own, asked), reason: 'retry' }
}
