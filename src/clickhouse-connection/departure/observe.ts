/** Observes which tenants are gone, as far as marks and caches tell. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { knownDatabase, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { keyOf } from '../../api/object.ts'
import type { ConnectionsInSight } from '../../clickhouse/sharing.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { TenantName } from '../../tenancy/claim/endpoint.ts'
import { departedKey, emptyingKey } from './departed.ts'
import { takeInventory, type Inventory } from './inventory.ts'
import { whoseIn } from './whose.ts'
import { forgetUnrevokable, type DepartureMemory } from './memory.ts'
import type { DepartureObserved } from './observed.ts'

export interface DepartureSources extends ConnectionsInSight {
  readonly tenants: { get(key: string): ConnectorTenant | undefined }
  readonly installation: string
  /** Whether objects of a namespace are in this operator's sight. */
  readonly watches: (namespace: string) => boolean
}

export interface DepartureLook {
  readonly connection: ClickHouseConnection
  readonly endpoints: readonly EndpointView[]
  /** Monotonic milliseconds. */
  readonly elapsed: number
}

/** Brings `memory` up to date. */
export function observeDepartures(
  { connection, endpoints, elapsed }: DepartureLook,
  memory: DepartureMemory,
  from: DepartureSources,
): Pick<DepartureObserved, 'inventory' | 'departed' | 'recentDepartures' | 'unrevokable' | 'failed'> {
  const { tenants, installation, watches } = from
  const { spec } = connection
  const tenantOf = ({ namespace, name }: TenantName): ConnectorTenant | undefined =>
    tenants.get(`${namespace}/${name}`)
  const databaseOf = (tenant: TenantName): string | undefined => tenantOf(tenant)?.spec.database
  const uuidOf = (name: TenantName): string | undefined => {
    const tenant = tenantOf(name)
    return tenant === undefined ? undefined : knownDatabase(tenant)?.uuid
  }
  forgetUnrevokable(endpoints, memory)
  const inventory = takeInventory({
    endpoints,
    installation,
    inheritFrom: spec.inheritFrom,
    connection: keyOf(connection),
    whose: whoseIn({ connection, installation, endpoints, departures: memory.departures }, from),
    managesGrants: spec.reader.grants === 'Managed',
    databaseOf,
    uuidOf,
    watches,
    unrevokable: memory.unrevokable,
  })
  const complete = endpoints.length > 0 && endpoints.every(view => view.ok)
  const departed = memory.departures.update(inventory.departed, {
    elapsed,
    complete,
    lives: tenant => databaseOf(tenant) === tenant.database,
  })
  const recentDepartures = memory.departures.recent(departed)
  if (complete) memory.retries.keep(isLeftIn(inventory))
  const { unrevokable, retries } = memory
  return { inventory, departed, recentDepartures, unrevokable, failed: new Map(retries.failed) }
}

/** Whether a task may still have something to do. */
function isLeftIn({ departed, retired }: Inventory): (task: string) => boolean {
  const emptyings = retired.map(({ url, database, mark }) => emptyingKey(url, { ...mark, database }))
  const keys = new Set([...departed.map(departedKey), ...emptyings])
  return task => keys.has(task)
}
