import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { connectionOfTenant } from '../../api/names.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Fleet } from '../../clickhouse/fleet.ts'
import type { Store } from '../../runtime/cache/store.ts'

interface Sources {
  readonly connections: { readonly size: number }
  readonly partnerKeys: Pick<Store<PartnerKey>, 'get'>
  readonly tenants: Pick<Store<ConnectorTenant>, 'get'>
  readonly fleet: Pick<Fleet, 'get'>
}

/**
 * The connection whose server a run of the tenant keeps busy. Undefined: it has none to share. PartnerKeys may name
 * connections without end; of servers, each namespace has a bounded number.
 */
export function keptBusyBy(
  key: ObjectKey,
  { connections, partnerKeys, tenants, fleet }: Sources,
): ObjectKey | undefined {
  const tenant = connections.size > 1 ? tenants.get(key) : undefined
  const connection = tenant === undefined ? undefined : connectionOfTenant(tenant, partnerKeys)
  return connection !== undefined && fleet.get(connection) !== undefined ? connection : undefined
}
