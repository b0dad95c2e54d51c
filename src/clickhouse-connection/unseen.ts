/** What is told of what nobody could look at, as no endpoint can be used. Pure. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import { isWantedSo } from '../api/attention.ts'
import { findCondition, messageOf, readySays } from '../api/conditions.ts'
import type { Condition } from './problem.ts'

const bad = { ReaderVerified: 'False', SweepHeld: 'True' } as const

/**
 * Bad news stays until it is seen to be over. Good news, and that work is under way or that somebody wants none, is not
 * known any more.
 */
export function unseen(
  type: keyof typeof bad,
  { connection }: { readonly connection: ClickHouseConnection },
): Condition {
  const conditions = connection.status?.conditions
  const before = findCondition(conditions, type)
  const isNews = before?.status === bad[type] && before.reason !== 'Progressing' && !isWantedSo(before.reason)
  if (!isNews) return { type, status: 'Unknown', reason: 'Blocked', message: `Not looked at: ${readySays}` }
  return { type, status: before.status, reason: before.reason, message: messageOf(before, conditions) }
}
