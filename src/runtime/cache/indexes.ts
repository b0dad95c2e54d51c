import type { ObjectKey } from '../../api/object.ts'
import { KeyIndex } from './key-index.ts'

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[]
  readonly keys: KeyIndex
}

/** The named indexes of a store, kept up to date object by object. */
export class Indexes<T> {
  readonly #byName = new Map<string, Index<T>>()

  /** Throws when the name is taken. */
  add(name: string, valuesOf: (object: T) => readonly string[], objects: Iterable<[ObjectKey, T]>): void {
    if (this.#byName.has(name)) throw new Error(`there already is an index ${name}`)
    const keys = new KeyIndex()
    for (const [key, object] of objects) {
      for (const value of valuesOf(object)) keys.add(value, key)
    }
    this.#byName.set(name, { valuesOf, keys })
  }

  /** Notes an object that came (no `previous`), changed, or went (no `current`). */
  update(key: ObjectKey, previous: T | undefined, current: T | undefined): void {
    for (const { valuesOf, keys } of this.#byName.values()) {
      const before = previous === undefined ? [] : valuesOf(previous)
      const now = current === undefined ? [] : valuesOf(current)
      for (const value of before) if (!now.includes(value)) keys.remove(value, key)
      for (const value of now) if (!before.includes(value)) keys.add(value, key)
    }
  }

  /** Throws when there is no such index. */
  keys(name: string, value: string): Iterable<ObjectKey> {
    return this.#named(name).get(value)
  }

  /** How many `keys` has. Throws when there is no such index. */
  count(name: string, value: string): number {
    return this.#named(name).count(value)
  }

  #named(name: string): KeyIndex {
    const index = this.#byName.get(name)
    if (index === undefined) throw new Error(`there is no index ${name}`)
    return index.keys
  }
}
