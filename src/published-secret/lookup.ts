import type { Secret } from '../api/core-objects.ts'
import { keyOf, splitKey, type ObjectKey } from '../api/object.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import type { Store } from '../runtime/cache/store.ts'
import { StaleView } from '../runtime/stale-view.ts'

/** The Secrets of one owner: the one with the wanted name, and those with names that it had before. */
interface FoundSecrets {
  readonly current: Secret | undefined
  readonly former: readonly Secret[]
}

/**
 * Finds an owner's Secrets in the cache, which holds all that are labelled as ours. If a write finds the name taken by
 * a Secret that the cache does not show, that name is read from the API server until it is free; and so it is while the
 * cache has no room for all that the namespace holds.
 */
export class SecretLookup {
  readonly #store: Store<Secret>
  readonly #client: ResourceClient<Secret>
  readonly #index: string
  /** The name that a write found taken, by owner. */
  readonly #taken = new Map<ObjectKey, ObjectKey>()

  /** @param options.index the store's index of the owner that a Secret's label names */
  constructor(options: {
    readonly store: Store<Secret>
    readonly client: ResourceClient<Secret>
    readonly index: string
  }) {
    this.#store = options.store
    this.#client = options.client
    this.#index = options.index
  }

  async find(owner: ObjectKey, secretName: string, signal: AbortSignal): Promise<FoundSecrets> {
    const wanted: ObjectKey = `${splitKey(owner).namespace}/${secretName}`
    const former = this.#store.byIndex(this.#index, owner).filter(secret => keyOf(secret) !== wanted)
    const current = this.#store.get(wanted) ?? (await this.#readMissing(owner, wanted, signal))
    return { current, former }
  }

  /** What the cache has under this name. It reads nothing. */
  cached(key: ObjectKey): Secret | undefined {
    return this.#store.get(key)
  }

  /** Notes that a write found this name taken. From now on it is read from the API server. */
  noteTaken(owner: ObjectKey, secret: ObjectKey): void {
    this.#taken.set(owner, secret)
  }

  /** Makes a write of the owner's Secret, and notes its answer. Ends as `make` does. */
  async write(owner: ObjectKey, secret: ObjectKey, make: () => Promise<Secret>): Promise<void> {
    await this.#store.write(secret, make)
    this.#taken.delete(owner)
  }

  noteDelete(secret: Secret): void {
    this.#store.noteDelete(keyOf(secret), secret.metadata.uid ?? '')
  }

  /**
   * Reads the Secret anew, for a write that found another version than the cache has. The watch may lag far behind, and
   * nobody must be blamed for changing the Secret because of that.
   */
  async reread(known: Secret, signal: AbortSignal): Promise<void> {
    const live = await this.#client.get(keyOf(known), signal)
    if (live === undefined) this.noteDelete(known)
    else this.#store.noteWrite(live)
  }

  /**
   * All of a Secret, also of one that the cache has trimmed, for a write over it.
   *
   * @throws StaleView when it is another version by now
   */
  async whole(known: Secret, signal: AbortSignal): Promise<Secret> {
    if (known.trimmed !== true) return known
    const live = await this.#client.get(keyOf(known), signal)
    if (live?.metadata.resourceVersion === known.metadata.resourceVersion && live !== undefined) return live
    if (live === undefined) this.noteDelete(known)
    else this.#store.noteWrite(live)
    throw new StaleView('the Secret has changed')
  }

  /** Forgets an owner that was deleted. */
  forget(owner: ObjectKey): void {
    this.#taken.delete(owner)
  }

  async #readMissing(owner: ObjectKey, key: ObjectKey, signal: AbortSignal): Promise<Secret | undefined> {
    const isTaken = this.#taken.get(owner) === key
    if (!isTaken && !this.#store.withholds(splitKey(key).namespace)) return undefined
    const secret = await this.#client.get(key, signal)
    if (secret === undefined) this.#taken.delete(owner)
    return secret
  }
}
