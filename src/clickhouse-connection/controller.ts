/**
 * ClickHouseConnection: one ClickHouse with all its replicas, the reader that DataLens logs in as, and what becomes
 * of the databases of tenants that are gone.
 *
 * Each run reads the Secrets, keeps the server open, takes one snapshot, plans, applies, reports, and wakes the tenants
 * whose database has changed.
 * Guarantees: The password of an existing user is never changed, and the Secret is written before the user is made.
 * Access is taken from a tenant only right after a live read has shown that it is gone, and after its mark was read;
 * from one that the watch did not show to be deleted, only after the sweep's grace.
 * Many departures, or emptyings, at once wait for a person. Who loses something is written down before, and a
 * confirmation is used up by that write; if that cannot be, nobody loses anything, and all else goes on.
 * Assumes: The wiring watches the Secrets of each connection, and tells of deletions that the watch shows.
 * When a connection is deleted, all that was made for it stays.
 */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { Secret } from '../api/core-objects.ts'
import type { ObjectKey } from '../api/object.ts'
import { durationOf } from '../core/duration.ts'
import { otherWays } from '../clickhouse/sharing/ways.ts'
import { type Outcome, recheck, settled } from '../core/outcome.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { applyPlan } from './apply.ts'
import { mayConcern, type DepartedTenant } from './departure/found/departed.ts'
import { mostNotes, noteMissing } from './departure/memory.ts'
import { recentLosses } from './departure/record.ts'
import { Memories } from './memory.ts'
import { observe, secretFinder, type Sources } from './observe.ts'
import { planConnection } from './plan.ts'
import { readReaderSecret } from './reader/secret.ts'
import { record } from './record.ts'
import { report } from './report.ts'
import { announcePresence } from './server/announce.ts'
import { wakeConcerned, type WakeTargets } from './wake/wake.ts'

export interface ClickHouseConnectionDeps extends Sources, WakeTargets {
  readonly connectionClient: ResourceClient<ClickHouseConnection>
  readonly tenantClient: ResourceClient<ConnectorTenant>
  readonly secretClient: ResourceClient<Secret>
  readonly events: EventRecorder
  /** Aborts when this process is to end. */
  readonly ending: AbortSignal
  /** Unpredictable bytes, for the reader's password. */
  readonly randomBytes: (count: number) => Uint8Array
  /** Wakes this controller for a connection, with high priority. */
  readonly wakeConnection: (connection: ObjectKey) => void
  /** Has the connection looked at after so many milliseconds, if nothing does so before. */
  readonly lookAgain: (connection: ObjectKey, afterMs: number) => void
}

export interface ClickHouseConnectionController {
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
  /**
   * Called when the watch shows a deletion: access then goes at once. Wakes the connections that it concerns.
   *
   * @param connection the one whose key the tenant named; undefined where the key is gone, too
   */
  noteDeparture(tenant: DepartedTenant, connection: ObjectKey | undefined): void
  /**
   * Called when a list no longer shows a tenant. Nothing proves that somebody deleted it: it counts as one that nobody
   * saw leave, whatever was known of it, and what it protected is left alone for as long.
   */
  noteMissing(tenant: DepartedTenant): void
  /**
   * When the last run ended that read an endpoint and did all that it had to: milliseconds since the epoch. Before the
   * first such run, when the first of all began: what never went well since a restart is as stale as what once did.
   */
  syncedAt(connection: ObjectKey): number | undefined
}

/** How soon to look again for a Secret that has not been read yet. Mostly its watch wakes the connection sooner. */
const unknownMs = 5_000

export function createClickHouseConnectionController(
  deps: ClickHouseConnectionDeps,
): ClickHouseConnectionController {
  const memories = new Memories()
  async function sync(key: ObjectKey, signal: AbortSignal): Promise<Outcome> {
    const memory = memories.get(key)
    memory.server.firstLookAt ??= deps.clock.now()
    const sighting = await observe(key, memory, deps, signal)
    if (sighting === undefined) {
      memories.forget(key)
      deps.presences?.forget(key)
      await deps.fleet.remove(key)
      return settled
    }
    const { server } = sighting
    if (sighting.seen.account.kind === 'unknown' && server === undefined) return recheck(unknownMs)
    const planned = planConnection(sighting.seen)
    const { seen, plan, refused } = await record(sighting.seen, { plan: planned, memory }, deps, signal)
    const readerSecret = () => readReaderSecret(seen.connection, secretFinder(deps))
    const attempt = await applyPlan({ seen, plan }, { server, memory, readerSecret }, deps, signal)
    const losses = recentLosses(memory.departure, seen.elapsed)
    const { becameReady, written, error } = await report({ seen, plan, attempt, losses }, deps, signal)
    await announcePresence({ key, server, written }, deps, signal)
    const { endpoints, firstOn, laterOn } = seen
    const standing = { firstOn, laterOn }
    const { grants } = seen.connection.spec.reader
    const synced = { key, server, endpoints, grants, standing, becameReady, otherWays: otherWays(key, deps) }
    wakeConcerned(synced, memory.wake, deps)
    const failure = error ?? refused
    if (failure !== undefined) throw failure
    if (endpoints.some(({ ok }) => ok)) memory.server.syncedAt = deps.clock.now()
    return plan.outcome
  }
  return {
    async reconcile(key, signal) {
      try {
        return await sync(key, signal)
      } catch (error) {
        // The queue waits longer after each failure. Tenants are looked after as often as ever.
        const connection = deps.connections.get(key)
        if (connection !== undefined) deps.lookAgain(key, durationOf(connection.spec.syncInterval))
        throw error
      }
    },
    syncedAt(connection) {
      const { syncedAt, firstLookAt } = memories.known(connection)?.server ?? {}
      return syncedAt ?? firstLookAt
    },
    noteDeparture(tenant, connection) {
      const elapsed = deps.clock.monotonic()
      for (const { key, departure, most } of departuresOfAll(memories, deps)) {
        const { departures, losses } = departure
        departures.note(tenant, elapsed, connection, most)
        losses.access.leavesAnew(tenant)
        losses.tables.leavesAnew(tenant)
        if (mayConcern(deps.fleet.get(key), tenant)) deps.wakeConnection(key)
      }
    },
    noteMissing(tenant) {
      const elapsed = deps.clock.monotonic()
      for (const { departure, most } of departuresOfAll(memories, deps))
        noteMissing(tenant, departure, { elapsed, most })
    },
  }
}

/** What each connection remembers of departures, and of how many of them at most. */
function* departuresOfAll(
  memories: Memories,
  { connections, fleet }: Pick<ClickHouseConnectionDeps, 'connections' | 'fleet'>,
) {
  const open = fleet.size
  for (const key of connections.keys()) {
    const most = mostNotes(open, fleet.get(key) !== undefined)
    yield { key, departure: memories.get(key).departure, most }
  }
}
