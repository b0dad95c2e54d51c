/**
 * Who hangs on each PartnerKey, and what their Secrets hold: kept from event to event, each at the cost of one
 * tenant, as ten thousand may hang on one key. A rollout moves on these counts; they wake its PartnerKey alone,
 * seldom while they merely grow, and at once when the last tenant of a step is done.
 */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Namespace, Secret } from '../../api/core-objects.ts'
import { labelledTenant, partnerKeyOf } from '../../api/names.ts'
import { keyOf, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Change, Store } from '../../runtime/cache/store.ts'
import type { RolloutTenant } from '../../tenancy/rollout/course.ts'
import { describeTenant, rulesOf, sameView, type TenantView } from './tenant-view.ts'

export interface TallyOptions {
  /** With an index `partnerKey`. */
  readonly tenants: Store<ConnectorTenant>
  /** With an index `tenant`. */
  readonly secrets: Store<Secret>
  readonly partnerKeys: Store<PartnerKey>
  /** Absent where this operator may not read namespaces. */
  readonly namespaces: Store<Namespace> | undefined
  /** Called with a PartnerKey that should be looked at, in so many milliseconds at the latest. */
  readonly wake: (key: ObjectKey, afterMs: number) => void
}

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

interface Group {
  readonly views: Map<ObjectKey, TenantView>
  readonly dataLens: Map<number, number>
  readonly partner: Map<number, number>
  /** The rules that the views were made by; others make them stale. */
  rules: string | undefined
  /** Admitted tenants that have not moved yet. */
  pending: Set<ObjectKey>
}

/** How often counts that merely change are looked at, in milliseconds. */
export const countingMs = 5_000

export class Tally {
  readonly #options: TallyOptions
  readonly #groups = new Map<ObjectKey, Group>()
  readonly #unsubscribe: readonly (() => void)[]

  /** Takes in what the stores have now and follows them from then on. */
  constructor(options: TallyOptions) {
    this.#options = options
    const { tenants, secrets, namespaces } = options
    for (const tenant of tenants.list()) this.#take(tenant)
    const onNamespace = (change: Change<Namespace>): void => this.#onNamespace(change)
    this.#unsubscribe = [
      tenants.subscribe(change => this.#onTenant(change)),
      secrets.subscribe(change => this.#onSecret(change)),
      ...(namespaces === undefined ? [] : [namespaces.subscribe(onNamespace)]),
    ]
  }

  close(): void {
    for (const end of this.#unsubscribe) end()
    this.#groups.clear()
  }

  /** All that is known of one PartnerKey's tenants, as its spec rules them now. */
  counts(key: ObjectKey): TallyCounts {
    const group = this.#groups.get(key)
    if (group === undefined)
      return { tenants: 0, tokens: { dataLens: new Map(), partner: new Map() }, rollout: [] }
    this.#rule(key, group)
    const { views, dataLens, partner } = group
    const rollout = [...views.values()].map(view => view.rollout).filter(tenant => tenant !== undefined)
    return {
      tenants: views.size,
      tokens: { dataLens: new Map(dataLens), partner: new Map(partner) },
      rollout,
    }
  }

  /** The token Secrets of the PartnerKey's tenants, one tenant after the other. */
  *secretsOf(key: ObjectKey): Iterable<Secret> {
    for (const tenant of this.#groups.get(key)?.views.keys() ?? []) {
      yield* this.#options.secrets.byIndex('tenant', tenant)
    }
  }

  /** From now on the PartnerKey is woken at once when the last of these has moved or can no longer. */
  expect(key: ObjectKey, pending: Iterable<ObjectKey>): void {
    const group = this.#groups.get(key)
    if (group !== undefined) group.pending = new Set(pending)
  }

  #onTenant({ key, previous, current }: Change<ConnectorTenant>): void {
    const before = previous === undefined ? undefined : partnerKeyOf(previous)
    const after = current === undefined ? undefined : partnerKeyOf(current)
    if (before !== undefined && before !== after) this.#forget(before, key)
    if (current !== undefined) this.#refresh(current)
  }

  #onSecret({ previous, current }: Change<Secret>): void {
    for (const key of new Set([previous, current].map(secret => secret && labelledTenant(secret)))) {
      const tenant = key === undefined ? undefined : this.#options.tenants.get(key)
      if (tenant !== undefined) this.#refresh(tenant)
    }
  }

  #onNamespace({ previous, current }: Change<Namespace>): void {
    const before = JSON.stringify(previous?.metadata.labels ?? {})
    if (before === JSON.stringify(current?.metadata.labels ?? {})) return
    for (const [key, group] of this.#groups) {
      if (this.#options.partnerKeys.get(key)?.spec.tenants.namespaces.from !== 'Selector') continue
      group.rules = undefined
      this.#options.wake(key, countingMs)
    }
  }

  /** Policy and canary have changed: each tenant stands differently. */
  #rule(key: ObjectKey, group: Group): void {
    const rules = rulesOf(this.#options.partnerKeys.get(key))
    if (rules === group.rules) return
    group.rules = rules
    for (const tenantKey of group.views.keys()) {
      const tenant = this.#options.tenants.get(tenantKey)
      if (tenant !== undefined) this.#put(group, tenantKey, this.#view(tenant, key))
    }
  }

  #refresh(tenant: ConnectorTenant): void {
    const { group, changed } = this.#take(tenant)
    if (!changed) return
    // Taken out too early, for a change that was not its move, it is put back by the look that follows.
    const done = group.pending.delete(keyOf(tenant)) && group.pending.size === 0
    this.#options.wake(partnerKeyOf(tenant), done ? 0 : countingMs)
  }

  #take(tenant: ConnectorTenant): { readonly group: Group; readonly changed: boolean } {
    const key = partnerKeyOf(tenant)
    const group = this.#groups.get(key) ?? this.#open(key)
    // Views made by different rules: the next look at the counts makes all of them anew.
    if (rulesOf(this.#options.partnerKeys.get(key)) !== group.rules) group.rules = undefined
    return { group, changed: this.#put(group, keyOf(tenant), this.#view(tenant, key)) }
  }

  #forget(key: ObjectKey, tenantKey: ObjectKey): void {
    const group = this.#groups.get(key)
    if (group === undefined) return
    addPairs(group, group.views.get(tenantKey), -1)
    group.views.delete(tenantKey)
    const done = group.pending.delete(tenantKey) && group.pending.size === 0
    if (group.views.size === 0) this.#groups.delete(key)
    this.#options.wake(key, done ? 0 : countingMs)
  }

  #put(group: Group, tenantKey: ObjectKey, view: TenantView): boolean {
    const before = group.views.get(tenantKey)
    if (before !== undefined && sameView(before, view)) return false
    addPairs(group, before, -1)
    addPairs(group, view, 1)
    group.views.set(tenantKey, view)
    return true
  }

  #open(key: ObjectKey): Group {
    const group: Group = {
      views: new Map(),
      dataLens: new Map(),
      partner: new Map(),
      rules: rulesOf(this.#options.partnerKeys.get(key)),
      pending: new Set(),
    }
    this.#groups.set(key, group)
    return group
  }

  #view(tenant: ConnectorTenant, key: ObjectKey): TenantView {
    const { secrets, partnerKeys, namespaces } = this.#options
    const namespace = namespaces?.get(`/${tenant.metadata.namespace ?? ''}`)
    return describeTenant({
      tenant,
      secrets: secrets.byIndex('tenant', keyOf(tenant)),
      partnerKey: partnerKeys.get(key),
      namespaceLabels: namespace === undefined ? undefined : (namespace.metadata.labels ?? {}),
    })
  }
}

function addPairs(group: Group, view: TenantView | undefined, by: 1 | -1): void {
  for (const { dataLens, partner } of view?.pairs ?? []) {
    addTo(group.dataLens, dataLens, by)
    addTo(group.partner, partner, by)
  }
}

function addTo(counts: Map<number, number>, version: number, by: number): void {
  const count = (counts.get(version) ?? 0) + by
  if (count === 0) counts.delete(version)
  else counts.set(version, count)
}
