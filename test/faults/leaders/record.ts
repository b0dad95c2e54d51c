/**
 * What operators sent, in the order in which it came: each statement, each write, and each renewal of the Lease. All
 * proxies are in this process, so one clock tells.
 */
import { performance } from 'node:perf_hooks'

/** When something came. This process may have been slow to notice, so that is known within bounds, in milliseconds. */
export interface Moment {
  readonly after: number
  readonly by: number
}

/** Anything that only a leader may send. */
export interface Effect {
  /** Number of the process. One that is started anew is another. */
  readonly process: number
  readonly what: string
  readonly came: Moment
}

/** A write of the Lease that was done, and answered. */
export interface Renewal {
  readonly process: number
  readonly came: Moment
}

const tickMs = 20

export class OperatorRecord {
  readonly effects: Effect[] = []
  readonly renewals: Renewal[] = []
  /** How often anybody has asked for the Lease. */
  leaseRequests = 0
  #processes = 0
  readonly #timer: NodeJS.Timeout
  #tick = performance.now()
  #idleMs = idleMs()
  #nothingWaitedAt = this.#tick

  constructor() {
    this.#timer = setInterval(() => this.#look(), tickMs)
  }

  nextProcess(): number {
    return (this.#processes += 1)
  }

  get processes(): number {
    return this.#processes
  }

  now(): Moment {
    this.#look()
    return { after: this.#nothingWaitedAt, by: this.#tick }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** This process rests only when nothing waits for it: no bytes, and no connection. */
  #look(): void {
    const idle = idleMs()
    if (idle > this.#idleMs) this.#nothingWaitedAt = this.#tick
    this.#idleMs = idle
    this.#tick = performance.now()
  }
}

function idleMs(): number {
  return performance.eventLoopUtilization().idle
}
