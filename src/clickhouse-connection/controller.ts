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
import { isTrue } from '../api/conditions.ts'
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { Secret } from '../api/core-objects.ts'
import type { ObjectKey } from '../api/object.ts'
import type { Server } from '../clickhouse/server.ts'
import { type Outcome, recheck, settled } from '../core/outcome.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { writeStatus } from '../kube/objects/write-status.ts'
import { runSteps } from '../runtime/run-steps.ts'
import { StaleView } from '../runtime/stale-view.ts'
import { markIn } from '../tenancy/mark.ts'
import { applyStep, type ApplyContext } from './apply.ts'
import type { Missed } from './departure/inventory.ts'
import { readReaderSecret } from './server/credentials.ts'
import { runDepartures } from './departure/run.ts'
import { describeStep } from './describe.ts'
import { announce } from './events.ts'
import { explainFailure } from './failure.ts'
import { Memories, type ConnectionMemory } from './memory.ts'
import { observe, secretFinder, type Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import { planConnection, type Plan } from './plan.ts'
import { statusOf } from './status.ts'
import type { Step } from './steps.ts'
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

/** A tenant that left, as it was: deleted, or now naming another database. */
export type DepartedTenant = Missed

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
      const attempt =
        server === undefined ? { done: [] } : await act(seen, plan, { server, memory, deps }, signal)
      const becameReady = await report(seen, plan, attempt, deps, signal)
      if (server !== undefined) {
        wakeConcerned({ key, server, endpoints: seen.endpoints, becameReady }, memory, deps)
      }
      if (attempt.error !== undefined) throw attempt.error
      return plan.outcome
    },
    noteDeparture(tenant) {
      const elapsed = deps.clock.monotonic()
      for (const key of deps.connections.keys()) {
        memories.get(key).departures.note(tenant, elapsed)
        if (mayConcern(deps.fleet.get(key), tenant)) deps.wakeConnection(key)
      }
    },
  }
}

interface Attempt {
  readonly done: readonly Step[]
  readonly error?: unknown
}

interface Acting {
  readonly server: Server
  readonly memory: ConnectionMemory
  readonly deps: ClickHouseConnectionDeps
}

async function act(seen: Observed, plan: Plan, acting: Acting, signal: AbortSignal): Promise<Attempt> {
  const { server, memory, deps } = acting
  const { connection } = seen
  const context: ApplyContext = {
    turns: deps.fleet.turns,
    connection,
    server,
    tenants: deps.tenantClient,
    secrets: deps.secretClient,
    ownSecrets: deps.ownSecrets,
    readerSecret: () => readReaderSecret(connection, secretFinder(deps)),
    randomBytes: deps.randomBytes,
    watches: deps.watches,
  }
  const departed = await runDepartures(
    plan.departures.tasks,
    context,
    { memory, elapsed: seen.elapsed },
    signal,
  )
  const made = await runSteps(plan.steps, step => applyStep(step, context, signal), signal)
  const done = [...departed.done, ...made.done]
  for (const step of done) {
    const what = describeStep(step, connection.spec.reader.user)
    deps.log.info({ connection: seen.key, step: step.kind, what }, 'step done')
  }
  const error = made.failure?.error ?? departed.error
  return error === undefined ? { done } : { done, error }
}

/** @returns whether the connection has just become Ready. A failing report must not hide why the run failed. */
async function report(
  seen: Observed,
  plan: Plan,
  { done, error }: Attempt,
  deps: ClickHouseConnectionDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { connection } = seen
  const told = error !== undefined && !(error instanceof StaleView)
  const status = statusOf(seen, plan, {
    done,
    ...(told ? { failure: explainFailure(error) } : {}),
    ...(seen.observing
      ? { observing: plan.all.map(step => describeStep(step, connection.spec.reader.user)) }
      : {}),
  })
  try {
    const to = { client: deps.connectionClient, store: deps.connections }
    const wrote = await writeStatus(connection, status, to, signal)
    if (wrote) announce(connection, status, deps.events)
    const isReady = isTrue(status.conditions, 'Ready')
    return wrote && isReady && !isTrue(connection.status?.conditions, 'Ready')
  } catch (failure) {
    if (error === undefined) throw failure
    deps.log.debug({ connection: seen.key, err: failure }, 'the status could not be written')
    return false
  }
}

/** Whether the last that is known of the server names the tenant, or does not tell. */
function mayConcern(server: Server | undefined, { namespace, name, database }: DepartedTenant): boolean {
  const latest = server?.latest()
  if (latest === undefined) return server !== undefined
  return latest.endpoints.some(view => {
    if (!view.ok) return true
    const found = view.data.databases.get(database)
    const mark = markIn(found?.comment ?? '')
    return mark?.namespace === namespace && mark.name === name
  })
}
