import type { Secret } from '../api/core-objects.ts'
import { keyOf, splitKey, type ObjectKey } from '../api/object.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import type { Store } from '../runtime/cache/store.ts'

/** Secrets of one tenant: the one of the wanted name, and those under names that it had before. */
export interface FoundSecrets {
  readonly current: Secret | undefined
  readonly former: readonly Secret[]
}

/**
 * Finds a tenant's Secrets without a read: the cache holds all that are labelled as ours. Only a name that a
 * write found taken, by something the cache does not show, is read from the API server until it is free.
 */
export class SecretLookup {
  readonly #store: Store<Secret>
  readonly #client: ResourceClient<Secret>
  /** By tenant: the name that a write found taken. */
  readonly #taken = new Map<ObjectKey, ObjectKey>()

  /** @param options.store with an index `tenant`: `namespace/name` of the tenant in the label */
  constructor(options: { readonly store: Store<Secret>; readonly client: ResourceClient<Secret> }) {
    this.#store = options.store
    this.#client = options.client
  }

  async find(tenant: ObjectKey, secretName: string, signal: AbortSignal): Promise<FoundSecrets> {
    const wanted: ObjectKey = `${splitKey(tenant).namespace}/${secretName}`
    const former = this.#store.byIndex('tenant', tenant).filter(secret => keyOf(secret) !== wanted)
    return { current: this.#store.get(wanted) ?? (await this.#readTaken(tenant, wanted, signal)), former }
  }

  /** What the cache has under the name, without a read. */
  cached(key: ObjectKey): Secret | undefined {
    return this.#store.get(key)
  }

  /** A write found this name taken: from now on it is read, not guessed. */
  noteTaken(tenant: ObjectKey, secret: ObjectKey): void {
    this.#taken.set(tenant, secret)
  }

  noteWrite(tenant: ObjectKey, secret: Secret): void {
    this.#taken.delete(tenant)
    this.#store.noteWrite(secret)
  }

  noteDelete(secret: Secret): void {
    this.#store.noteDelete(keyOf(secret), secret.metadata.uid ?? '')
  }

  /**
   * A write found another version than the cache had: what is there now is read, as the watch may lag far behind, and
   * whoever changes the Secret must not be blamed for that.
   */
  async reread(known: Secret, signal: AbortSignal): Promise<void> {
    const live = await this.#client.get(keyOf(known), signal)
    if (live === undefined) this.noteDelete(known)
    else this.#store.noteWrite(live)
  }

  /** The tenant is gone. */
  forget(tenant: ObjectKey): void {
    this.#taken.delete(tenant)
  }

  async #readTaken(tenant: ObjectKey, key: ObjectKey, signal: AbortSignal): Promise<Secret | undefined> {
    if (this.#taken.get(tenant) !== key) return undefined
    const secret = await this.#client.get(key, signal)
    if (secret === undefined) this.#taken.delete(tenant)
    return secret
  }
}
