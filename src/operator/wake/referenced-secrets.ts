import type { Secret } from '../../api/core-objects.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { neverAborts } from '../../core/abort.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import type { RuntimeMetrics } from '../../runtime/metrics.ts'
import type { CacheShares } from '../../runtime/cache/cache-shares.ts'
import { Reflector } from '../../runtime/cache/reflector/reflector.ts'
import { Store } from '../../runtime/cache/store.ts'
import type { Logger } from '../../telemetry/log.ts'
import { trimReferred } from '../trim.ts'

export interface ReferencedSecretsOptions {
  readonly client: ResourceClient<Secret>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: RuntimeMetrics
  /** What the Secrets count against. */
  readonly shares?: CacheShares | undefined
  /** How many Secrets may be watched at once. Default 200. */
  readonly limit?: number
}

/** The references of one kind's objects. */
export interface References {
  /** From now on the object refers to these Secrets and to no others. Pass an empty list when it was deleted. */
  refer(key: ObjectKey, secrets: readonly ObjectKey[]): void
}

/** An object that refers to Secrets. */
interface Owner {
  wanted: ReadonlySet<ObjectKey>
  /** Called when one of its Secrets is first known or has changed. */
  readonly tell: () => void
}

interface SingleWatch {
  readonly store: Store<Secret>
  readonly reflector: Reflector<Secret>
  readonly owners: Set<Owner>
}

/**
 * Secrets that other people own and our objects refer to. Each has a watch of its own. So a changed credential is seen
 * at once, and no other Secret is ever held. A watch ends with the last reference.
 *
 * There are only so many watches, and they are shared fairly by the Secrets' namespaces: if none is left, the namespace
 * with the most gives one up to a namespace that has fewer. Who goes without one is told.
 */
export class ReferencedSecrets {
  readonly #options: ReferencedSecretsOptions
  readonly #watches = new Map<ObjectKey, SingleWatch>()
  readonly #owners = new Set<Owner>()
  /** Secrets that are referred to and for which there is no watch. */
  readonly #without = new Set<ObjectKey>()
  #closed = false

  constructor(options: ReferencedSecretsOptions) {
    this.#options = options
  }

  /** For the objects of one kind. `wake` is called with an object when a Secret of it is first known or changes. */
  open(wake: (object: ObjectKey) => void): References {
    const owners = new Map<ObjectKey, Owner>()
    return {
      refer: (object, secrets) => {
        const owner = owners.get(object) ?? { wanted: new Set(), tell: () => wake(object) }
        if (secrets.length > 0) owners.set(object, owner)
        else owners.delete(object)
        this.#refer(owner, new Set(secrets))
      },
    }
  }

  /**
   * `unknown` until the Secret's first list has come; `overLimit` while there is no watch for it, or no room. Undefined:
   * it does not exist.
   */
  get(key: ObjectKey): Secret | undefined | 'unknown' | 'overLimit' {
    if (this.#without.has(key)) return 'overLimit'
    const watch = this.#watches.get(key)
    if (watch === undefined || !watch.reflector.hasSynced) return 'unknown'
    const { store } = watch
    return store.get(key) ?? (store.withholds(splitKey(key).namespace) ? 'overLimit' : undefined)
  }

  async close(): Promise<void> {
    this.#closed = true
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    await Promise.all(watches.map(end))
  }

  #refer(owner: Owner, now: ReadonlySet<ObjectKey>): void {
    if (this.#closed) return
    const before = owner.wanted
    owner.wanted = now
    if (now.size === 0) this.#owners.delete(owner)
    else this.#owners.add(owner)
    let isRoom = false
    for (const key of before) if (!now.has(key)) isRoom = this.#drop(owner, key) || isRoom
    for (const key of now) if (!before.has(key)) this.#add(owner, key)
    if (isRoom) this.#addWaiting()
  }

  #add(owner: Owner, key: ObjectKey): void {
    const known = this.#watches.get(key)
    if (known !== undefined) {
      known.owners.add(owner)
      owner.tell()
      return
    }
    const { limit = 200 } = this.#options
    if (this.#watches.size >= limit && !this.#makeRoomFor(key)) return this.#goWithout(key, [owner])
    this.#without.delete(key)
    this.#watches.set(key, this.#watch(owner, key))
  }

  /** Watches Secrets for which there was no watch left when they were first referred to. */
  #addWaiting(): void {
    if (this.#without.size === 0) return
    for (const owner of this.#owners) {
      for (const key of owner.wanted)
        if (this.#watches.get(key)?.owners.has(owner) !== true) this.#add(owner, key)
    }
  }

  /** Takes the last watch of the namespace that has the most, if it has more than it would be left with otherwise. */
  #makeRoomFor(key: ObjectKey): boolean {
    const counts = new Map<string, number>()
    for (const watched of this.#watches.keys()) {
      const { namespace } = splitKey(watched)
      counts.set(namespace, (counts.get(namespace) ?? 0) + 1)
    }
    const most = Math.max(...counts.values())
    if (most <= (counts.get(splitKey(key).namespace) ?? 0) + 1) return false
    const last = [...this.#watches].findLast(([watched]) => counts.get(splitKey(watched).namespace) === most)
    if (last === undefined) return false
    const [evicted, watch] = last
    this.#watches.delete(evicted)
    void end(watch)
    this.#goWithout(evicted, [...watch.owners])
    return true
  }

  #goWithout(key: ObjectKey, owners: readonly Owner[]): void {
    const isNew = !this.#without.has(key)
    this.#without.add(key)
    if (isNew) this.#options.log.warn({ secret: key }, 'too many referenced Secrets; this one is not read')
    for (const owner of owners) owner.tell()
  }

  #watch(owner: Owner, key: ObjectKey): SingleWatch {
    const { client, clock, random, log, metrics, shares } = this.#options
    const { namespace, name } = splitKey(key)
    const store = new Store<Secret>({
      name: 'referenced secret',
      log,
      shares,
      isNeeded: true,
      project: trimReferred,
    })
    const source = client.listWatch({ namespace, fieldSelector: `metadata.name=${name}` })
    const reflector = new Reflector<Secret>({
      name: 'referenced secrets',
      source,
      store,
      clock,
      random,
      log,
      metrics,
    })
    const watch: SingleWatch = { store, reflector, owners: new Set([owner]) }
    const tell = (): void => {
      for (const each of watch.owners) each.tell()
    }
    store.subscribe(tell)
    reflector.start()
    // An empty first list has to be told, too: the reference leads nowhere.
    void reflector.synced(neverAborts).then(tell, () => {})
    return watch
  }

  /** @returns whether there is room for another watch now */
  #drop(owner: Owner, key: ObjectKey): boolean {
    const watch = this.#watches.get(key)
    if (watch === undefined) {
      if (![...this.#owners].some(({ wanted }) => wanted.has(key))) this.#without.delete(key)
      return false
    }
    watch.owners.delete(owner)
    if (watch.owners.size > 0) return false
    this.#watches.delete(key)
    void end(watch)
    return true
  }
}

/** What it held is free at once, whether or not a request is still under way. */
function end({ store, reflector }: SingleWatch): Promise<void> {
  store.close()
  return reflector.stop()
}
