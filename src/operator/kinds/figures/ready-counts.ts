import { findCondition } from '../../../api/conditions.ts'
import type { ConnectorTenant } from '../../../api/connector-tenant.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { ReadyCounts } from '../../../telemetry/tenant-metrics.ts'

/** Tells how many tenants are Ready, now and after each change. It never counts all of them, which may be 10,000. */
export function countReady(store: Store<ConnectorTenant>, tell: (counts: ReadyCounts) => void): void {
  const counts = { ready: 0, notReady: 0, unknown: 0 }
  for (const tenant of store.list()) counts[readiness(tenant)] += 1
  tell(counts)
  store.subscribe(({ previous, current }) => {
    const [before, after] = [previous, current].map(tenant => tenant && readiness(tenant))
    if (before === after) return
    if (before !== undefined) counts[before] -= 1
    if (after !== undefined) counts[after] += 1
    tell(counts)
  })
}

function readiness({ status }: ConnectorTenant): keyof ReadyCounts {
  const answer = findCondition(status?.conditions, 'Ready')?.status
  if (answer === 'True') return 'ready'
  return answer === 'False' ? 'notReady' : 'unknown'
}
