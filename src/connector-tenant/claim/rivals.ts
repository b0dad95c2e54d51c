import { knownDatabase, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { labelsOfNamespace, type Namespace } from '../../api/core-objects.ts'
import { connectionOfTenant, partnerKeyOf } from '../../api/names.ts'
import { keyOf, splitKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Store } from '../../runtime/cache/store.ts'
import type { Rival } from '../../tenancy/claim/precedence.ts'
import { admits } from '../../tenancy/name-policy.ts'
import type { Proof } from '../token/holdings.ts'

interface Sources {
  readonly tenants: Store<ConnectorTenant>
  readonly partnerKeys: Store<PartnerKey>
  readonly namespaces: Store<Namespace> | undefined
  /** What the tenant's Secret proves of the database that it names. */
  readonly provedBy: (tenant: ConnectorTenant) => Proof
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
  const admitted = partnerKey !== undefined && isAdmitted(rival, partnerKey, from)
  return {
    namespace,
    name,
    creationTimestamp: rival.metadata.creationTimestamp ?? '',
    eligible: admitted && !rival.spec.suspend && rival.metadata.deletionTimestamp === undefined,
    knownBefore: knownDatabase(rival) !== undefined || hadIt(from.provedBy(rival), admitted),
    assigned: assignment?.namespace === namespace && assignment.name === name,
  }
}

/**
 * A token of this very database counts whatever the policy says by now: it would open the next owner's. One of which
 * nobody can tell counts only for who may have the database. Otherwise a token of some other name would keep this one
 * from its rightful owner.
 */
function hadIt(proof: Proof, admitted: boolean): boolean {
  return proof === 'token' || (proof === 'perhaps' && admitted)
}

function isAdmitted(rival: ConnectorTenant, partnerKey: PartnerKey, { namespaces }: Sources): boolean {
  return admits(partnerKey, rival, labelsOfNamespace(rival.metadata.namespace ?? '', namespaces))
}
