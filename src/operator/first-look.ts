import type { Clock } from '../core/clock.ts'
import type { ObjectKey } from '../api/object.ts'
import { orAbandon } from '../core/abort.ts'

type Reconcile<R> = (key: ObjectKey, signal: AbortSignal) => Promise<R>

export interface FirstLookOptions {
  /** What has to be looked at before anything held back runs; read once, when the first of that comes. */
  readonly required: () => Iterable<string>
  /** However slow they are, nothing is held back longer than this, in milliseconds. */
  readonly limitMs: number
  readonly clock: Clock
}

/**
 * The order of the first reconciles after a start: connections and keys before the tenants that need them.
 * Without it the first tenants would find neither server nor keys, and say so in their status although they
 * are served. One look is enough, however it ends: what is broken is then known to be.
 */
export class FirstLook {
  readonly #options: FirstLookOptions
  readonly #looked = new Set<string>()
  readonly #done = Promise.withResolvers<void>()
  #missing: Set<string> | undefined
  #open = false
  #cancelLimit: () => void = () => {}

  constructor(options: FirstLookOptions) {
    this.#options = options
  }

  /** Takes note of each reconcile's end. */
  noting<R>(nameOf: (key: ObjectKey) => string, reconcile: Reconcile<R>): Reconcile<R> {
    return async (key, signal) => {
      try {
        return await reconcile(key, signal)
      } finally {
        this.#note(nameOf(key))
      }
    }
  }

  /** Runs nothing before all that is required was looked at once, or the limit has passed. */
  holding<R>(reconcile: Reconcile<R>): Reconcile<R> {
    return async (key, signal) => {
      if (!this.#open) await this.#opened(signal)
      return await reconcile(key, signal)
    }
  }

  #note(name: string): void {
    if (this.#open) return
    this.#looked.add(name)
    if (this.#missing?.delete(name) === true && this.#missing.size === 0) this.#letAllThrough()
  }

  async #opened(signal: AbortSignal): Promise<void> {
    const { required, limitMs, clock } = this.#options
    if (this.#missing === undefined) {
      this.#missing = new Set([...required()].filter(name => !this.#looked.has(name)))
      if (this.#missing.size === 0) return this.#letAllThrough()
      this.#cancelLimit = clock.after(limitMs, () => this.#letAllThrough())
    }
    await orAbandon(this.#done.promise, { clock, graceMs: 0 }, signal)
  }

  #letAllThrough(): void {
    this.#open = true
    this.#cancelLimit()
    this.#done.resolve()
  }
}
