/** Wakes tenants: those whose database has changed, and all of them only when the server is new. */
import { findCondition, isTrue } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { keyOf, splitKey, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { ConnectorTenantReason } from '../../api/reasons.ts'
import type { Server } from '../../clickhouse/server.ts'
import { needsName, type Standing } from '../../clickhouse/sharing/standing.ts'
import type { OtherWay } from '../../clickhouse/sharing/ways.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { isOwnedBy, markIn, ownerOf } from '../../tenancy/mark.ts'
import { changedDatabases, viewOf, type DatabaseSight } from './changes.ts'
import type { WakeMemory } from './memory.ts'

export interface WakeTargets {
  readonly installation: string
  /** With the indexes `partnerKey`: `namespace/name` of the PartnerKey, and `database`. */
  readonly tenants: Store<ConnectorTenant>
  /** With an index `connection`: `namespace/name` of the ClickHouseConnection. */
  readonly partnerKeys: Store<PartnerKey>
  /** What the server says of these databases has changed. */
  readonly wakeDatabases: (connection: ObjectKey, databases: readonly string[]) => void
  /** The connection can be used again, or for the first time. */
  readonly wakeTenants: (connection: ObjectKey, options: { readonly unreadyOnly: boolean }) => void
  /** The connection answers. Tenants that were parked while it did not go on. */
  readonly wakeParked: (connection: ObjectKey) => void
}
export interface Synced {
  readonly key: ObjectKey
  /** Without one nobody is woken. */
  readonly server: Server | undefined
  readonly endpoints: readonly EndpointView[]
  readonly standing: Standing
  /** The connection has just become Ready. */
  readonly becameReady: boolean
  readonly otherWays: readonly OtherWay[]
}

export function wakeConcerned(synced: Synced, memory: WakeMemory, targets: WakeTargets): void {
  const { key, server, endpoints, becameReady } = synced
  if (server === undefined) return
  const answering = new Set(endpoints.filter(view => view.ok).map(view => view.url))
  const isNewServer = memory.announced !== server && answering.size > 0
  const unknownBefore = endpoints.some(view => view.ok && !memory.views.has(view.url))
  const back = new Set([...answering].filter(url => !memory.answering.has(url)))
  const changed = noteViews(endpoints, { memory, back }, targets)
  memory.answering = answering
  // At each sync: the server may have been away and back in between, and nobody here saw it.
  if (answering.size > 0) targets.wakeParked(key)
  if (isNewServer || unknownBefore) {
    memory.announced = server
    targets.wakeTenants(key, { unreadyOnly: false })
    return
  }
  if (back.size > 0 || becameReady) targets.wakeTenants(key, { unreadyOnly: true })
  const contradicted = contradictedDatabases(synced, targets)
  const concerned = [...new Set([...changed, ...contradicted])]
  if (concerned.length > 0) targets.wakeDatabases(key, concerned)
}

/**
 * Databases whose tenant says something else than the server: it is Ready, but an endpoint that answers lacks the
 * database; or it was refused, but all of them have the database as its own. A change that was undone between two syncs
 * shows in neither view, but the tenant may have looked in between. Likewise if its mark has to name this connection,
 * and does not.
 */
function contradictedDatabases(
  synced: Synced,
  { partnerKeys, tenants, installation }: WakeTargets,
): readonly string[] {
  const { key, endpoints } = synced
  const views = endpoints.flatMap(view => (view.ok ? [view.data.databases] : []))
  if (views.length === 0) return []
  const isTheirs = (tenant: ConnectorTenant, comment = ''): boolean =>
    isOwnedBy(comment, { installation, ...splitKey(keyOf(tenant)) })
  return partnerKeys
    .keysByIndex('connection', key)
    .flatMap(key => tenants.byIndex('partnerKey', key))
    .filter(tenant => {
      const { database } = tenant.spec
      if (isReady(tenant)) {
        return views.some(databases => !databases.has(database)) || lacksName(tenant, synced)
      }
      return wasRefused(tenant) && views.every(each => isTheirs(tenant, each.get(database)?.comment))
    })
    .map(({ spec }) => spec.database)
}

function lacksName(
  { spec: { database, suspend } }: ConnectorTenant,
  { endpoints, standing, otherWays }: Pick<Synced, 'endpoints' | 'standing' | 'otherWays'>,
): boolean {
  if (suspend) return false
  return endpoints.some(view => {
    const found = view.ok ? view.data.databases.get(database) : undefined
    if (found === undefined || markIn(found.comment)?.connection !== undefined) return false
    return needsName({ ...found, database, server: view.servers?.server }, standing, otherWays)
  })
}

const refusals: ReadonlySet<string> = new Set<ConnectorTenantReason>([
  'DatabaseOwnedElsewhere',
  'DatabaseUnmarked',
  'DatabaseLost',
  'NameRetired',
])

/** Whether a tenant was refused for what a mark said, or for its absence. */
function wasRefused({ status }: ConnectorTenant): boolean {
  return refusals.has(findCondition(status?.conditions, 'Ready')?.reason ?? '')
}

function isReady({ status }: ConnectorTenant): boolean {
  return isTrue(status?.conditions, 'Ready')
}

/**
 * Remembers what each endpoint has. A replica that comes back may be as it was, while its tenants now want something
 * else: access that was withheld meanwhile would stay granted there.
 */
function noteViews(
  endpoints: readonly EndpointView[],
  { memory, back }: { readonly memory: WakeMemory; readonly back: ReadonlySet<string> },
  targets: WakeTargets,
): readonly string[] {
  const { views } = memory
  const urls = new Set(endpoints.map(({ url }) => url))
  for (const url of views.keys()) if (!urls.has(url)) views.delete(url)
  const isNamed = (database: string): boolean => targets.tenants.keysByIndex('database', database).length > 0
  const changed = new Set<string>()
  for (const view of endpoints) {
    if (!view.ok) continue
    const now = viewOf(view.data, isNamed)
    const before = views.get(view.url)
    views.set(view.url, now)
    if (before === undefined) continue
    const isExpected = (database: string, sight: DatabaseSight): boolean => isAtRest(database, sight, targets)
    for (const database of changedDatabases(before, now, isExpected)) changed.add(database)
    if (!back.has(view.url)) continue
    for (const [database, sight] of now) if (!isExpected(database, sight)) changed.add(database)
  }
  return [...changed]
}

/** Whether the database is as its tenant left it when it became Ready. */
function isAtRest(
  database: string,
  { comment, granted, readable, uuid }: DatabaseSight,
  { tenants, installation }: WakeTargets,
): boolean {
  const owner = ownerOf(comment)
  const tenant = owner && tenants.get(`${owner.namespace}/${owner.name}`)
  if (tenant === undefined || tenant.spec.database !== database) return false
  if (owner?.installation !== installation || owner.onDelete !== tenant.spec.deletionPolicy) return false
  if (!isReady(tenant)) return false
  return tenant.status?.database?.uuid === uuid && (tenant.spec.access === 'Granted' ? granted : !readable)
}
