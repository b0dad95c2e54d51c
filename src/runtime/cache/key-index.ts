import type { ObjectKey } from '../../api/object.ts'

/**
 * The keys that have a value. Most values have one key, so a set is made only for the second. With 10,000 objects and a
 * few indexes that saves some megabytes.
 */
export class KeyIndex {
  readonly #keys = new Map<string, ObjectKey | Set<ObjectKey>>()

  add(value: string, key: ObjectKey): void {
    const known = this.#keys.get(value)
    if (known === undefined) this.#keys.set(value, key)
    else if (typeof known !== 'string') known.add(key)
    else if (known !== key) this.#keys.set(value, new Set([known, key]))
  }

  remove(value: string, key: ObjectKey): void {
    const known = this.#keys.get(value)
    if (known === key) this.#keys.delete(value)
    if (known === undefined || typeof known === 'string') return
    known.delete(key)
    if (known.size === 0) this.#keys.delete(value)
  }

  count(value: string): number {
    const known = this.#keys.get(value)
    if (known === undefined) return 0
    return typeof known === 'string' ? 1 : known.size
  }

  /** To be read before anything changes. */
  get(value: string): Iterable<ObjectKey> {
    const known = this.#keys.get(value)
    if (known === undefined) return []
    return typeof known === 'string' ? [known] : known
  }
}
