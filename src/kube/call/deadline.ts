import { linkedAbort } from '../../core/abort.ts'
import type { Clock } from '../../core/clock.ts'

/**
 * An abort signal that aborts with the caller's, or after `ms` milliseconds. It listens to the caller's signal until
 * `close()`, so that a signal that lives long does not collect listeners.
 */
export class Deadline {
  readonly #own: AbortController
  readonly #unlink: () => void
  readonly #clock: Clock
  readonly #endsAt: number
  readonly #cancel: () => void
  #expired = false

  constructor(clock: Clock, ms: number, parent: AbortSignal) {
    this.#clock = clock
    const { own, unlink } = linkedAbort(parent)
    this.#own = own
    this.#unlink = unlink
    this.#endsAt = clock.monotonic() + ms
    this.#cancel = clock.after(ms, () => {
      this.#expired = true
      own.abort(new Error(`no answer within ${Math.round(ms / 100) / 10} s`))
    })
  }

  get signal(): AbortSignal {
    return this.#own.signal
  }

  /** True when time ran out, false when the caller gave up or nothing happened yet. */
  get expired(): boolean {
    return this.#expired
  }

  remainingMs(): number {
    return this.#endsAt - this.#clock.monotonic()
  }

  /** Stops the clock and goes on following the caller: for streams, where only the start has a deadline. */
  stopClock(): void {
    this.#cancel()
  }

  close(): void {
    this.#cancel()
    this.#unlink()
  }
}
