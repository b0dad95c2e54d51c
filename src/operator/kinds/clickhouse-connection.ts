/** The ClickHouseConnection in the operator, and what wakes one. */
import { clickHouseConnection, type ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { labelsOfNamespace, type Namespace } from '../../api/core-objects.ts'
import { connectionOf, connectionOfTenant, partnerKeyOf, secretsOfConnection } from '../../api/names.ts'
import { keyOf, splitKey, type ObjectKey } from '../../api/object.ts'
import { Presences } from '../../clickhouse/presence/presences.ts'
import { createClickHouseConnectionController } from '../../clickhouse-connection/controller.ts'
import { waitsForStatement } from '../../clickhouse-connection/server/refused.ts'
import { WorkQueue } from '../../runtime/queue/work-queue.ts'
import { admits } from '../../tenancy/name-policy.ts'
import type { Kind } from '../kind.ts'
import { watch, type Watched, type WatchEnvironment } from '../watches.ts'
import { countConditions } from './figures/condition-counts.ts'
import { connectionFigures } from './figures/connection-figures.ts'
import { controllerDeps, queueOptions, sight, type KindEnvironment, type Related } from './environment.ts'
import type { ServerChanges } from './server-changes.ts'

export function watchConnections(environment: WatchEnvironment): Watched<ClickHouseConnection> {
  const watched = watch<ClickHouseConnection>(clickHouseConnection, environment)
  watched.store.addIndex('secret', secretsOfConnection)
  return watched
}

export function connectionKind(
  environment: KindEnvironment,
  related: Related,
  changes: ServerChanges,
): Kind<ClickHouseConnection> {
  const { shared, references, fleet, config, metrics, installation, ending } = environment
  const { connections, partnerKeys, tenants } = related
  const queue = new WorkQueue({ name: 'connections', ...queueOptions(environment) })
  const controller = createClickHouseConnectionController({
    ...controllerDeps(environment),
    connections: connections.store,
    connectionClient: connections.client,
    tenants: tenants.store,
    tenantClient: tenants.client,
    partnerKeys: partnerKeys.store,
    namespaces: shared.namespaces?.store,
    ownSecrets: shared.secrets.store,
    secretClient: shared.secrets.client,
    referencedSecrets: references,
    // One that changes nothing disturbs nobody, and is disturbed by nobody.
    presences: config.dryRun ? undefined : new Presences({ installation, scope: config.watchNamespaces }),
    clickHouseMetrics: { statement: (kind, code, ms) => metrics.statement(kind, code, ms / 1000) },
    watches: sight(config),
    ending,
    wakeConnection: key => queue.add(key, { priority: 'high', reason: 'departure' }),
    lookAgain: (key, afterMs) => queue.add(key, { afterMs, reason: 'sync' }),
    wakeDatabases: (key, databases) => changes.databases(key, databases),
    wakeTenants: (key, options) => changes.usable(key, options),
    wakeParked: key => changes.answers(key),
  })
  const syncedAt = (key: ObjectKey) => controller.syncedAt(key)
  metrics.conditions(countConditions(clickHouseConnection, connections.store))
  metrics.connections(() => connectionFigures({ connections: connections.store, fleet, syncedAt }))
  return {
    name: 'connections',
    watched: connections,
    queue,
    firstLook: 'leads',
    reconcile: (key, signal) => controller.reconcile(key, signal),
    references: secretsOfConnection,
    subjectsOfSecret: secret => connections.store.keysByIndex('secret', keyOf(secret)),
    subscribe() {
      fleet.subscribe(key => queue.add(key, { reason: 'endpoints' }))
      wakeConnections(queue, { ...related, namespaces: shared.namespaces }, (tenant, { missed }) => {
        const departed = { ...splitKey(keyOf(tenant)), database: tenant.spec.database }
        if (missed) controller.noteMissing(departed)
        else controller.noteDeparture(departed, connectionOfTenant(tenant, partnerKeys.store))
      })
    },
  }
}

/** How soon a connection is looked at that has something to tell, or to begin, in milliseconds. */
const soonMs = 5_000

/**
 * How long the counts in a connection's status may lag behind so many tenants of it, in milliseconds. To count takes a
 * look at all of them: a millisecond for each keeps that below a fiftieth of the time, however many come.
 */
export function countingMs(tenants: number): number {
  return Math.max(soonMs, tenants)
}

interface ConnectionWakes extends Pick<Related, 'partnerKeys' | 'tenants'> {
  /** Absent where this operator may not read namespaces. */
  readonly namespaces: Watched<Namespace> | undefined
}

/**
 * @param onDeparture gets a tenant that was deleted, or now names another database, as it was before; unless it was
 * never let in, so that nobody has a server looked at by coming and going. `missed`: nobody saw it go
 */
export function wakeConnections(
  queue: WorkQueue,
  from: ConnectionWakes,
  onDeparture: (tenant: ConnectorTenant, how: { readonly missed: boolean }) => void,
): void {
  const { partnerKeys, tenants } = from
  tenants.store.subscribe(({ previous, current, missed = false }) => {
    if (previous === undefined) return
    const leaves = current === undefined || current.spec.database !== previous.spec.database
    const departs = leaves && mayHaveHad(previous, from)
    if (departs) onDeparture(previous, { missed })
    // One look serves many such tenants. With it the grace of those begins that nobody saw go, and is told.
    const isSoon = (departs && missed) || changesRefused(previous, current)
    if (!isSoon && !hasGotDatabase(previous, current)) return
    const connection = connectionOfTenant(current ?? previous, partnerKeys.store)
    if (connection === undefined) return
    const afterMs = isSoon ? soonMs : countingMs(countTenants(connection, from))
    queue.add(connection, { priority: 'low', afterMs, reason: 'counts' })
  })
  partnerKeys.store.subscribe(({ previous, current, initial }) => {
    const partnerKey = current ?? previous
    if (initial || partnerKey === undefined || (previous !== undefined && current !== undefined)) return
    queue.add(connectionOf(partnerKey), { reason: 'partner key' })
  })
}

function countTenants(connection: ObjectKey, { partnerKeys, tenants }: ConnectionWakes): number {
  return partnerKeys.store
    .keysByIndex('connection', connection)
    .reduce((count, key) => count + tenants.store.countByIndex('partnerKey', key), 0)
}

function hasGotDatabase(previous: ConnectorTenant, current: ConnectorTenant | undefined): boolean {
  return current?.status?.database !== undefined && previous.status?.database === undefined
}

/** Whether one more tenant waits for a statement that the server refuses, or one less. */
function changesRefused(previous: ConnectorTenant, current: ConnectorTenant | undefined): boolean {
  return waitsForStatement(previous) !== (current !== undefined && waitsForStatement(current))
}

/** Whether a tenant may have had anything on a server: by its status, or since it might have got it just now. */
function mayHaveHad(tenant: ConnectorTenant, { partnerKeys, namespaces }: ConnectionWakes): boolean {
  if (tenant.status?.database !== undefined || tenant.status?.token !== undefined) return true
  const partnerKey = partnerKeys.store.get(partnerKeyOf(tenant))
  const labels = labelsOfNamespace(tenant.metadata.namespace ?? '', namespaces?.store)
  return partnerKey !== undefined && admits(partnerKey, tenant, labels)
}
