import type { Clock } from '../../core/clock.ts'
import type { ObjectKey } from '../../api/object.ts'
import { unlessAborted } from '../../core/abort.ts'
import type { Kind } from '../kind.ts'

export interface FirstLookOptions {
  readonly kinds: readonly Pick<Kind, 'name' | 'firstLook' | 'watched'>[]
  /** Nothing is held back for longer, in milliseconds. */
  readonly limitMs: number
  readonly clock: Clock
}

/**
 * The order of the first reconciles after a start: kinds that lead, then those that depend on them. Otherwise the
 * first tenants would find neither server nor keys, and their status would say so although they are served. The others
 * wait for one look at each object, however it ends.
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

  /** Wraps the kind's reconcile so that it waits for its turn. */
  ordered(kind: Pick<Kind, 'name' | 'firstLook' | 'reconcile'>): Kind['reconcile'] {
    switch (kind.firstLook) {
      case 'leads':
        return this.#noting(kind)
      case 'follows':
        return this.#holding(kind)
      case 'apart':
        return (key, signal) => kind.reconcile(key, signal)
      default:
        return kind.firstLook satisfies never
    }
  }

  #noting(kind: Pick<Kind, 'name' | 'reconcile'>): Kind['reconcile'] {
    return async (key, signal) => {
      try {
        return await kind.reconcile(key, signal)
      } finally {
        this.#note(nameOf(kind, key))
      }
    }
  }

  #holding(kind: Pick<Kind, 'reconcile'>): Kind['reconcile'] {
    return async (key, signal) => {
      if (!this.#open) await this.#opened(signal)
      return await kind.reconcile(key, signal)
    }
  }

  #note(name: string): void {
    if (this.#open) return
    this.#looked.add(name)
    if (this.#missing?.delete(name) === true && this.#missing.size === 0) this.#letAllThrough()
  }

  async #opened(signal: AbortSignal): Promise<void> {
    const { limitMs, clock } = this.#options
    if (this.#missing === undefined) {
      this.#missing = new Set(this.#required().filter(name => !this.#looked.has(name)))
      if (this.#missing.size === 0) return this.#letAllThrough()
      this.#cancelLimit = clock.after(limitMs, () => this.#letAllThrough())
    }
    await unlessAborted(this.#done.promise, signal)
  }

  /** All objects known by now that others may depend on. */
  #required(): readonly string[] {
    return this.#options.kinds
      .filter(({ firstLook }) => firstLook === 'leads')
      .flatMap(kind => [...kind.watched.store.keys()].map(key => nameOf(kind, key)))
  }

  #letAllThrough(): void {
    this.#open = true
    this.#cancelLimit()
    this.#done.resolve()
  }
}

function nameOf({ name }: Pick<Kind, 'name'>, key: ObjectKey): string {
  return `${name} ${key}`
}
