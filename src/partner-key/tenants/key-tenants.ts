import type { ObjectKey } from '../../api/object.ts'
import { formatPair } from '../../tenancy/pair.ts'
import type { RolloutTenant } from '../../tenancy/rollout/course.ts'
import { sameView, type TenantView } from './tenant-view.ts'

export interface TokenCounts {
  /** Secrets by the version of DataLens's key that their token was made with. */
  readonly dataLens: ReadonlyMap<number, number>
  readonly partner: ReadonlyMap<number, number>
}

export interface TallyCounts {
  /** ConnectorTenants that refer to the PartnerKey. */
  readonly tenants: number
  readonly tokens: TokenCounts
  /** Those that hold a token and are not being deleted. */
  readonly rollout: readonly RolloutTenant[]
}

/** What a rollout's tenants hold, without the tenants: asked with each scrape of the metrics. */
export interface HeldCounts {
  /** Those of `TallyCounts.rollout` by the pair that they hold. */
  readonly pairs: ReadonlyMap<string, number>
  /** As in `TokenCounts`. */
  readonly partner: ReadonlyMap<number, number>
}

export const nobody: TallyCounts = {
  tenants: 0,
  tokens: { dataLens: new Map(), partner: new Map() },
  rollout: [],
}

const unseen: TenantView = { pairs: [], rollout: undefined }

/** The tenants of one PartnerKey as they were last seen. The counts of tokens follow each change of a view. */
export class KeyTenants {
  readonly #views = new Map<ObjectKey, TenantView>()
  readonly #dataLens = new Map<number, number>()
  readonly #partner = new Map<number, number>()
  readonly #pairs = new Map<string, number>()
  /** Admitted tenants that have not moved yet. */
  #pending = new Set<ObjectKey>()
  /** The rules by which the views were made. Undefined: the views are stale. */
  rules: string | undefined

  constructor(rules: string) {
    this.rules = rules
  }

  get size(): number {
    return this.#views.size
  }

  keys(): Iterable<ObjectKey> {
    return this.#views.keys()
  }

  counts(): TallyCounts {
    const rollout = [...this.#views.values()].map(view => view.rollout).filter(tenant => tenant !== undefined)
    return {
      tenants: this.#views.size,
      tokens: { dataLens: new Map(this.#dataLens), partner: new Map(this.#partner) },
      rollout,
    }
  }

  /** Takes time in proportion to the pairs, of which there are few. */
  held(): HeldCounts {
    return { pairs: new Map(this.#pairs), partner: new Map(this.#partner) }
  }

  /**
   * Its view is to be made with all others, before the next count.
   *
   * @returns whether it is the first since the last count
   */
  noteUnseen(tenant: ObjectKey): boolean {
    const isFirst = this.rules !== undefined
    if (!this.#views.has(tenant)) this.#views.set(tenant, unseen)
    this.rules = undefined
    return isFirst
  }

  /** @returns whether the view has changed */
  put(tenant: ObjectKey, view: TenantView): boolean {
    const before = this.#views.get(tenant)
    if (before !== undefined && sameView(before, view)) return false
    this.#count(before, -1)
    this.#count(view, 1)
    this.#views.set(tenant, view)
    return true
  }

  remove(tenant: ObjectKey): void {
    this.#count(this.#views.get(tenant), -1)
    this.#views.delete(tenant)
  }

  expect(pending: Iterable<ObjectKey>): void {
    this.#pending = new Set(pending)
  }

  /** @returns whether it was the last one that was expected to move */
  noteMoved(tenant: ObjectKey): boolean {
    return this.#pending.delete(tenant) && this.#pending.size === 0
  }

  #count(view: TenantView | undefined, by: 1 | -1): void {
    for (const { dataLens, partner } of view?.pairs ?? []) {
      addTo(this.#dataLens, dataLens, by)
      addTo(this.#partner, partner, by)
    }
    if (view?.rollout !== undefined) addTo(this.#pairs, formatPair(view.rollout.holds), by)
  }
}

function addTo<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
