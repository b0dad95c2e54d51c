/** Wakes tenants: those whose database has changed, and all of them only when the server is new. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { Standing } from '../../clickhouse/sharing/standing.ts'
import type { OtherWay } from '../../clickhouse/sharing/ways.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { ownerOf } from '../../tenancy/mark.ts'
import { isAtRest } from './at-rest.ts'
import { contradictedDatabases, type Grants } from './contradicted.ts'
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
  readonly grants: Grants
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
  const tenants = targets.partnerKeys
    .keysByIndex('connection', key)
    .flatMap(partnerKey => targets.tenants.byIndex('partnerKey', partnerKey))
  const contradicted = contradictedDatabases(tenants, { ...synced, installation: targets.installation })
  const concerned = [...new Set([...changed, ...contradicted])]
  if (concerned.length > 0) targets.wakeDatabases(key, concerned)
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
    const asLeft = (database: string, sight: DatabaseSight): boolean => isExpected(database, sight, targets)
    for (const database of changedDatabases(before, now, asLeft)) changed.add(database)
    if (!back.has(view.url)) continue
    for (const [database, sight] of now) if (!asLeft(database, sight)) changed.add(database)
  }
  return [...changed]
}

/** Whether its owner, as the mark has it, is content with it. */
function isExpected(database: string, sight: DatabaseSight, { tenants, installation }: WakeTargets): boolean {
  const owner = ownerOf(sight.comment)
  const tenant = owner && tenants.get(`${owner.namespace}/${owner.name}`)
  if (tenant?.spec.database !== database || tenant.status?.database?.uuid !== sight.uuid) return false
  return isAtRest(tenant, sight, installation)
}
