import { knownDatabase, type ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Namespace } from '../../api/core-objects.ts'
import { connectionOfTenant, partnerKeyOf } from '../../api/names.ts'
import { keyOf, splitKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Store } from '../../runtime/cache/store.ts'
import type { Rival } from '../../tenancy/claim/claim.ts'
import { admits } from '../../tenancy/name-policy.ts'

interface Sources {
  readonly tenants: Store<ConnectorTenant>
  readonly partnerKeys: Store<PartnerKey>
  readonly namespaces: Store<Namespace> | undefined
  /** Whether the tenant has a Secret with a token that the operator sealed for it. */
  readonly holdsToken: (tenant: ConnectorTenant) => boolean
}

/** Other tenants that name the same database on the same connection, of any PartnerKey. */
export function rivalsOf(tenant: ConnectorTenant, from: Sources): readonly Rival[] {
  const same = from.tenants.byIndex('database', tenant.spec.database)
  if (same.length <= 1) return []
  const connection = connectionOfTenant(tenant, from.partnerKeys)
  return same
    .filter(
      other => keyOf(other) !== keyOf(tenant) && connectionOfTenant(other, from.partnerKeys) === connection,
    )
    .map(other => describe(other, from))
}

function describe(rival: ConnectorTenant, from: Sources): Rival {
  const { namespace, name } = splitKey(keyOf(rival))
  const partnerKey = from.partnerKeys.get(partnerKeyOf(rival))
  const assignment = partnerKey?.spec.tenants.assignments.find(
    ({ database }) => database === rival.spec.database,
  )
  return {
    namespace,
    name,
    creationTimestamp: rival.metadata.creationTimestamp ?? '',
    eligible: partnerKey !== undefined && isEligible(rival, partnerKey, from),
    knownBefore: knownDatabase(rival) !== undefined || from.holdsToken(rival),
    assigned: assignment?.namespace === namespace && assignment.name === name,
  }
}

function isEligible(rival: ConnectorTenant, partnerKey: PartnerKey, { namespaces }: Sources): boolean {
  if (rival.spec.suspend || rival.metadata.deletionTimestamp !== undefined) return false
  const labels = namespaces?.get(`/${rival.metadata.namespace ?? ''}`)?.metadata.labels
  return admits(partnerKey, rival, labels)
}
