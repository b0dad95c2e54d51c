/** Workers that wait for something to do, served in the order in which they came. */
export class Takers<Work> {
  readonly #waiting = new Set<(work: Work | undefined) => void>()

  get size(): number {
    return this.#waiting.size
  }

  /** Rejects with the signal's reason when that aborts before there is something. Undefined when closed. */
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

  /** To whoever waits longest; there must be somebody. */
  give(work: Work): void {
    const [taker] = this.#waiting
    taker?.(work)
  }

  close(): void {
    for (const taker of this.#waiting) taker(undefined)
  }
}
