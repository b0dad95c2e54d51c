import { sleep, type Clock } from '../../core/clock.ts'

/**
 * A token bucket: `burst` calls at once, then `perSecond`. Callers are served in the order in which they came.
 * `perSecond: 0` is no limit: the server's own priority and fairness has to do.
 */
export class RateLimiter {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #burst: number
  /** Negative while callers wait: each has taken its token in advance. */
  #tokens: number
  #filledAt: number

  constructor(clock: Clock, options: { readonly perSecond: number; readonly burst: number }) {
    this.#clock = clock
    this.#perMs = options.perSecond / 1000
    this.#burst = Math.max(1, options.burst)
    this.#tokens = this.#burst
    this.#filledAt = clock.monotonic()
  }

  /** Resolves when the caller may go. Rejects with the signal's reason, and has then taken no token. */
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
