import { unlessAborted } from '../../core/abort.ts'
import { sleep, type Clock } from '../../core/clock.ts'

export interface SnapshotReaderOptions<S extends { readonly takenAt: number }> {
  readonly clock: Clock
  readonly read: (signal: AbortSignal) => Promise<S>
  /** Least time between the starts of two reads, in milliseconds. */
  readonly spacingMs: number
  /** Ends everything. */
  readonly signal: AbortSignal
}

/**
 * One read serves all who ask while it is young enough. At most one runs. One more may wait behind it, for those who
 * need something newer.
 */
export class SnapshotReader<S extends { readonly takenAt: number }> {
  readonly #options: SnapshotReaderOptions<S>
  #latest: S | undefined
  #running: { readonly startedAt: number; readonly done: Promise<S> } | undefined
  #next: Promise<S> | undefined

  constructor(options: SnapshotReaderOptions<S>) {
    this.#options = options
  }

  get latest(): S | undefined {
    return this.#latest
  }

  /**
   * @param isFresh whether a snapshot begun at that time, in monotonic milliseconds, is fresh enough. Has to be true
   * of every later time
   * @throws only when `signal` aborts or the reader ends
   */
  get(isFresh: (startedAt: number) => boolean, signal: AbortSignal): Promise<S> {
    if (this.#latest !== undefined && isFresh(this.#latest.takenAt)) return Promise.resolve(this.#latest)
    const running = this.#running
    if (running !== undefined && isFresh(running.startedAt)) return unlessAborted(running.done, signal)
    this.#next ??= this.#readNext()
    return unlessAborted(this.#next, signal)
  }

  async #readNext(): Promise<S> {
    const { clock, spacingMs, signal, read } = this.#options
    await this.#running?.done.catch(() => undefined)
    const wait = this.#latest === undefined ? 0 : this.#latest.takenAt + spacingMs - clock.monotonic()
    try {
      if (wait > 0) await sleep(clock, wait, signal)
      signal.throwIfAborted()
    } catch (error) {
      this.#next = undefined
      throw error
    }
    const done = read(signal)
    this.#running = { startedAt: clock.monotonic(), done }
    this.#next = undefined
    try {
      this.#latest = await done
      return this.#latest
    } finally {
      this.#running = undefined
    }
  }
}
