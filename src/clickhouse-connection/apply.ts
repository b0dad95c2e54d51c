/** Does what was planned: steps for tenants that are gone side by side, steps for the reader one after the other. */
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { Secret } from '../api/core-objects.ts'
import { splitKey } from '../api/object.ts'
import type { Fleet } from '../clickhouse/fleet.ts'
import type { Server } from '../clickhouse/server.ts'
import type { Clock } from '../core/clock.ts'
import { durationOf } from '../core/duration.ts'
import type { Random } from '../core/random.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { runSteps } from '../runtime/run-steps.ts'
import type { Logger } from '../telemetry/log.ts'
import { type Claimants, claimOn } from './departure/found/claimants.ts'
import { runDepartures } from './departure/run.ts'
import { describeStep } from './describe.ts'
import type { ConnectionMemory } from './memory.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import { applyReader } from './reader/apply.ts'
import type { ReaderSecret } from './reader/observed.ts'
import type { Step } from './steps.ts'

export interface Effects extends Claimants {
  readonly fleet: Pick<Fleet, 'markLocks'>
  readonly tenantClient: ResourceClient<ConnectorTenant>
  readonly secretClient: ResourceClient<Secret>
  readonly ownSecrets: { noteWrite(secret: Secret): void }
  readonly randomBytes: (count: number) => Uint8Array
  readonly watches: (namespace: string) => boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Aborts when this process is to end. */
  readonly ending: AbortSignal
}

export interface Acting {
  /** Without one nothing is done. */
  readonly server: Server | undefined
  readonly memory: ConnectionMemory
  /** The reader's Secret as it is known now. */
  readonly readerSecret: () => ReaderSecret
}

export interface Attempt {
  readonly done: readonly Step[]
  /** The error of a reader's step. A departure that fails is remembered, and fails no run. */
  readonly error?: unknown
}

export async function applyPlan(
  { seen, plan }: { readonly seen: Observed; readonly plan: Plan },
  { server, memory, readerSecret }: Acting,
  effects: Effects,
  signal: AbortSignal,
): Promise<Attempt> {
  if (server === undefined) return { done: [] }
  const { connection } = seen
  const { fleet, tenantClient: tenants, secretClient: secrets, ownSecrets, randomBytes } = effects
  const { watches, clock, random, log, ending } = effects
  const locks = fleet.markLocks
  const { doubts } = memory.departure
  const { namespace: home } = splitKey(seen.key)
  const graceMs = durationOf(connection.spec.sweep.grace)
  const claimed = (database: string): boolean =>
    doubts.keeps(database, claimOn(database, home, effects), { elapsed: clock.monotonic(), graceMs })
  const clients = { locks, server, tenants, watches, claimed, clock, random, log, ending }
  const departing = { ...clients, connection: seen.key, memory: memory.departure }
  const departed = await runDepartures(plan.departures.tasks, departing, signal)
  const making = { connection, server, secrets, ownSecrets, readerSecret, randomBytes }
  const made = await runSteps(plan.steps, step => applyReader(step, making, signal), signal)
  const done = [...departed, ...made.done]
  for (const step of done) {
    const what = describeStep(step, connection.spec.reader.user)
    log.info({ connection: seen.key, step: step.kind, what }, 'step done')
  }
  return made.failure === undefined ? { done } : { done, error: made.failure.error }
}
