import type { Clock } from '../../src/core/clock.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/**
 * A clock that stands still until a test moves it. Timers run in the order in which they are due (those due
 * at the same time in the order in which they were set), and whatever promises they settle runs before time
 * goes on. Real input and output is not waited for.
 */
export class VirtualClock implements Clock {
  readonly #startMs: number
  #elapsedMs = 0
  #timers: Timer[] = []

  /** @param startMs wall-clock time at the start, in milliseconds since the epoch */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs
  }

  now(): number {
    return this.#startMs + this.#elapsedMs
  }

  monotonic(): number {
    return this.#elapsedMs
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#elapsedMs + Math.max(0, ms), run }
    const before = this.#timers.findLastIndex(other => other.at <= timer.at)
    this.#timers.splice(before + 1, 0, timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** Timers not yet due; 0 shows that nothing was left running. */
  get pendingTimers(): number {
    return this.#timers.length
  }

  /** Moves time forward by `ms` milliseconds, running what becomes due on the way. `advance(0)` runs what is due now. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsedMs + ms
    await this.flush()
    for (let next = this.#timers[0]; next !== undefined && next.at <= end; next = this.#timers[0]) {
      await this.#runNext(next)
    }
    this.#elapsedMs = end
  }

  /** Moves time from timer to timer until `condition` holds; fails when it does not within `withinMs`. */
  async runUntil(condition: () => boolean, withinMs = 3_600_000): Promise<void> {
    const end = this.#elapsedMs + withinMs
    await this.flush()
    while (!condition()) {
      const next = this.#timers[0]
      if (next === undefined || next.at > end) {
        throw new Error(`condition does not hold after ${withinMs} ms of virtual time`)
      }
      await this.#runNext(next)
    }
  }

  /** Runs all pending microtasks, however long their chains, without moving time. */
  flush(): Promise<void> {
    return new Promise(resolve => {
      setImmediate(resolve)
    })
  }

  async #runNext(next: Timer): Promise<void> {
    this.#timers.shift()
    this.#elapsedMs = Math.max(this.#elapsedMs, next.at)
    next.run()
    await this.flush()
  }
}
