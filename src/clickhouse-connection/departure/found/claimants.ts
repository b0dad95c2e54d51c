import type { ConnectorTenant } from '../../../api/connector-tenant.ts'
import { labelsOfNamespace, type Namespace } from '../../../api/core-objects.ts'
import { partnerKeyOf } from '../../../api/names.ts'
import { keyOf, splitKey, type ObjectKey } from '../../../api/object.ts'
import type { PartnerKey } from '../../../api/partner-key.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import { admits } from '../../../tenancy/name-policy.ts'

export interface Claimants {
  /** With an index `database`. */
  readonly tenants: Pick<Store<ConnectorTenant>, 'byIndex'>
  readonly partnerKeys: Pick<Store<PartnerKey>, 'get'>
  /** Absent where this operator may not read namespaces. */
  readonly namespaces: Pick<Store<Namespace>, 'get'> | undefined
}

/** `doubtful`: a tenant names the database, and its PartnerKey is not there to say whether it may. */
export type Claim = 'none' | 'doubtful' | 'certain'

/**
 * Whether a tenant names the database and may have it by a PartnerKey of the connection's namespace, be it of another
 * connection there: two may lead to one server. One that is surely refused does not count, nor does one that lets itself
 * in with a key in a namespace of its own, or anybody could keep the data of others for ever by writing down a name.
 *
 * @param namespace of the connection
 */
export function claimOn(database: string, namespace: string, among: Claimants): Claim {
  const claims = among.tenants.byIndex('database', database).map(tenant => claimOf(tenant, namespace, among))
  const found = new Set(claims)
  return (['certain', 'doubtful'] as const).find(claim => found.has(claim)) ?? 'none'
}

/** Who makes the claim, if there is one: `namespace/name`, in order. @param namespace of the connection */
export function claimantsOf(database: string, namespace: string, among: Claimants): readonly ObjectKey[] {
  return among.tenants
    .byIndex('database', database)
    .filter(tenant => claimOf(tenant, namespace, among) !== 'none')
    .map(keyOf)
    .sort()
}

function claimOf(
  tenant: ConnectorTenant,
  namespace: string,
  { partnerKeys, namespaces }: Omit<Claimants, 'tenants'>,
): Claim {
  if (splitKey(partnerKeyOf(tenant)).namespace !== namespace) return 'none'
  const partnerKey = partnerKeys.get(partnerKeyOf(tenant))
  if (partnerKey === undefined) return 'doubtful'
  const labels = labelsOfNamespace(tenant.metadata.namespace ?? '', namespaces)
  const isUnknown = labels === undefined && partnerKey.spec.tenants.namespaces.from === 'Selector'
  return isUnknown || admits(partnerKey, tenant, labels) ? 'certain' : 'none'
}
