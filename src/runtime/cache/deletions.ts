import { type ObjectKey, type KubeObject } from '../../api/object.ts'
import { compareVersions } from './resource-version.ts'

interface Grave {
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly sequence: number
}

/**
 * Objects that this process deleted itself and that a watch or list on its way may still show. A grave lasts
 * until the watch has shown the deletion, or a list that began after it is complete.
 */
export class Graves {
  readonly #byKey = new Map<ObjectKey, Grave>()
  #dug = 0

  /** How many were ever dug; a list remembers it to know which deletions came before it. */
  get dug(): number {
    return this.#dug
  }

  dig(key: ObjectKey, { metadata: { uid, resourceVersion } }: KubeObject): void {
    this.#byKey.set(key, { uid, resourceVersion, sequence: ++this.#dug })
  }

  /**
   * Whether this sighting is of the deleted object or of a predecessor.
   * @param listedSince for a list: what `dug` was when it began. It is right about all deletions before.
   */
  holds(key: ObjectKey, { metadata }: KubeObject, listedSince = -1): boolean {
    const grave = this.#byKey.get(key)
    if (grave === undefined || grave.sequence <= listedSince) return false
    if (grave.uid === metadata.uid) return true
    return (compareVersions(metadata.resourceVersion, grave.resourceVersion) ?? 1) <= 0
  }

  close(key: ObjectKey, uid?: string): void {
    if (uid === undefined || this.#byKey.get(key)?.uid === uid) this.#byKey.delete(key)
  }

  closeUntil(sequence: number, covers: (key: ObjectKey) => boolean): void {
    for (const [key, grave] of this.#byKey) {
      if (grave.sequence <= sequence && covers(key)) this.#byKey.delete(key)
    }
  }
}
