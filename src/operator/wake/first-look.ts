import type { Clock } from '../../core/clock.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { unlessAborted } from '../../core/abort.ts'
import type { Kind } from '../kind.ts'

export interface FirstLookOptions {
  readonly kinds: readonly Pick<Kind, 'name' | 'firstLook' | 'watched'>[]
  /** Whether something that an object refers to was not read yet. A look at it is none then: another follows. */
  readonly isUnread: (kind: Pick<Kind, 'references' | 'watched'>, key: ObjectKey) => boolean
  /** Nothing is held back for longer, in milliseconds. */
  readonly limitMs: number
  readonly clock: Clock
}

/** Objects of one namespace that were not looked at yet. */
interface Missing {
  readonly names: Set<string>
  readonly done: PromiseWithResolvers<void>
}

/**
 * The order of the first reconciles after a start: kinds that lead, then those that depend on them. Otherwise the
 * first tenants would find neither server nor keys, and all of them would be looked at once more, when these are there.
 * The others wait for one look, however it ends, at each object of the namespace that they depend on: somebody else's
 * slow server holds up nobody but their own.
 */
export class FirstLook {
  readonly #options: FirstLookOptions
  readonly #looked = new Set<string>()
  #missing: Map<string, Missing> | undefined
  #open = false
  #cancelLimit: () => void = () => {}

  constructor(options: FirstLookOptions) {
    this.#options = options
  }

  /** Wraps the kind's reconcile so that it waits for its turn. */
  ordered(
    kind: Pick<Kind, 'name' | 'firstLook' | 'dependsOn' | 'reconcile' | 'references' | 'watched'>,
  ): Kind['reconcile'] {
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

  #noting(kind: Pick<Kind, 'name' | 'reconcile' | 'references' | 'watched'>): Kind['reconcile'] {
    return async (key, signal) => {
      const isLook = this.#open || !this.#options.isUnread(kind, key)
      try {
        return await kind.reconcile(key, signal)
      } finally {
        if (isLook) this.#note(kind, key)
      }
    }
  }

  #holding(kind: Pick<Kind, 'dependsOn' | 'reconcile'>): Kind['reconcile'] {
    return async (key, signal) => {
      if (!this.#open) await this.#looks(kind.dependsOn?.(key), signal)
      return await kind.reconcile(key, signal)
    }
  }

  #note(kind: Pick<Kind, 'name'>, key: ObjectKey): void {
    if (this.#open) return
    const name = nameOf(kind, key)
    this.#looked.add(name)
    const { namespace } = splitKey(key)
    const missing = this.#missing?.get(namespace)
    if (missing?.names.delete(name) !== true || missing.names.size > 0) return
    this.#missing?.delete(namespace)
    missing.done.resolve()
    if (this.#missing?.size === 0) this.#letAllThrough()
  }

  /** @param namespace undefined: all of them */
  async #looks(namespace: string | undefined, signal: AbortSignal): Promise<void> {
    const missing = (this.#missing ??= this.#begin())
    const there = namespace === undefined ? [...missing.values()] : [missing.get(namespace)]
    const awaited = there.flatMap(each => (each === undefined ? [] : [each.done.promise]))
    await unlessAborted(Promise.all(awaited), signal)
  }

  #begin(): Map<string, Missing> {
    const { limitMs, clock } = this.#options
    const missing = this.#required()
    if (missing.size === 0) this.#open = true
    else this.#cancelLimit = clock.after(limitMs, () => this.#letAllThrough())
    return missing
  }

  /** All objects known by now that others may depend on. */
  #required(): Map<string, Missing> {
    const missing = new Map<string, Missing>()
    for (const kind of this.#options.kinds) {
      if (kind.firstLook !== 'leads') continue
      for (const key of kind.watched.store.keys()) {
        const name = nameOf(kind, key)
        if (this.#looked.has(name)) continue
        const { namespace } = splitKey(key)
        const there = missing.get(namespace) ?? { names: new Set(), done: Promise.withResolvers<void>() }
        there.names.add(name)
        missing.set(namespace, there)
      }
    }
    return missing
  }

  #letAllThrough(): void {
    this.#open = true
    this.#cancelLimit()
    for (const { done } of this.#missing?.values() ?? []) done.resolve()
  }
}

function nameOf({ name }: Pick<Kind, 'name'>, key: ObjectKey): string {
  return `${name} ${key}`
}
