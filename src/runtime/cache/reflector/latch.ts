interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** A gate that many wait for. It can be shut again. */
export class Latch {
  readonly #waiters = new Set<Waiter>()
  #isOpen = false

  get isOpen(): boolean {
    return this.#isOpen
  }

  open(): void {
    this.#isOpen = true
    for (const waiter of this.#waiters) waiter.resolve()
  }

  /** Rejects all who wait with `error`. Who comes later waits for the next opening. */
  shut(error: Error): void {
    this.#isOpen = false
    for (const waiter of this.#waiters) waiter.reject(error)
  }

  /** Resolves when the gate is open. Rejects with the signal's reason if that aborts first. */
  wait(signal: AbortSignal): Promise<void> {
    if (this.#isOpen) return Promise.resolve()
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const settle = (): void => {
        signal.removeEventListener('abort', onAbort)
        this.#waiters.delete(waiter)
      }
      const waiter: Waiter = {
        resolve: () => {
          settle()
          resolve()
        },
        reject: error => {
          settle()
          reject(error)
        },
      }
      const onAbort = (): void => waiter.reject(signal.reason as Error)
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
    })
  }
}
