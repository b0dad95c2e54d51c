import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Fleet } from '../../clickhouse/fleet.ts'
import type { OperatorConfig } from '../../config/operator-config.ts'
import type { AskRight } from '../../kube/objects/access-review.ts'
import type { EventRecorder } from '../../kube/objects/events.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { KeyRing } from '../../token/key-ring.ts'
import type { ReferencedSecrets } from '../wake/referenced-secrets.ts'
import type { SharedWatches, Watched, WatchEnvironment } from '../watches.ts'

/** What every kind is made from. */
export interface KindEnvironment extends WatchEnvironment {
  readonly config: OperatorConfig
  readonly installation: string
  readonly shared: SharedWatches
  readonly references: ReferencedSecrets
  readonly fleet: Fleet
  readonly keyRing: KeyRing
  readonly events: EventRecorder
  readonly mayI: AskRight
  readonly randomBytes: (count: number) => Uint8Array
  readonly metrics: Metrics
  /** Aborts when this process is to end. What is under way goes on, and what takes long leaves its rest to the next one. */
  readonly ending: AbortSignal
}

/** The kinds that read one another. */
export interface Related {
  readonly connections: Watched<ClickHouseConnection>
  readonly partnerKeys: Watched<PartnerKey>
  readonly tenants: Watched<ConnectorTenant>
}

/** What every controller is given. */
export function controllerDeps({
  config,
  installation,
  fleet,
  keyRing,
  events,
  clock,
  random,
  randomBytes,
  log,
}: KindEnvironment) {
  return { installation, observing: config.dryRun, fleet, keyRing, events, clock, random, randomBytes, log }
}

/** What every queue is made from. Its parties are namespaces, whatever the kind. */
export function queueOptions({ config, clock, random, metrics }: KindEnvironment) {
  return { workers: config.workers, clock, random, metrics }
}

/** Whether this operator watches a namespace. */
export function sight({ watchNamespaces }: OperatorConfig): (namespace: string) => boolean {
  return namespace => watchNamespaces.length === 0 || watchNamespaces.includes(namespace)
}
