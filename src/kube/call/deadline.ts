import type { Clock } from '../../core/clock.ts'

/**
 * An abort signal that fires with the caller's, or after `ms` milliseconds. It hears the caller's signal only
 * until `close()`, so that a long-lived signal does not collect listeners.
 */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #clock: Clock
  readonly #endsAt: number
  readonly #parent: AbortSignal
  readonly #cancel: () => void
  readonly #follow = (): void => this.#controller.abort(this.#parent.reason)
  #expired = false

  constructor(clock: Clock, ms: number, parent: AbortSignal) {
    this.#clock = clock
    this.#parent = parent
    this.#endsAt = clock.monotonic() + ms
    this.#cancel = clock.after(ms, () => {
      this.#expired = true
      this.#controller.abort(new Error(`no answer within ${Math.round(ms / 100) / 10} s`))
    })
    if (parent.aborted) this.#follow()
    else parent.addEventListener('abort', this.#follow, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
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
    this.#parent.removeEventListener('abort', this.#follow)
  }
}

/** The promise's result, or the signal's reason as soon as it aborts; the promise itself goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
