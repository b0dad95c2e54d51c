/** How much caches hold of objects that anybody may make, all these caches together. */
import { splitKey, type KubeObject, type ObjectKey } from '../../api/object.ts'
import { weightOf } from '../../core/weight.ts'

/** An object that is held. */
interface Holding {
  readonly key: ObjectKey
  readonly weight: number
  readonly in: Allotment
}

/** What is done to a cache. */
export interface LimitedCache {
  /** Takes an object out of it. */
  drop(key: ObjectKey): void
  /** Whether it lacks objects of this namespace has changed. */
  gapChanged(namespace: string): void
  /** Its objects go last: nobody who looks for one of them here has another way to it. Default: no. */
  readonly isNeeded?: boolean | undefined
}

interface Party {
  used: number
  readonly spare: Set<Holding>
  readonly needed: Set<Holding>
}

/**
 * Fair by namespaces: while there is room, one may fill it alone. When there is none left, the namespace that holds the
 * most gives up what it has beyond the others. So nobody is put out by one that holds more. Of its own objects, a
 * namespace gives up those first that can be read elsewhere, also for one of its own that cannot.
 */
export class CacheShares {
  readonly #bytes: number
  readonly #parties = new Map<string, Party>()
  #used = 0

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  /** Whether what was put out may come back. Well below the limit, so that it is not put out again at once. */
  get isRoomy(): boolean {
    return this.#used <= this.#bytes * 0.75
  }

  /** For one cache. */
  open(cache: LimitedCache): Allotment {
    return new Allotment(this, cache)
  }

  /** @returns false when there is no room for it */
  take(holding: Holding): boolean {
    const { namespace } = splitKey(holding.key)
    const party = this.#parties.get(namespace) ?? { used: 0, spare: new Set(), needed: new Set() }
    while (this.#used + holding.weight > this.#bytes) {
      const leaving = this.#leavingFor(holding, party)
      if (leaving === undefined) return false
      leaving.in.putOut(leaving.key)
    }
    this.#parties.set(namespace, party)
    kindOf(holding, party).add(holding)
    this.#add(party, holding.weight)
    return true
  }

  give(holding: Holding): void {
    const { namespace } = splitKey(holding.key)
    const party = this.#parties.get(namespace)
    if (party === undefined || !kindOf(holding, party).delete(holding)) return
    this.#add(party, -holding.weight)
    if (party.spare.size + party.needed.size === 0) this.#parties.delete(namespace)
  }

  #add(party: Party, weight: number): void {
    party.used += weight
    this.#used += weight
  }

  #leavingFor(holding: Holding, own: Party): Holding | undefined {
    const most = this.#largest()
    if (most !== undefined && most.used > own.used + holding.weight) return firstToGo(most)
    const [spare] = holding.in.isNeeded ? own.spare : []
    return spare
  }

  #largest(): Party | undefined {
    let most: Party | undefined
    for (const party of this.#parties.values()) if (party.used > (most?.used ?? 0)) most = party
    return most
  }
}

function kindOf(holding: Holding, party: Party): Set<Holding> {
  return holding.in.isNeeded ? party.needed : party.spare
}

/** Of those that are needed the newest, so that what is served stays served. */
function firstToGo({ spare, needed }: Party): Holding | undefined {
  const [first] = spare
  return first ?? [...needed].at(-1)
}

/** One cache's part in it. */
class Allotment {
  readonly #shares: CacheShares
  readonly #cache: LimitedCache
  readonly #held = new Map<ObjectKey, Holding>()
  /** When an object of a namespace was last refused, as a count. Not their objects: there is no end to those. */
  readonly #withheld = new Map<string, number>()
  #refusals = 0

  constructor(shares: CacheShares, cache: LimitedCache) {
    this.#shares = shares
    this.#cache = cache
  }

  get isNeeded(): boolean {
    return this.#cache.isNeeded === true
  }

  /** Namespaces of which the cache lacks objects. */
  get withheld(): Pick<ReadonlySet<string>, 'has' | 'size'> {
    return this.#withheld
  }

  /** Whether a list would show objects that there was no room for, and now is. */
  get couldHoldMore(): boolean {
    return this.#withheld.size > 0 && this.#shares.isRoomy
  }

  /** @returns false when the cache must not hold the object, and not its former version either */
  admit(key: ObjectKey, object: KubeObject): boolean {
    this.release(key)
    const holding: Holding = { key, weight: weightOf(object), in: this }
    if (!this.#shares.take(holding)) {
      this.#lack(key)
      return false
    }
    this.#held.set(key, holding)
    return true
  }

  release(key: ObjectKey): void {
    const holding = this.#held.get(key)
    if (holding === undefined) return
    this.#held.delete(key)
    this.#shares.give(holding)
  }

  /** Others need the room more. */
  putOut(key: ObjectKey): void {
    this.#lack(key)
    this.release(key)
    this.#cache.drop(key)
  }

  /**
   * A list begins, which shows all there is of these namespaces.
   *
   * @returns to be called when it is complete. Until then, what the cache lacked it still lacks.
   */
  listBegins(isListed: (key: ObjectKey) => boolean): () => void {
    const before = this.#refusals
    return () => {
      const filled = [...this.#withheld].filter(
        ([namespace, at]) => at <= before && isListed(`${namespace}/`),
      )
      for (const [namespace] of filled) {
        this.#withheld.delete(namespace)
        this.#cache.gapChanged(namespace)
      }
    }
  }

  #lack(key: ObjectKey): void {
    const { namespace } = splitKey(key)
    const isNew = !this.#withheld.has(namespace)
    this.#withheld.set(namespace, ++this.#refusals)
    if (isNew) this.#cache.gapChanged(namespace)
  }
}

export type { Allotment }
