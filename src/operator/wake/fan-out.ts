import type { ObjectKey } from '../../api/object.ts'
import type { Random } from '../../core/random.ts'
import type { WorkQueue } from '../../runtime/queue/work-queue.ts'

/** A fan-out is spread over this many milliseconds for each hundred of keys, so that it is no storm. */
const spreadMsPerHundred = 20

export interface FanOutOptions {
  readonly reason: string
  readonly random: Random
}

/** Wakes all of them. Many at once give way to whatever somebody has just edited. */
export function fanOut(queue: WorkQueue, keys: readonly ObjectKey[], options: FanOutOptions): void {
  const { reason, random } = options
  const few = keys.length < 100
  const spread = few ? 0 : (keys.length / 100) * spreadMsPerHundred
  const priority = few ? 'normal' : 'low'
  for (const key of keys) queue.add(key, { reason, priority, afterMs: spread * random() })
}
