import { connectionOf, partnerKeyOf } from '../api/names.ts'
import type { ObjectKey } from '../api/object.ts'
import type { OperatorConfig } from '../config/operator-config.ts'
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import { WorkQueue } from '../runtime/queue/work-queue.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Queues } from './wake/wake.ts'
import type { Watches } from './watches.ts'

export interface QueuesEnvironment {
  readonly config: OperatorConfig
  readonly watches: Watches
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
}

export function createQueues({ config, watches, clock, random, metrics }: QueuesEnvironment): Queues {
  const shared = { clock, random, metrics }
  return {
    connections: new WorkQueue({ name: 'connections', ...shared }),
    partnerKeys: new WorkQueue({ name: 'partner keys', ...shared }),
    tenants: new WorkQueue({
      name: 'tenants',
      ...shared,
      // A ClickHouse that answers slowly must not hold up the tenants of the others; alone it may have all.
      partitionOf: key => (watches.connections.store.size > 1 ? tenantsConnection(key, watches) : undefined),
      maxPerPartition: Math.max(1, Math.floor(config.workers / 2)),
    }),
  }
}

function tenantsConnection(tenantKey: ObjectKey, { tenants, partnerKeys }: Watches): ObjectKey | undefined {
  const tenant = tenants.store.get(tenantKey)
  const partnerKey = tenant === undefined ? undefined : partnerKeys.store.get(partnerKeyOf(tenant))
  return partnerKey === undefined ? undefined : connectionOf(partnerKey)
}
