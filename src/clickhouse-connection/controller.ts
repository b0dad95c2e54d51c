import type { ClickHouseConnection } from '../api/click-house-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { Secret } from '../api/core-objects.ts'
import type { Key } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { Fleet } from '../clickhouse/fleet.ts'
import type { ClickHouseMetrics } from '../clickhouse/metrics.ts'
import type { Clock } from '../core/clock.ts'
import { type Outcome, settled } from '../core/outcome.ts'
import type { Random } from '../core/random.ts'
import type { EventRecorder } from '../kube/events.ts'
import type { ResourceClient } from '../kube/resource-client.ts'
import type { Store } from '../runtime/store.ts'
import type { Logger } from '../telemetry/log.ts'

export interface ClickHouseConnectionDeps {
  readonly connections: Store<ClickHouseConnection>
  readonly connectionClient: ResourceClient<ClickHouseConnection>
  /** With an index `database`: `spec.database`. */
  readonly tenants: Store<ConnectorTenant>
  readonly tenantClient: ResourceClient<ConnectorTenant>
  /** With an index `connection`: `namespace/name` of the ClickHouseConnection. */
  readonly partnerKeys: Store<PartnerKey>
  /** Secrets labelled as ours. */
  readonly ownSecrets: Store<Secret>
  readonly secretClient: ResourceClient<Secret>
  /** Credentials, CA and reader's password of each connection; `unknown` while not yet read. */
  readonly referencedSecrets: { get(key: Key): Secret | undefined | 'unknown' }
  readonly fleet: Fleet
  readonly events: EventRecorder
  readonly clock: Clock
  readonly random: Random
  /** Unpredictable bytes, for the reader's password. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly log: Logger
  readonly clickHouseMetrics?: ClickHouseMetrics
  readonly installation: string
  readonly dryRun: boolean
  /** Whether objects of a namespace are in this operator's sight. */
  readonly watches: (namespace: string) => boolean
  /** Wakes this controller for a connection, with high priority. */
  readonly wakeConnection: (connection: Key) => void
  /** What the server says of these databases has changed. */
  readonly wakeDatabases: (connection: Key, databases: readonly string[]) => void
  /** The connection can be used again, or for the first time. */
  readonly wakeTenants: (connection: Key, options: { readonly unreadyOnly: boolean }) => void
}

/** A tenant that left, as it was: deleted, or now naming another database. */
export interface DepartedTenant {
  readonly namespace: string
  readonly name: string
  readonly database: string
}

export interface ClickHouseConnectionController {
  reconcile(key: Key, signal: AbortSignal): Promise<Outcome>
  /** Told by the watch: then access goes without the sweep's grace. Wakes the connections that are concerned. */
  noteDeparture(tenant: DepartedTenant): void
}

export function createClickHouseConnectionController(
  deps: ClickHouseConnectionDeps,
): ClickHouseConnectionController {
  return {
    async reconcile(key, signal) {
      signal.throwIfAborted()
      if (deps.connections.get(key) === undefined) await deps.fleet.remove(key)
      return settled
    },
    noteDeparture(tenant) {
      deps.log.debug({ tenant }, 'a tenant left')
    },
  }
}
