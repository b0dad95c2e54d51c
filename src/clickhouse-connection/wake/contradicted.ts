/**
 * Databases whose tenant says something else than the server. What was done and undone between two syncs, or done by the
 * operator and undone by somebody, shows in no difference of two views, but the tenant may have looked in between. Pure.
 */
import { findCondition } from '../../api/conditions.ts'
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { keyOf, splitKey } from '../../api/object.ts'
import type { ConnectorTenantReason } from '../../api/reasons.ts'
import type { EndpointSnapshot, EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { needsName, type Standing } from '../../clickhouse/sharing/standing.ts'
import type { OtherWay } from '../../clickhouse/sharing/ways.ts'
import { isOwnedBy, markIn } from '../../tenancy/mark.ts'
import { isAtRest, isReady } from './at-rest.ts'
import { sightOf } from './changes.ts'

/** Who makes the reader's grants. */
export type Grants = ClickHouseConnection['spec']['reader']['grants']

export interface Told {
  readonly endpoints: readonly EndpointView[]
  readonly grants: Grants
  readonly standing: Standing
  readonly otherWays: readonly OtherWay[]
  readonly installation: string
}

interface Seen extends Told {
  /** Those that answer. */
  readonly snapshots: readonly EndpointSnapshot[]
  readonly seesAll: boolean
}

export function contradictedDatabases(tenants: readonly ConnectorTenant[], told: Told): readonly string[] {
  const snapshots = told.endpoints.flatMap(view => (view.ok ? [view.data] : []))
  if (snapshots.length === 0) return []
  const seen = { ...told, snapshots, seesAll: snapshots.length === told.endpoints.length }
  return tenants
    .filter(tenant => !tenant.spec.suspend && (isContradicted(tenant, seen) || lacksName(tenant, told)))
    .map(({ spec }) => spec.database)
}

function isContradicted(tenant: ConnectorTenant, seen: Seen): boolean {
  if (isReady(tenant)) return isReadyInVain(tenant, seen)
  const reason = findCondition(tenant.status?.conditions, 'Ready')?.reason ?? ''
  if (reason === accessRemains) return isShutByNow(tenant, seen)
  return refusals.has(reason) && isItsOwnByNow(tenant, seen)
}

/** One endpoint is enough, but for the uuid: the tenant knows one, and replicas may have one each. */
function isReadyInVain(tenant: ConnectorTenant, { snapshots, seesAll, installation }: Seen): boolean {
  const { database } = tenant.spec
  const known = tenant.status?.database?.uuid
  const sights = snapshots.map(snapshot => sightOf(database, snapshot))
  if (sights.some(sight => sight === undefined || !isAtRest(tenant, sight, installation))) return true
  return seesAll && known !== undefined && sights.every(sight => sight?.uuid !== known)
}

/** What is out of sight may be open as before. */
function isShutByNow({ spec: { database } }: ConnectorTenant, { snapshots, seesAll, grants }: Seen): boolean {
  if (!seesAll) return false
  return snapshots.every(({ reader }) =>
    grants === 'Managed' ? reader.rolesThatOpen(database).length === 0 : !reader.touches(database),
  )
}

function isItsOwnByNow(tenant: ConnectorTenant, { snapshots, installation }: Seen): boolean {
  const owner = { installation, ...splitKey(keyOf(tenant)) }
  return snapshots.every(({ databases }) =>
    isOwnedBy(databases.get(tenant.spec.database)?.comment ?? '', owner),
  )
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
