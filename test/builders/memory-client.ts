/** Objects in memory behind the few calls that controllers make, with the API server's rules for them. */
import { keyOf, type KubeObject, type ObjectKey } from '../../src/api/object.ts'
import { KubeError } from '../../src/kube/errors.ts'
import type { Operation } from '../../src/kube/objects/json-patch.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { merged, patched } from './patches.ts'

const log = createLogger({ level: 'silent' })

/** One store, which stands for server and cache in one. */
export class MemoryClient<T extends KubeObject> {
  readonly store: Store<T>
  readonly onWrite: (object: T) => void
  static #version = 100

  constructor(name: string, onWrite: (object: T) => void = () => {}) {
    this.store = new Store<T>({ name, log, project: object => object })
    this.onWrite = onWrite
  }

  async get(key: ObjectKey): Promise<T | undefined> {
    return this.store.get(key)
  }

  async create(object: T): Promise<T> {
    if (this.store.has(keyOf(object))) throw new KubeError('alreadyExists', 'it is there')
    return this.put({ ...object, metadata: { ...object.metadata, uid: `uid-${MemoryClient.#version}` } })
  }

  async replace(object: T): Promise<T> {
    const before = this.#found(keyOf(object))
    this.#expect(before, object.metadata.resourceVersion)
    return this.put(object)
  }

  async mergePatch(key: ObjectKey, patch: unknown): Promise<T> {
    const before = this.#found(key)
    this.#expect(before, (patch as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion)
    return this.put(merged(before, patch) as T)
  }

  mergePatchStatus(key: ObjectKey, patch: unknown): Promise<T> {
    return this.mergePatch(key, patch)
  }

  async patchStatus(key: ObjectKey, operations: readonly Operation[]): Promise<T> {
    return this.put(patched(this.#found(key), operations))
  }

  async delete(key: ObjectKey, { resourceVersion }: { readonly resourceVersion?: string }): Promise<boolean> {
    const before = this.store.get(key)
    if (before === undefined) return false
    this.#expect(before, resourceVersion)
    this.store.noteDelete(key, before.metadata.uid ?? '')
    return true
  }

  put(object: T): T {
    const resourceVersion = String(MemoryClient.#version++)
    const written = { ...object, metadata: { ...object.metadata, resourceVersion } }
    this.store.noteWrite(written)
    this.onWrite(written)
    return written
  }

  #found(key: ObjectKey): T {
    const found = this.store.get(key)
    if (found === undefined) throw new KubeError('notFound', 'it is gone')
    return found
  }

  #expect({ metadata }: T, resourceVersion: string | undefined): void {
    if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
      throw new KubeError('conflict', 'it has changed')
  }
}
