import { sleep, type Clock } from '../../core/clock.ts'

/**
 * A token bucket: `burst` calls at once, then `perSecond`. Callers are served in the order they came.
 * `perSecond: 0` lets everything through and leaves it to the server's own priority and fairness.
 */
export class RateLimiter {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #burst: number
  /** Negative while callers wait: each of them has taken its token in advance. */
  #tokens: number
  #filledAt: number

  constructor(clock: Clock, options: { readonly perSecond: number; readonly burst: number }) {
    this.#clock = clock
    this.#perMs = options.perSecond / 1000
    this.#burst = Math.max(1, options.burst)
    this.#tokens = this.#burst
    this.#filledAt = clock.monotonic()
  }

  /** Resolves when the caller may go; rejects with the signal's reason, and then has used nothing. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#perMs <= 0) return
    this.#fill()
    this.#tokens -= 1
    if (this.#tokens >= 0) return
    try {
      await sleep(this.#clock, -this.#tokens / this.#perMs, signal)
    } catch (error) {
      this.#tokens += 1
      throw error
    }
  }

  #fill(): void {
    const now = this.#clock.monotonic()
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs)
    this.#filledAt = now
  }
}
