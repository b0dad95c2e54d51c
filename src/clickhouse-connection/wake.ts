/** Tells tenants what concerns them: only those whose database changed, and all only when the server is new. */
import { findCondition } from '../api/conditions.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { Key } from '../api/object.ts'
import type { Server } from '../clickhouse/server.ts'
import type { EndpointView } from '../clickhouse/snapshot.ts'
import type { Store } from '../runtime/store.ts'
import { changedDatabases, ownerOf, viewOf, type DatabaseSight } from './changes.ts'
import type { ConnectionMemory } from './memory.ts'

export interface WakeTargets {
  readonly installation: string
  readonly tenants: Store<ConnectorTenant>
  /** What the server says of these databases has changed. */
  readonly wakeDatabases: (connection: Key, databases: readonly string[]) => void
  /** The connection can be used again, or for the first time. */
  readonly wakeTenants: (connection: Key, options: { readonly unreadyOnly: boolean }) => void
}

export interface Synced {
  readonly key: Key
  readonly server: Server
  readonly endpoints: readonly EndpointView[]
  /** The connection has just become Ready. */
  readonly becameReady: boolean
}

export function wakeConcerned(synced: Synced, memory: ConnectionMemory, targets: WakeTargets): void {
  const { key, server, endpoints, becameReady } = synced
  const answering = new Set(endpoints.filter(view => view.ok).map(view => view.url))
  const isNewServer = memory.announced !== server && answering.size > 0
  const unknownBefore = endpoints.some(view => view.ok && !memory.views.has(view.url))
  const isBack = [...answering].some(url => !memory.answering.has(url))
  const changed = noteViews(endpoints, memory, targets)
  memory.answering = answering
  if (isNewServer || unknownBefore) {
    memory.announced = server
    targets.wakeTenants(key, { unreadyOnly: false })
    return
  }
  if (isBack || becameReady) targets.wakeTenants(key, { unreadyOnly: true })
  if (changed.length > 0) targets.wakeDatabases(key, changed)
}

function noteViews(
  endpoints: readonly EndpointView[],
  { views }: ConnectionMemory,
  targets: WakeTargets,
): readonly string[] {
  const urls = new Set(endpoints.map(({ url }) => url))
  for (const url of views.keys()) if (!urls.has(url)) views.delete(url)
  const changed = new Set<string>()
  for (const view of endpoints) {
    if (!view.ok) continue
    const now = viewOf(view.data)
    const before = views.get(view.url)
    views.set(view.url, now)
    if (before === undefined) continue
    const isExpected = (database: string, sight: DatabaseSight): boolean => isAtRest(database, sight, targets)
    for (const database of changedDatabases(before, now, isExpected)) changed.add(database)
  }
  return [...changed]
}

/** Just as its tenant left it when it became Ready. */
function isAtRest(
  database: string,
  { comment, granted, readable, uuid }: DatabaseSight,
  { tenants, installation }: WakeTargets,
): boolean {
  const owner = ownerOf(comment)
  const tenant = owner && tenants.get(`${owner.namespace}/${owner.name}`)
  if (tenant === undefined || tenant.spec.database !== database) return false
  if (owner?.installation !== installation || owner.onDelete !== tenant.spec.deletionPolicy) return false
  if (findCondition(tenant.status?.conditions, 'Ready')?.status !== 'True') return false
  return tenant.status?.database?.uuid === uuid && (tenant.spec.access === 'Granted' ? granted : !readable)
}
