import { type ObjectKey, type KubeObject } from '../../api/object.ts'
import { compareVersions } from './resource-version.ts'

interface Deletion {
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly sequence: number
}

/**
 * Objects that this process deleted, but that a list or watch under way may still show. Each is remembered until the
 * watch has shown its deletion, or a list that began after it is complete.
 */
export class Deletions {
  readonly #byKey = new Map<ObjectKey, Deletion>()
  #count = 0

  /** How many were ever noted. A list remembers the number, and so knows which deletions came before it. */
  get count(): number {
    return this.#count
  }

  note(key: ObjectKey, { metadata: { uid, resourceVersion } }: KubeObject): void {
    this.#byKey.set(key, { uid, resourceVersion, sequence: ++this.#count })
  }

  /**
   * Whether the object that was seen is a deleted one, or an even earlier one.
   * @param listedSince for a list: `count` at its beginning. The list is right about all deletions before
   */
  covers(key: ObjectKey, { metadata }: KubeObject, listedSince = -1): boolean {
    const deletion = this.#byKey.get(key)
    if (deletion === undefined || deletion.sequence <= listedSince) return false
    if (deletion.uid === metadata.uid) return true
    return (compareVersions(metadata.resourceVersion, deletion.resourceVersion) ?? 1) <= 0
  }

  /** @param uid only if it was this object's */
  forget(key: ObjectKey, uid?: string): void {
    if (uid === undefined || this.#byKey.get(key)?.uid === uid) this.#byKey.delete(key)
  }

  /** Forgets those among the first `count` whose key `isListed`. */
  forgetFirst(count: number, isListed: (key: ObjectKey) => boolean): void {
    for (const [key, { sequence }] of this.#byKey) {
      if (sequence <= count && isListed(key)) this.#byKey.delete(key)
    }
  }
}
