/** Workers that wait for something to do, served in the order in which they came. */
export class Takers<Work> {
  readonly #waiting = new Set<(work: Work | undefined) => void>()

  get size(): number {
    return this.#waiting.size
  }

  /** Undefined when closed. Rejects with the signal's reason if that aborts first. */
  wait(signal: AbortSignal): Promise<Work | undefined> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(taker)
        reject(signal.reason as Error)
      }
      const taker = (work: Work | undefined): void => {
        signal.removeEventListener('abort', onAbort)
        this.#waiting.delete(taker)
        resolve(work)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(taker)
    })
  }

  /** Gives work to the worker that waits longest. Somebody has to wait. */
  give(work: Work): void {
    const [taker] = this.#waiting
    taker?.(work)
  }

  close(): void {
    for (const taker of this.#waiting) taker(undefined)
  }
}
