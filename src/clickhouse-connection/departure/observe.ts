/** Observes which tenants are gone, as far as marks and caches tell. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { knownDatabase, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { keyOf, splitKey } from '../../api/object.ts'
import { isAlone, type ConnectionsInSight } from '../../clickhouse/sharing/ways.ts'
import { durationOf } from '../../core/duration.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { TenantName } from '../../tenancy/claim/endpoint.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { type Claimants, claimOn } from './found/claimants.ts'
import { departedKey, type DepartedTenant, emptyingKey } from './found/departed.ts'
import { retiredKey, takeInventory, type Inventory } from './found/inventory.ts'
import { whoseIn } from './whose.ts'
import { forgetGone, type DepartureMemory } from './memory.ts'
import type { DepartureObserved } from './observed.ts'
import { recall } from './of-late.ts'

export interface DepartureSources extends ConnectionsInSight, Claimants {
  readonly tenants: Pick<Store<ConnectorTenant>, 'get' | 'byIndex'>
  readonly installation: string
  /** Whether objects of a namespace are in this operator's sight. */
  readonly watches: (namespace: string) => boolean
  /** All retired databases are to be emptied, as a person asks for it. Default: those whose time has come. */
  readonly allRetired?: boolean
}

export interface DepartureLook {
  readonly connection: ClickHouseConnection
  readonly endpoints: readonly EndpointView[]
  readonly firstOn: ReadonlySet<string>
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** By the operator's clock, where no server says the time. */
  readonly now: number
}

type Told = Omit<
  DepartureObserved,
  | 'connection'
  | 'endpoints'
  | 'firstOn'
  | 'installation'
  | 'elapsed'
  | 'now'
  | 'filled'
  | 'emptiable'
  | 'unclear'
>

/** Brings `memory` up to date. */
export function observeDepartures(
  { connection, endpoints, firstOn, elapsed, now }: DepartureLook,
  memory: DepartureMemory,
  from: DepartureSources,
): Told {
  const { tenants, installation, watches } = from
  const { spec } = connection
  const { namespace: home } = splitKey(keyOf(connection))
  const tenantOf = ({ namespace, name }: TenantName): ConnectorTenant | undefined =>
    tenants.get(`${namespace}/${name}`)
  const databaseOf = (tenant: TenantName): string | undefined => tenantOf(tenant)?.spec.database
  const uuidOf = (name: TenantName): string | undefined => {
    const tenant = tenantOf(name)
    return tenant === undefined ? undefined : knownDatabase(tenant)?.uuid
  }
  const inventory = takeInventory({
    endpoints,
    installation,
    inheritFrom: spec.inheritFrom,
    connection: keyOf(connection),
    whose: whoseIn({ connection, installation, endpoints, firstOn, departures: memory.departures }, from),
    managesGrants: spec.reader.grants === 'Managed',
    databaseOf,
    uuidOf,
    withholds: tenant => tenantOf(tenant)?.spec.access === 'Withheld',
    watches,
  })
  const complete = endpoints.length > 0 && endpoints.every(view => view.ok)
  const lives = (tenant: DepartedTenant): boolean => databaseOf(tenant) === tenant.database
  const departed = memory.departures.update(inventory.departed, { elapsed, complete, lives })
  if (complete) memory.retries.keep(isLeftIn(inventory))
  forgetGone(endpoints, inventory, memory)
  const unemptied = inventory.retired.filter(found => !memory.emptied.has(retiredKey(found)))
  const names = new Set(unemptied.map(({ database }) => database))
  const { retries, doubts } = memory
  const graceMs = durationOf(spec.sweep.grace)
  const isFirst = firstOn.size > 0 || isAlone(from)
  doubts.forgetOthers(names, { complete, elapsed, graceMs })
  return {
    inventory,
    ...recall(
      { connection, endpoints, inventory, isFirst, elapsed, now, departed, unemptied, lives },
      memory,
    ),
    unemptied,
    claimed: new Set(
      [...names].filter(name => doubts.keeps(name, claimOn(name, home, from), { elapsed, graceMs })),
    ),
    anyTime: from.allRetired ?? false,
    failed: new Map(retries.failed),
  }
}

/** Whether a task may still have something to do. */
function isLeftIn({ departed, retired }: Inventory): (task: string) => boolean {
  const emptyings = retired.map(({ url, database, mark }) => emptyingKey(url, { ...mark, database }))
  const keys = new Set([...departed.map(departedKey), ...emptyings])
  return task => keys.has(task)
}
