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
  /** It lacks objects of this namespace from now on. */
  lacks(namespace: string): void
}

interface Party {
  used: number
  readonly holdings: Set<Holding>
}

/**
 * Fair by namespaces: while there is room, one may fill it alone. When there is none left, the namespace that holds the
 * most gives up what it has beyond the others. So nobody is put out by one that holds more.
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
    const party = this.#parties.get(namespace) ?? { used: 0, holdings: new Set() }
    const wants = party.used + holding.weight
    while (this.#used + holding.weight > this.#bytes) {
      const [most, last] = this.#most()
      if (last === undefined || most <= wants) return false
      last.in.putOut(last.key)
    }
    this.#parties.set(namespace, party)
    party.holdings.add(holding)
    this.#add(party, holding.weight)
    return true
  }

  give(holding: Holding): void {
    const { namespace } = splitKey(holding.key)
    const party = this.#parties.get(namespace)
    if (party?.holdings.delete(holding) !== true) return
    this.#add(party, -holding.weight)
    if (party.holdings.size === 0) this.#parties.delete(namespace)
  }

  #add(party: Party, weight: number): void {
    party.used += weight
    this.#used += weight
  }

  /** How much the namespace with the most holds, and what it gives up first. */
  #most(): readonly [number, Holding | undefined] {
    let most: Party | undefined
    for (const party of this.#parties.values()) if (party.used > (most?.used ?? 0)) most = party
    const [first] = most?.holdings ?? []
    return [most?.used ?? 0, first]
  }
}

/** One cache's part in it. */
class Allotment {
  readonly #shares: CacheShares
  readonly #cache: LimitedCache
  readonly #held = new Map<ObjectKey, Holding>()
  /** Not their objects: there is no end to those. */
  readonly #withheld = new Set<string>()

  constructor(shares: CacheShares, cache: LimitedCache) {
    this.#shares = shares
    this.#cache = cache
  }

  /** Namespaces of which the cache lacks objects. */
  get withheld(): ReadonlySet<string> {
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

  /** A list begins, which shows all there is of these namespaces. */
  listBegins(isListed: (key: ObjectKey) => boolean): void {
    for (const namespace of this.#withheld) if (isListed(`${namespace}/`)) this.#withheld.delete(namespace)
  }

  #lack(key: ObjectKey): void {
    const { namespace } = splitKey(key)
    if (this.#withheld.has(namespace)) return
    this.#withheld.add(namespace)
    this.#cache.lacks(namespace)
  }
}

export type { Allotment }
