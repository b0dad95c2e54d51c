import type { ClickHouseConnection, ClickHouseConnectionStatus } from '../api/clickhouse-connection.ts'
import { clickHouseConnectionConditions } from '../api/status/clickhouse-connection.ts'
import { findCondition, isTrue, readySays } from '../api/conditions.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import { privateHosts } from './reader/hosts.ts'

/**
 * One Event for each condition that changed its answer or its reason, none otherwise; and none that only points to
 * another, or tells that nothing could be looked at because of what Ready says.
 */
export function announce(
  connection: ClickHouseConnection,
  status: ClickHouseConnectionStatus,
  events: EventRecorder,
): void {
  const isReady = isTrue(status.conditions, 'Ready')
  for (const type of ['Ready', 'Reachable', 'ReaderVerified', 'SweepHeld', 'StatementsRefused'] as const) {
    const before = findCondition(connection.status?.conditions, type)
    const now = findCondition(status.conditions, type)
    if (now === undefined || now.message === readySays || (now.status === 'Unknown' && !isReady)) continue
    if (before?.status === now.status && before.reason === now.reason) continue
    const wanted = clickHouseConnectionConditions[type].good
    const good = now.status === wanted
    const isNews = before !== undefined && before.status !== 'Unknown'
    if (wanted === 'False' && good && !isNews) continue
    events.publish({
      regarding: connection,
      type: good || now.reason === 'Progressing' || now.reason === 'Observing' ? 'Normal' : 'Warning',
      reason: now.reason,
      note: now.message,
      action: 'Sync',
    })
  }
  warnOfHosts(connection, events)
}

function warnOfHosts(connection: ClickHouseConnection, events: EventRecorder): void {
  if (connection.status?.observedGeneration === connection.metadata.generation) return
  const hosts = privateHosts(connection.spec)
  if (hosts.length === 0) return
  const note = `DataLens cannot reach ${hosts.join(', ')}. Set spec.handover.hosts to public names.`
  events.publish({ regarding: connection, type: 'Warning', reason: 'HostsNotPublic', note, action: 'Sync' })
}
