/**
 * Counts the tenants of each PartnerKey, and the tokens in their Secrets. A rollout moves by these counts. An event
 * takes the work of one tenant, since ten thousand may refer to one key. A PartnerKey is woken seldom while counts only
 * grow, and at once when the last tenant of a batch is done.
 */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { labelsOfNamespace, type Namespace, type Secret } from '../../api/core-objects.ts'
import { labelledTenant, partnerKeyOf } from '../../api/names.ts'
import { keyOf, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Change } from '../../runtime/cache/change.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { KeyTenants, nobody, type HeldCounts, type TallyCounts } from './key-tenants.ts'
import { describeTenant, rulesOf, type TenantView } from './tenant-view.ts'

export interface TallyOptions {
  /** With the indexes `partnerKey` and `namespace`. */
  readonly tenants: Store<ConnectorTenant>
  /** With an index `tenant`. */
  readonly secrets: Store<Secret>
  readonly partnerKeys: Store<PartnerKey>
  /** Absent where this operator may not read namespaces. */
  readonly namespaces: Store<Namespace> | undefined
  /** Called with a PartnerKey that should be looked at within so many milliseconds. */
  readonly wake: (key: ObjectKey, afterMs: number) => void
}

/** How often to look if only counts change, in milliseconds. */
export const countingMs = 5_000

export class Tally {
  readonly #options: TallyOptions
  readonly #groups = new Map<ObjectKey, KeyTenants>()
  readonly #unsubscribe: readonly (() => void)[]

  /** Takes in what the stores have, and follows them from then on. */
  constructor(options: TallyOptions) {
    this.#options = options
    const { tenants, secrets, namespaces } = options
    for (const tenant of tenants.list()) this.#take(tenant)
    const onNamespace = (change: Change<Namespace>): void => this.#onNamespace(change)
    this.#unsubscribe = [
      tenants.subscribe(change => this.#onTenant(change)),
      secrets.subscribe(change => this.#onSecret(change)),
      secrets.subscribeToGaps(namespace => this.#onGap(namespace)),
      ...(namespaces === undefined ? [] : [namespaces.subscribe(onNamespace)]),
    ]
  }

  close(): void {
    for (const end of this.#unsubscribe) end()
    this.#groups.clear()
  }

  /** The counts of one PartnerKey's tenants, by the rules of its present spec. */
  counts(key: ObjectKey): TallyCounts {
    const group = this.#groups.get(key)
    if (group === undefined) return nobody
    this.#rule(key, group)
    return group.counts()
  }

  /** Of the same counts, what its tenants hold. With ten thousand tenants it costs next to nothing. */
  held(key: ObjectKey): HeldCounts {
    const group = this.#groups.get(key)
    if (group === undefined) return { pairs: new Map(), partner: new Map() }
    this.#rule(key, group)
    return group.held()
  }

  /** The token Secrets of the PartnerKey's tenants, one tenant after the other. */
  *secretsOf(key: ObjectKey): Iterable<Secret> {
    for (const tenant of this.#groups.get(key)?.keys() ?? []) {
      yield* this.#options.secrets.byIndex('tenant', tenant)
    }
  }

  /** From now on, the PartnerKey is woken at once when the last of these tenants has moved or cannot move any more. */
  expect(key: ObjectKey, pending: Iterable<ObjectKey>): void {
    this.#groups.get(key)?.expect(pending)
  }

  #onTenant({ key, previous, current, initial }: Change<ConnectorTenant>): void {
    const before = previous === undefined ? undefined : partnerKeyOf(previous)
    const after = current === undefined ? undefined : partnerKeyOf(current)
    if (before !== undefined && before !== after) this.#forget(before, key)
    if (current !== undefined) this.#heardOf(current, initial)
  }

  #onSecret({ previous, current, initial }: Change<Secret>): void {
    for (const key of new Set([previous, current].map(secret => secret && labelledTenant(secret)))) {
      const tenant = key === undefined ? undefined : this.#options.tenants.get(key)
      if (tenant !== undefined) this.#heardOf(tenant, initial)
    }
  }

  /** Of the first lists come a tenant, its Secrets and its PartnerKey, in any order. It is viewed once they are in. */
  #heardOf(tenant: ConnectorTenant, initial: boolean): void {
    if (!initial) return this.#refresh(tenant)
    const key = partnerKeyOf(tenant)
    const group = this.#groups.get(key) ?? this.#open(key)
    if (group.noteUnseen(keyOf(tenant))) this.#options.wake(key, countingMs)
  }

  /** Of its tenants, a Secret that is not in the cache may exist from now on, or does not any more. */
  #onGap(namespace: string): void {
    for (const tenant of this.#options.tenants.byIndex('namespace', namespace)) this.#refresh(tenant)
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

  /** Views all tenants anew, as policy or canary have changed. */
  #rule(key: ObjectKey, group: KeyTenants): void {
    const rules = rulesOf(this.#options.partnerKeys.get(key))
    if (rules === group.rules) return
    group.rules = rules
    for (const tenantKey of group.keys()) {
      const tenant = this.#options.tenants.get(tenantKey)
      if (tenant !== undefined) group.put(tenantKey, this.#view(tenant, key))
    }
  }

  #refresh(tenant: ConnectorTenant): void {
    const { group, changed } = this.#take(tenant)
    if (!changed) return
    // Any other change takes it out too early, but the look that follows puts it back.
    const done = group.noteMoved(keyOf(tenant))
    this.#options.wake(partnerKeyOf(tenant), done ? 0 : countingMs)
  }

  #take(tenant: ConnectorTenant): { readonly group: KeyTenants; readonly changed: boolean } {
    const key = partnerKeyOf(tenant)
    const group = this.#groups.get(key) ?? this.#open(key)
    // The views were made by other rules. The next look at the counts makes all of them anew.
    if (rulesOf(this.#options.partnerKeys.get(key)) !== group.rules) group.rules = undefined
    return { group, changed: group.put(keyOf(tenant), this.#view(tenant, key)) }
  }

  #forget(key: ObjectKey, tenantKey: ObjectKey): void {
    const group = this.#groups.get(key)
    if (group === undefined) return
    group.remove(tenantKey)
    const done = group.noteMoved(tenantKey)
    if (group.size === 0) this.#groups.delete(key)
    this.#options.wake(key, done ? 0 : countingMs)
  }

  #open(key: ObjectKey): KeyTenants {
    const group = new KeyTenants(rulesOf(this.#options.partnerKeys.get(key)))
    this.#groups.set(key, group)
    return group
  }

  #view(tenant: ConnectorTenant, key: ObjectKey): TenantView {
    const { secrets, partnerKeys, namespaces } = this.#options
    const { namespace = '' } = tenant.metadata
    return describeTenant({
      tenant,
      secrets: secrets.byIndex('tenant', keyOf(tenant)),
      withheld: secrets.withholds(namespace),
      partnerKey: partnerKeys.get(key),
      namespaceLabels: labelsOfNamespace(namespace, namespaces),
    })
  }
}
