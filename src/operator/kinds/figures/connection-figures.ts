import type { ClickHouseConnection } from '../../../api/clickhouse-connection.ts'
import { isTrue } from '../../../api/conditions.ts'
import { keyOf, type ObjectKey } from '../../../api/object.ts'
import type { Fleet } from '../../../clickhouse/fleet.ts'
import { durationOf } from '../../../core/duration.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { ConnectionFigures, ConnectionReport } from '../../../telemetry/connection-metrics.ts'
import { fairChoice } from './fair-choice.ts'

export interface ConnectionSources {
  readonly connections: Pick<Store<ClickHouseConnection>, 'list'>
  readonly fleet: Pick<Fleet, 'get'>
  /** When its last good sync ended, or else when it was first looked at, in milliseconds since the epoch. */
  readonly syncedAt: (connection: ObjectKey) => number | undefined
}

/** Each takes some eight time series, and whoever may write connections may write thousands. */
const mostTold = 250

/** The figures of all connections, at the time of the call; if they are very many, of so many of each namespace. */
export function connectionFigures(from: ConnectionSources): ConnectionReport {
  const all = from.connections.list()
  const told = fairChoice(all, mostTold)
  return { told: told.map(connection => figuresOf(connection, from)), leftOut: all.length - told.length }
}

function figuresOf(
  connection: ClickHouseConnection,
  { fleet, syncedAt }: ConnectionSources,
): ConnectionFigures {
  const key = keyOf(connection)
  const { conditions, held = [], orphans } = connection.status ?? {}
  const waiting = (takes: 'Access' | 'Tables'): number =>
    held.filter(one => one.takes === takes).reduce((sum, { count }) => sum + count, 0)
  return {
    connection: key,
    isReady: isTrue(conditions, 'Ready'),
    held: { access: waiting('Access'), tables: waiting('Tables') },
    orphans: orphans && { databases: orphans.databases, grants: orphans.grants },
    syncedAt: toSeconds(syncedAt(key)),
    syncSeconds: durationOf(connection.spec.syncInterval) / 1000,
    certificatesEndAt: toSeconds(fleet.get(key)?.certificatesEndAt),
  }
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000
}
