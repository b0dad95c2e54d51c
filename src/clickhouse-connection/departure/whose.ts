/** Gathers what tells whose departure a mark stands for. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { keyOf } from '../../api/object.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { precedes } from '../../clickhouse/sharing/standing.ts'
import { isAlone, otherWays, type ConnectionsInSight, type OtherWay } from '../../clickhouse/sharing/ways.ts'
import { sameTenant } from '../../tenancy/claim/endpoint.ts'
import { whoseDeparture, type Whose } from '../../tenancy/departure/whose.ts'
import { markIn } from '../../tenancy/mark.ts'
import type { RetiredDatabase } from './found/inventory.ts'
import type { Departures } from './memory.ts'

interface Asking {
  readonly connection: ClickHouseConnection
  readonly installation: string
  readonly endpoints: readonly EndpointView[]
  /** Servers on which it was the first, by uuid. */
  readonly firstOn: ReadonlySet<string>
  readonly departures: Pick<Departures, 'connectionOf'>
}

export type FoundDatabase = RetiredDatabase & { readonly uuid: string }

/** Looks at other connections only where a mark names none. */
export function whoseIn(asking: Asking, from: ConnectionsInSight): (found: FoundDatabase) => Whose {
  const { installation, endpoints, firstOn, departures } = asking
  const connection = keyOf(asking.connection)
  let known: readonly OtherWay[] | undefined
  const others = (): readonly OtherWay[] => (known ??= otherWays(connection, from))
  const told = (found: FoundDatabase): string | undefined =>
    namedElsewhere(found, endpoints) ?? departures.connectionOf({ ...found.mark, database: found.database })
  const servers = new Map(endpoints.map(({ url, servers: known }) => [url, known?.server]))
  return found => {
    const server = servers.get(found.url)
    const seen = { ...found, server }
    const first = server !== undefined && firstOn.has(server)
    return whoseDeparture({
      installation,
      connection,
      mark: found.mark,
      told: first && isAlone(from) ? undefined : told(found),
      exists: name => from.connections.has(name),
      first,
      preceded: () => others().some(other => precedes(seen, other)),
    })
  }
}

/** The connection that the same tenant's mark names on another replica. This one may have been away when it was written. */
function namedElsewhere(
  { database, mark }: FoundDatabase,
  endpoints: readonly EndpointView[],
): string | undefined {
  const names = new Set<string>()
  for (const view of endpoints) {
    const other = view.ok ? markIn(view.data.databases.get(database)?.comment ?? '') : undefined
    if (other?.connection === undefined || other.installation !== mark.installation) continue
    if (sameTenant(other, mark)) names.add(other.connection)
  }
  const [name] = names
  return names.size === 1 ? name : undefined
}
