import type { ClickHouseConnection } from '../../../api/clickhouse-connection.ts'
import { isTrue } from '../../../api/conditions.ts'
import { keyOf, type ObjectKey } from '../../../api/object.ts'
import type { Fleet } from '../../../clickhouse/fleet.ts'
import { durationOf } from '../../../core/duration.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { ConnectionFigures, ConnectionReport } from '../../../telemetry/connection-metrics.ts'
import { reportFairly } from './fair-choice.ts'

export interface ConnectionSources {
  readonly connections: Pick<Store<ClickHouseConnection>, 'list'>
  readonly fleet: Pick<Fleet, 'get'>
  /** When its last good sync ended, or else when it was first looked at, in milliseconds since the epoch. */
  readonly syncedAt: (connection: ObjectKey) => number | undefined
}

/** As they are at the time of the call. */
export function connectionFigures(from: ConnectionSources): ConnectionReport {
  return reportFairly(from.connections.list(), connection => figuresOf(connection, from))
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
