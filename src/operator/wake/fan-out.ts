import type { ObjectKey } from '../../api/object.ts'
import type { Random } from '../../core/random.ts'
import type { WorkQueue } from '../../runtime/queue/work-queue.ts'

/** In milliseconds. Each hundred keys are spread over so long, so that they do not come at once. */
const spreadMsPerHundred = 20

export interface FanOutOptions {
  readonly reason: string
  readonly random: Random
}

/** Wakes all these objects. If they are many, what somebody has just edited goes before them. */
export function fanOut(queue: WorkQueue, keys: readonly ObjectKey[], options: FanOutOptions): void {
  const { reason, random } = options
  const few = keys.length < 100
  const spread = few ? 0 : (keys.length / 100) * spreadMsPerHundred
  const priority = few ? 'normal' : 'low'
  for (const key of keys) queue.add(key, { reason, priority, afterMs: spread * random() })
}
