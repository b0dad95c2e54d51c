import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { findCondition } from '../../api/conditions.ts'
import type { Change } from '../../runtime/cache/store.ts'
import { sameValue } from '../wake/changes.ts'

/** How much of a connection has changed for those that refer to it: nothing, whether it is Ready, or more. */
export function connectionChange({
  previous,
  current,
  initial,
}: Change<ClickHouseConnection>): 'none' | 'readiness' | 'all' {
  if (initial) return 'none'
  if (previous === undefined || current === undefined || !sameValue(previous.spec, current.spec)) return 'all'
  return readiness(previous) === readiness(current) ? 'none' : 'readiness'
}

function readiness({ status }: ClickHouseConnection): string | undefined {
  return findCondition(status?.conditions, 'Ready')?.status
}
