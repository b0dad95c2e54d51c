/**
 * Databases whose tenant says something else than the server. What was done and undone between two syncs, or done by the
 * operator and undone by somebody, shows in no difference of two views, but the tenant may have looked in between. Pure.
 */
import { findCondition } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { keyOf, splitKey } from '../../api/object.ts'
import type { ConnectorTenantReason } from '../../api/reasons.ts'
import type { EndpointSnapshot, EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { needsName, type Standing } from '../../clickhouse/sharing/standing.ts'
import type { OtherWay } from '../../clickhouse/sharing/ways.ts'
import { isOwnedBy, markIn } from '../../tenancy/mark.ts'
import { isAtRest, isReady } from './at-rest.ts'
import { sightOf } from './changes.ts'

export interface Told {
  readonly endpoints: readonly EndpointView[]
  readonly standing: Standing
  readonly otherWays: readonly OtherWay[]
  readonly installation: string
}

export function contradictedDatabases(tenants: readonly ConnectorTenant[], told: Told): readonly string[] {
  const snapshots = told.endpoints.flatMap(view => (view.ok ? [view.data] : []))
  if (snapshots.length === 0) return []
  return tenants
    .filter(
      tenant => !tenant.spec.suspend && (isContradicted(tenant, snapshots, told) || lacksName(tenant, told)),
    )
    .map(({ spec }) => spec.database)
}

/** One endpoint is enough against a tenant that is Ready; for one that was refused all have to be as it wants them. */
function isContradicted(
  tenant: ConnectorTenant,
  snapshots: readonly EndpointSnapshot[],
  { installation }: Pick<Told, 'installation'>,
): boolean {
  const { database } = tenant.spec
  if (isReady(tenant))
    return snapshots.some(snapshot => {
      const sight = sightOf(database, snapshot)
      return sight === undefined || !isAtRest(tenant, sight, installation)
    })
  const reason = findCondition(tenant.status?.conditions, 'Ready')?.reason ?? ''
  if (reason === accessRemains)
    return snapshots.every(({ reader }) => reader.rolesThatOpen(database).length === 0)
  if (!refusals.has(reason)) return false
  const owner = { installation, ...splitKey(keyOf(tenant)) }
  return snapshots.every(({ databases }) => isOwnedBy(databases.get(database)?.comment ?? '', owner))
}

const accessRemains: ConnectorTenantReason = 'AccessRemains'

/** For what a mark said, or for its absence. */
const refusals: ReadonlySet<string> = new Set<ConnectorTenantReason>([
  'DatabaseOwnedElsewhere',
  'DatabaseUnmarked',
  'DatabaseLost',
  'NameRetired',
])

/** Whether its mark has to name this connection, and does not. */
function lacksName(tenant: ConnectorTenant, { endpoints, standing, otherWays }: Told): boolean {
  if (!isReady(tenant)) return false
  const { database } = tenant.spec
  return endpoints.some(view => {
    const found = view.ok ? view.data.databases.get(database) : undefined
    if (found === undefined) return false
    const isNeeded = needsName({ ...found, database, server: view.servers?.server }, standing, otherWays)
    return isNeeded && markIn(found.comment)?.connection === undefined
  })
}
