import { findCondition } from '../../../api/conditions.ts'
import type { ConnectorTenant } from '../../../api/connector-tenant.ts'
import type { Store } from '../../../runtime/cache/store.ts'
import type { ReadyCounts } from '../../../telemetry/tenant-metrics.ts'

/** How many tenants are Ready, as often as it is asked. All of them, which may be 50,000, are counted only once. */
export function countReady(store: Pick<Store<ConnectorTenant>, 'list' | 'subscribe'>): () => ReadyCounts {
  const counts = { ready: 0, notReady: 0, unknown: 0 }
  for (const tenant of store.list()) counts[readiness(tenant)] += 1
  store.subscribe(({ previous, current }) => {
    if (previous !== undefined) counts[readiness(previous)] -= 1
    if (current !== undefined) counts[readiness(current)] += 1
  })
  return () => ({ ...counts })
}

function readiness({ status }: ConnectorTenant): keyof ReadyCounts {
  const answer = findCondition(status?.conditions, 'Ready')?.status
  if (answer === 'True') return 'ready'
  return answer === 'False' ? 'notReady' : 'unknown'
}
