/** What a rollout's status does not say itself: why a tenant failed, and how far the canary is. */
import type { LabelSelector } from '../../api/fields/fields.ts'
import { keyOf } from '../../api/object.ts'
import { partnerKeyOf } from '../../api/names.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { rolloutTenant } from '../../partner-key/tenants/tenant-view.ts'
import { parsePair, samePair, type Pair } from '../../tenancy/pair.ts'
import type { NamedFault } from '../../tenancy/rollout/tally.ts'
import type { RolloutTenant } from '../../tenancy/rollout/course.ts'
import { selects } from '../../tenancy/label-selector.ts'
import { readable, readableObject, type Cluster, type Readable } from '../cluster/cluster.ts'
import { findFaults, whyFailed, whySkipped, type Faults } from './faults.ts'
import type { RolloutDetails } from '../partner-key/view.ts'

export interface FaultsWanted {
  readonly tenants: Cluster['tenants']
  /** Also those that the status does not name, at the price of a list of all tenants. */
  readonly all: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Those that failed or were skipped, and why: of the status's names, or all where those may be listed. */
export async function readFaults(
  partnerKey: PartnerKey,
  { tenants, all, now }: FaultsWanted,
  signal: AbortSignal,
): Promise<Faults> {
  const {
    failed = 0,
    failedTenants = [],
    skipped = 0,
    skippedTenants = [],
  } = partnerKey.status?.rollout ?? {}
  if (all && failed + skipped > failedTenants.length + skippedTenants.length) {
    const listed = await readable(tenants.list(tenantsOf(partnerKey), signal))
    if (listed !== undefined && listed !== 'forbidden')
      return findFaults(partnerKey, rolloutTenants(listed, partnerKey), now)
  }
  return await readNamedFaults(partnerKey, tenants, signal)
}

async function readNamedFaults(
  partnerKey: PartnerKey,
  tenants: Cluster['tenants'],
  signal: AbortSignal,
): Promise<Faults> {
  const { failedTenants = [], skippedTenants = [] } = partnerKey.status?.rollout ?? {}
  const judge = withoutSelector(partnerKey)
  const target = targetOf(partnerKey)
  const faults = (names: readonly string[], why: (tenant: RolloutTenant) => string) =>
    Promise.all(
      names.map(async name => {
        const tenant = await readableObject(tenants, name, signal)
        return { name, why: faultOf(tenant, judge, why) }
      }),
    )
  const [failed, skipped] = await Promise.all([
    faults(failedTenants, tenant => whyFailed(tenant, target)),
    faults(skippedTenants, tenant => whySkipped(tenant, partnerKey)),
  ])
  return { failed, skipped }
}

function rolloutTenants(
  listed: readonly ConnectorTenant[],
  partnerKey: PartnerKey,
): readonly RolloutTenant[] {
  const judge = withoutSelector(partnerKey)
  return listed.flatMap(tenant => {
    const holds = heldPair(tenant)
    const ours = partnerKeyOf(tenant) === keyOf(partnerKey) && tenant.metadata.deletionTimestamp === undefined
    return !ours || holds === undefined
      ? []
      : [rolloutTenant({ tenant, partnerKey: judge, namespaceLabels: undefined }, holds)]
  })
}

function targetOf({ status }: PartnerKey): Pair | undefined {
  return parsePair(status?.target)
}

/**
 * For judging tenants without the labels of namespaces: where these decide, a tenant counts as allowed unless its own
 * status says otherwise.
 */
export function withoutSelector(partnerKey: PartnerKey): PartnerKey {
  const { spec } = partnerKey
  if (spec.tenants.namespaces.from !== 'Selector') return partnerKey
  return { ...partnerKey, spec: { ...spec, tenants: { ...spec.tenants, namespaces: { from: 'All' } } } }
}

function faultOf(
  tenant: Readable<ConnectorTenant>,
  partnerKey: PartnerKey,
  why: (tenant: RolloutTenant) => string,
): NamedFault['why'] {
  if (tenant === 'forbidden') return 'you may not read it'
  if (tenant === undefined) return 'it is gone'
  const holds = heldPair(tenant) ?? { dataLens: 0, partner: 0 }
  return why(rolloutTenant({ tenant, partnerKey, namespaceLabels: undefined }, holds))
}

/** What the tenant's status says that its Secret holds: nobody needs the right to read tokens for this. */
export function heldPair({ status }: ConnectorTenant): Pair | undefined {
  return parsePair(status?.token?.pair)
}

/** How far the canary is, while that matters; undefined also where it may not be counted. */
export async function readCanary(
  tenants: Cluster['tenants'],
  partnerKey: PartnerKey,
  signal: AbortSignal,
): Promise<RolloutDetails['canary']> {
  const { canary } = partnerKey.spec.rollout
  const { phase, admittedPermille = 0 } = partnerKey.status?.rollout ?? {}
  if (canary === undefined || phase === undefined || phase === 'Complete' || admittedPermille > 0)
    return undefined
  const labelSelector = selectorText(canary.selector)
  const found = await readable(
    tenants.list({ ...tenantsOf(partnerKey), ...(labelSelector === '' ? {} : { labelSelector }) }, signal),
  )
  if (found === 'forbidden' || found === undefined) return undefined
  const target = targetOf(partnerKey)
  const counting = found
    .filter(
      tenant =>
        partnerKeyOf(tenant) === keyOf(partnerKey) && selects(canary.selector, tenant.metadata.labels),
    )
    .filter(tenant => heldPair(tenant) !== undefined && !tenant.spec.suspend)
  const updated = counting.filter(tenant => target !== undefined && samePair(heldPair(tenant), target))
  return { updated: updated.length, total: counting.length }
}

/** Asks the API server for one PartnerKey's tenants; those of namesakes come along and are for the caller to drop. */
export function tenantsOf({ metadata, spec }: PartnerKey) {
  const { namespace = '', name } = metadata
  return {
    fieldSelector: `spec.partnerKeyRef.name=${name}`,
    ...(spec.tenants.namespaces.from === 'Same' ? { namespace } : {}),
  }
}

/** As the API server's query has it. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`
      case 'NotIn':
        return `${key} notin (${values.join(',')})`
      case 'Exists':
        return key
      case 'DoesNotExist':
        return `!${key}`
      default:
        return operator satisfies never
    }
  })
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...expressions].join(',')
}
