import type { Secret } from '../api/core-objects.ts'
import { keyOf, splitKey, type Key } from '../api/object.ts'
import type { ResourceClient } from '../kube/resource-client.ts'
import type { Store } from '../runtime/store.ts'

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
  readonly #taken = new Set<Key>()

  /** @param options.store with an index `tenant`: `namespace/name` of the tenant in the label */
  constructor(options: { readonly store: Store<Secret>; readonly client: ResourceClient<Secret> }) {
    this.#store = options.store
    this.#client = options.client
  }

  async find(tenant: Key, secretName: string, signal: AbortSignal): Promise<FoundSecrets> {
    const wanted: Key = `${splitKey(tenant).namespace}/${secretName}`
    const former = this.#store.byIndex('tenant', tenant).filter(secret => keyOf(secret) !== wanted)
    return { current: this.#store.get(wanted) ?? (await this.#readTaken(wanted, signal)), former }
  }

  /** What the cache has under the name, without a read. */
  cached(key: Key): Secret | undefined {
    return this.#store.get(key)
  }

  /** A write found this name taken: from now on it is read, not guessed. */
  noteTaken(key: Key): void {
    this.#taken.add(key)
  }

  noteWrite(secret: Secret): void {
    this.#taken.delete(keyOf(secret))
    this.#store.noteWrite(secret)
  }

  noteDelete(secret: Secret): void {
    this.#store.noteDelete(keyOf(secret), secret.metadata.uid ?? '')
  }

  async #readTaken(key: Key, signal: AbortSignal): Promise<Secret | undefined> {
    if (!this.#taken.has(key)) return undefined
    const secret = await this.#client.get(key, signal)
    if (secret === undefined) this.#taken.delete(key)
    return secret
  }
}
