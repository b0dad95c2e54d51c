/** Writes down who is about to lose something, before anything is taken: a process may end at any moment after that. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { keyOf } from '../../api/object.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { writeStatus } from '../../kube/objects/write-status.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { listLosses, type RecentLosses } from './losses.ts'
import type { DepartureMemory } from './memory.ts'
import type { DepartureTask } from './plan.ts'

export interface RecordTarget {
  readonly connections: Store<ClickHouseConnection>
  readonly connectionClient: ResourceClient<ClickHouseConnection>
}

export interface Recording {
  readonly connection: ClickHouseConnection
  readonly tasks: readonly DepartureTask[]
  readonly elapsed: number
  /** Milliseconds since the epoch, by the servers' clocks where they tell the time. */
  readonly time: number
}

/**
 * Those that are written down already cost no write.
 *
 * @returns the connection as it is now
 * @throws KubeError: then nothing may be taken
 */
export async function recordLosses(
  { connection, tasks, elapsed, time }: Recording,
  memory: Pick<DepartureMemory, 'losses'>,
  { connections, connectionClient }: RecordTarget,
  signal: AbortSignal,
): Promise<ClickHouseConnection> {
  const news = tasks.filter(({ takes, departed }) => memory.losses[takes].note(departed, { elapsed, time }))
  if (news.length === 0) return connection
  const { recentDepartures: _access, recentEmptyings: _tables, ...rest } = connection.status ?? {}
  const status = { ...rest, ...recentLosses(memory, elapsed) }
  try {
    await writeStatus(connection, status, { client: connectionClient, store: connections }, signal)
  } catch (error) {
    for (const { takes, departed } of news) memory.losses[takes].forget(departed)
    throw error
  }
  const written = connections.get(keyOf(connection))
  return written !== undefined && isOfOneSpec(written, connection) ? written : connection
}

/** What is reported of this run must not be said of a spec that came meanwhile. */
function isOfOneSpec(a: ClickHouseConnection, b: ClickHouseConnection): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation
}

/** Undefined while it is not known what an earlier process did. */
export function recentLosses(
  { losses }: Pick<DepartureMemory, 'losses'>,
  elapsed: number,
): RecentLosses | undefined {
  if (!losses.access.isLoaded) return undefined
  return listLosses({
    recentDepartures: losses.access.recent(elapsed),
    recentEmptyings: losses.tables.recent(elapsed),
  })
}
