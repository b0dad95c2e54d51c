/**
 * ClickHouseConnection: one ClickHouse with all its replicas, the reader that DataLens logs in as, and what becomes
 * of the databases of tenants that are gone.
 *
 * Flow: one run is one sync: read the Secrets, keep the server open, take one snapshot, decide, do, tell, and wake
 * the tenants whose database is no longer as it was.
 * Guarantees: an existing user's password is never changed, and the Secret is written before the user; access is
 * taken from a tenant only when a live read has just shown that it is gone and its mark has just been read; many
 * departures at once wait for a person.
 * Assumes: the wiring refers to the Secrets of each connection, and tells of deletions that the watch shows.
 * A connection that is deleted takes nothing along.
 */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { Secret } from '../api/core-objects.ts'
import type { ObjectKey } from '../api/object.ts'
import { type Outcome, recheck, settled } from '../core/outcome.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { applyPlan } from './apply.ts'
import { mayConcern, type DepartedTenant } from './departure/departed.ts'
import { Memories } from './memory.ts'
import { observe, secretFinder, type Sources } from './observe.ts'
import { planConnection } from './plan.ts'
import { readReaderSecret } from './reader/secret.ts'
import { report } from './report.ts'
import { wakeConcerned, type WakeTargets } from './wake/wake.ts'

export interface ClickHouseConnectionDeps extends Sources, WakeTargets {
  readonly connectionClient: ResourceClient<ClickHouseConnection>
  readonly tenantClient: ResourceClient<ConnectorTenant>
  readonly secretClient: ResourceClient<Secret>
  readonly events: EventRecorder
  /** Unpredictable bytes, for the reader's password. */
  readonly randomBytes: (count: number) => Uint8Array
  /** Wakes this controller for a connection, with high priority. */
  readonly wakeConnection: (connection: ObjectKey) => void
}

export interface ClickHouseConnectionController {
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
  /** Told by the watch: then access goes without the sweep's grace. Wakes the connections that are concerned. */
  noteDeparture(tenant: DepartedTenant): void
}

/** While a Secret has not been read yet; its watch wakes the connection sooner. */
const unknownMs = 5_000

export function createClickHouseConnectionController(
  deps: ClickHouseConnectionDeps,
): ClickHouseConnectionController {
  const memories = new Memories()
  return {
    async reconcile(key, signal) {
      const memory = memories.get(key)
      const sighting = await observe(key, memory, deps, signal)
      if (sighting === undefined) {
        memories.forget(key)
        await deps.fleet.remove(key)
        return settled
      }
      const { seen, server } = sighting
      if (seen.account.kind === 'unknown' && server === undefined) return recheck(unknownMs)
      const plan = planConnection(seen)
      const readerSecret = () => readReaderSecret(seen.connection, secretFinder(deps))
      const attempt = await applyPlan({ seen, plan }, { server, memory, readerSecret }, deps, signal)
      const becameReady = await report({ seen, plan, attempt }, deps, signal)
      wakeConcerned({ key, server, endpoints: seen.endpoints, becameReady }, memory.wake, deps)
      if (attempt.error !== undefined) throw attempt.error
      return plan.outcome
    },
    noteDeparture(tenant) {
      const elapsed = deps.clock.monotonic()
      for (const key of deps.connections.keys()) {
        memories.get(key).departure.departures.note(tenant, elapsed)
        if (mayConcern(deps.fleet.get(key), tenant)) deps.wakeConnection(key)
      }
    },
  }
}
