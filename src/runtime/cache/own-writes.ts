import type { KubeObject, ObjectKey } from '../../api/object.ts'

/** This process's own writes that are under way: a watch may show what one has made before its answer is there. */
export class OwnWrites<T extends KubeObject> {
  /** The version that each has made, once it is known. Undefined where none was made, or nobody knows. */
  readonly #underWay = new Map<ObjectKey, Promise<string | undefined>>()

  /** Ends as `make` does. */
  async run(key: ObjectKey, make: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#underWay.set(key, promise)
    try {
      const written = await make()
      resolve(written.metadata.resourceVersion)
      return written
    } finally {
      resolve(undefined)
      if (this.#underWay.get(key) === promise) this.#underWay.delete(key)
    }
  }

  /** Whether a write that is under way has made this. Undefined: none is under way. It never rejects. */
  haveMade(key: ObjectKey, { metadata: { resourceVersion } }: T): Promise<boolean> | undefined {
    return this.#underWay.get(key)?.then(version => version !== undefined && version === resourceVersion)
  }
}
