/** What a rollout's status does not say itself: why a tenant failed, and how far the canary is. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { rolloutCandidate } from '../../partner-key/tenants/tenant-view.ts'
import { parsePair } from '../../tenancy/pair.ts'
import type { RolloutCandidate } from '../../tenancy/rollout/course.ts'
import { countTenants, type NamedFault } from '../../tenancy/rollout/tally.ts'
import { readable, readableObject, type Cluster, type Readable } from '../cluster/cluster.ts'
import type { RolloutDetails } from '../partner-key/view.ts'
import { findFaults, whyFailed, whySkipped, type Faults } from './faults.ts'
import { livingTenantsOf, rolloutTenants, selectorText, tenantsQuery, withoutSelector } from './tenants.ts'

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
    const listed = await readable(tenants.list(tenantsQuery(partnerKey), signal))
    if (listed !== undefined && listed !== 'forbidden') {
      const living = livingTenantsOf(partnerKey, listed)
      return findFaults(partnerKey, rolloutTenants(withoutSelector(partnerKey), living), now)
    }
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
  const target = parsePair(partnerKey.status?.target)
  const faults = (names: readonly string[], why: (tenant: RolloutCandidate) => string) =>
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

function faultOf(
  tenant: Readable<ConnectorTenant>,
  partnerKey: PartnerKey,
  why: (tenant: RolloutCandidate) => string,
): NamedFault['why'] {
  if (tenant === 'forbidden') return 'you may not read it'
  if (tenant === undefined) return 'it is gone'
  return why(rolloutCandidate({ tenant, partnerKey, namespaceLabels: undefined }))
}

/** How far the canary is, while that matters; undefined also where it may not be counted. */
export async function readCanary(
  from: Cluster['tenants'],
  partnerKey: PartnerKey,
  signal: AbortSignal,
): Promise<RolloutDetails['canary']> {
  const { canary } = partnerKey.spec.rollout
  const { phase, admittedPermille = 0 } = partnerKey.status?.rollout ?? {}
  if (canary === undefined || phase === undefined || phase === 'Complete' || admittedPermille > 0)
    return undefined
  const labelSelector = selectorText(canary.selector)
  const found = await readable(
    from.list({ ...tenantsQuery(partnerKey), ...(labelSelector === '' ? {} : { labelSelector }) }, signal),
  )
  if (found === 'forbidden' || found === undefined) return undefined
  const tenants = rolloutTenants(withoutSelector(partnerKey), livingTenantsOf(partnerKey, found))
  return countTenants(tenants, parsePair(partnerKey.status?.target)).canary
}
