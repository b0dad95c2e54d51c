import { type ObjectKey, keyOf, type KubeObject } from '../../api/object.ts'
import type { Logger } from '../../telemetry/log.ts'
import { own, missed, type Change, type Origin } from './change.ts'
import { Feed, type FeedOptions, type Sighting } from './feed.ts'
import { Deletions } from './deletions.ts'
import { Indexes } from './indexes.ts'
import { OwnWrites } from './own-writes.ts'
import { dropBulk } from './drop-bulk.ts'
import type { Allotment, CacheShares } from './cache-shares.ts'
import { compareVersions, supersedes } from './resource-version.ts'
import { Subscribers } from './subscribers.ts'

export interface StoreOptions<T> {
  readonly name: string
  readonly log: Logger
  /** Gives what is kept of an object that comes in. It must not change its argument. Default: `dropBulk`. */
  readonly project?: (object: T) => T
  /** What its objects count against, where anybody may make them. Default: nothing. */
  readonly shares?: CacheShares | undefined
  /** Its objects go last when there is no room: nobody reads them elsewhere then. Default: no. */
  readonly isNeeded?: boolean
}

/**
 * The last known state of the objects of one resource. Reflectors feed it, and so do this process's own writes. An
 * older version never replaces a newer one, and indexes always fit the objects. Objects are shared and must not be
 * changed. Handlers run synchronously and should only queue a key. If one throws, that is logged and the others run.
 */
export class Store<T extends KubeObject> {
  readonly name: string
  readonly #log: Logger
  readonly #project: (object: T) => T
  readonly #objects = new Map<ObjectKey, T>()
  readonly #indexes = new Indexes<T>()
  readonly #handlers = new Subscribers<Change<T>>()
  readonly #gapHandlers = new Subscribers<string>()
  readonly #feeds = new Set<Feed<T>>()
  readonly #deletions = new Deletions()
  readonly #writes = new OwnWrites<T>()
  readonly #allotment: Allotment | undefined
  #closed = false

  constructor({ name, log, project = dropBulk, shares, isNeeded }: StoreOptions<T>) {
    this.name = name
    this.#log = log
    this.#project = project
    this.#allotment = shares?.open({
      drop: key => this.#expel(key, false),
      gapChanged: namespace => this.#gapChanged(namespace),
      isNeeded,
    })
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key)
  }

  has(key: ObjectKey): boolean {
    return this.#objects.has(key)
  }

  /**
   * Whether it lacks objects of this namespace, for which there was no room. One that is not here may exist then: read
   * it where that matters.
   */
  withholds(namespace: string): boolean {
    return this.#allotment?.withheld.has(namespace) ?? false
  }

  /** How many namespaces it lacks objects of. */
  get withheldNamespaces(): number {
    return this.#allotment?.withheld.size ?? 0
  }

  /** Whether a list would show objects for which there was no room, and now is. */
  get couldHoldMore(): boolean {
    return this.#allotment?.couldHoldMore ?? false
  }

  /** A new array of all objects. That is O(n): not for each event. */
  list(): T[] {
    return [...this.#objects.values()]
  }

  keys(): Iterable<ObjectKey> {
    return this.#objects.keys()
  }

  /**
   * Adds an index, also over the objects that are here. `valuesOf` must depend on the object alone. If it throws, the
   * object has no values. Throws when the name is taken.
   */
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    const guarded = (object: T): readonly string[] =>
      this.#guard('index failed', () => valuesOf(object)) ?? []
    this.#indexes.add(name, guarded, this.#objects)
  }

  /** The objects that have this value, in no order. Throws when there is no such index. */
  byIndex(name: string, value: string): T[] {
    return this.keysByIndex(name, value)
      .map(key => this.#objects.get(key))
      .filter(object => object !== undefined)
  }

  /** The keys of `byIndex`. */
  keysByIndex(name: string, value: string): ObjectKey[] {
    return [...this.#indexes.keys(name, value)]
  }

  /** How many objects `byIndex` has, in O(1): also for each event. */
  countByIndex(name: string, value: string): number {
    return this.#indexes.count(name, value)
  }

  /** Calls `handler` for each change from now on, not for objects that are here. Returns a function that ends it. */
  subscribe(handler: (change: Change<T>) => void): () => void {
    return this.#handlers.add(handler)
  }

  /** Calls `handler` with a namespace whenever `withholds` changes for it. Returns a function that ends it. */
  subscribeToGaps(handler: (namespace: string) => void): () => void {
    return this.#gapHandlers.add(handler)
  }

  /** Lets go of all objects and of their share, and takes no more. Tells nobody. */
  close(): void {
    this.#closed = true
    this.#handlers.clear()
    this.#gapHandlers.clear()
    for (const key of this.#objects.keys()) this.#expel(key, false)
  }

  /** Makes a write of this process, and notes its answer. Ends as `make` does. */
  async write(key: ObjectKey, make: () => Promise<T>): Promise<T> {
    const written = await this.#writes.run(key, make)
    this.noteWrite(written)
    return written
  }

  /**
   * Puts in what the API server answered to this process's own write, so that the next look sees it. Does nothing if a
   * feed has already got past that version: the object may have been deleted since.
   */
  noteWrite(object: T): void {
    const key = keyOf(object)
    for (const feed of this.#feeds) {
      if (feed.hasPassed(key, object.metadata.resourceVersion)) return
    }
    this.#sight(object, { initial: false }, own)
  }

  /**
   * Takes out an object whose deletion the API server has confirmed. Events that still show this object are ignored.
   * Use `noteWrite` for an object that only got a deletionTimestamp.
   */
  noteDelete(key: ObjectKey, uid: string): void {
    const object = this.#objects.get(key)
    if (object === undefined || object.metadata.uid !== uid) return
    this.#deletions.note(key, object)
    this.#expel(key, false, own)
  }

  /** Opens a way in for one reflector. Close it when the reflector stops; the objects stay. */
  openFeed({ covers = () => true }: FeedOptions = {}): Feed<T> {
    const feed = new Feed<T>(
      {
        entries: () => this.#objects,
        sight: (object, sighting) => this.#sight(object, sighting),
        sightDeleted: object => this.#sightDeleted(object),
        expel: key => this.#expel(key, false, missed),
        listBegins: () => this.#allotment?.listBegins(covers) ?? (() => {}),
        deletionsNoted: () => this.#deletions.count,
        settleDeletions: listedSince => this.#deletions.forgetFirst(listedSince, covers),
        closed: () => this.#feeds.delete(feed),
      },
      covers,
    )
    this.#feeds.add(feed)
    return feed
  }

  #sight(raw: T, { initial, rewound = false, listedSince, listedAt }: Sighting, origin: Origin = {}): void {
    if (this.#closed) return
    const key = keyOf(raw)
    if (this.#deletions.covers(key, raw, listedSince)) return
    const known = this.#objects.get(key)
    const isOfRecord = (compareVersions(known?.metadata.resourceVersion, listedAt) ?? 1) <= 0
    if (known !== undefined && !supersedes(raw, known, rewound || isOfRecord)) return
    const object = this.#guard('projection failed', () => this.#project(raw))
    if (object === undefined) return
    this.#deletions.forget(key)
    if (known !== undefined && known.metadata.uid !== object.metadata.uid)
      this.#expel(key, initial, listedSince === undefined ? {} : missed)
    if (this.#allotment?.admit(key, object) === false) return this.#expel(key, initial, origin)
    const previous = this.#objects.get(key)
    const mayBeOwn = origin.own ? undefined : this.#writes.haveMade(key, object)
    this.#objects.set(key, object)
    this.#indexes.update(key, previous, object)
    this.#emit({
      key,
      ...(previous && { previous }),
      current: object,
      initial,
      ...origin,
      ...(mayBeOwn && { mayBeOwn }),
    })
  }

  #sightDeleted(object: T): void {
    const key = keyOf(object)
    const { uid, resourceVersion } = object.metadata
    if (uid !== undefined) this.#deletions.forget(key, uid)
    const known = this.#objects.get(key)
    if (known === undefined) return
    const order = compareVersions(resourceVersion, known.metadata.resourceVersion)
    // The deletion of the known object is not older than the object. An older one is of its predecessor: nothing new.
    if (known.metadata.uid === uid ? (order ?? 0) >= 0 : (order ?? -1) > 0) this.#expel(key, false)
  }

  #expel(key: ObjectKey, initial: boolean, origin: Origin = {}): void {
    const previous = this.#objects.get(key)
    if (previous === undefined) return
    this.#objects.delete(key)
    this.#allotment?.release(key)
    this.#indexes.update(key, previous, undefined)
    this.#emit({ key, previous, initial, ...origin })
  }

  #emit(change: Change<T>): void {
    for (const handler of this.#handlers) this.#guard('handler failed', () => handler(change))
  }

  #gapChanged(namespace: string): void {
    const line = { store: this.name, namespace }
    if (this.withholds(namespace))
      this.#log.warn(line, 'a namespace has more objects than there is room for here')
    for (const handler of this.#gapHandlers) this.#guard('handler failed', () => handler(namespace))
  }

  #guard<R>(message: string, run: () => R): R | undefined {
    try {
      return run()
    } catch (error) {
      this.#log.error({ store: this.name, err: error }, message)
      return undefined
    }
  }
}
