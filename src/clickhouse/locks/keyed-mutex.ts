import { unlessAborted } from '../../core/abort.ts'

/**
 * Runs one piece of work a key at a time. Several parts of the operator look at something and then act on it, and the
 * server knows no "only if it is still so". So in this process one does it after the other.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /**
   * Runs `work` once all earlier work under the same key has ended, however it ended. If the signal aborts before, the
   * work is not done, and the signal's reason is thrown. Those behind it wait as they did.
   */
  async run<T>(key: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last.get(key)
    const mine = before === undefined ? work() : unlessAborted(before, signal).then(work)
    const ended = Promise.allSettled([before, mine])
    this.#last.set(key, ended)
    void ended.then(() => {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    })
    return await mine
  }
}
