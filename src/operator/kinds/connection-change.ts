import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { findCondition } from '../../api/conditions.ts'
import type { Change } from '../../runtime/cache/change.ts'
import { sameValue } from '../wake/changes.ts'

/** How much of a connection has changed for those that refer to it: nothing, whether it can be used, or more. */
export function connectionChange({
  previous,
  current,
  initial,
}: Change<ClickHouseConnection>): 'none' | 'readiness' | 'all' {
  if (initial) return 'none'
  if (previous === undefined || current === undefined || !sameValue(previous.spec, current.spec)) return 'all'
  return readiness(previous) === readiness(current) ? 'none' : 'readiness'
}

/** New tenants need all endpoints, so these count, too. */
function readiness({ status }: ClickHouseConnection): string {
  const answers = (['Ready', 'Reachable'] as const).map(
    type => findCondition(status?.conditions, type)?.status,
  )
  return answers.join(' ')
}
