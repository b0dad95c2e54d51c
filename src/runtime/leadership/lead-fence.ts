import type { Fence } from '../../core/fence.ts'
import { LeadLost } from './lead-lost.ts'
import type { Leadership } from './leadership.ts'

/** Lets through what begins while this process leads, and ends before another one can. */
export function leadFence(leadership: Pick<Leadership, 'remainingMs'>): Fence {
  return {
    get isOpen() {
      return leadership.remainingMs() > 0
    },
    allow(signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error)
      const ms = leadership.remainingMs()
      return ms > 0
        ? Promise.resolve(ms)
        : Promise.reject(new LeadLost('it has not renewed its lease in time'))
    },
  }
}
