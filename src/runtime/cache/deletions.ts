import { type ObjectKey, type KubeObject } from '../../api/object.ts'
import { compareVersions } from './resource-version.ts'

interface Deletion {
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly sequence: number
}

/**
 * Objects that this process deleted itself, and that a list or a watch on its way may still show. Each is
 * remembered until the watch has shown its deletion, or a list that began after it is complete.
 */
export class Deletions {
  readonly #byKey = new Map<ObjectKey, Deletion>()
  #count = 0

  /** How many were ever noted. A list remembers it, to know which deletions came before it. */
  get count(): number {
    return this.#count
  }

  note(key: ObjectKey, { metadata: { uid, resourceVersion } }: KubeObject): void {
    this.#byKey.set(key, { uid, resourceVersion, sequence: ++this.#count })
  }

  /**
   * Whether what was seen is the deleted object or a predecessor of it.
   * @param listedSince for a list: what `count` was when it began. It is right about all deletions before.
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

  /** Those among the first `count` whose key is one of the list's. */
  forgetFirst(count: number, isListed: (key: ObjectKey) => boolean): void {
    for (const [key, { sequence }] of this.#byKey) {
      if (sequence <= count && isListed(key)) this.#byKey.delete(key)
    }
  }
}
