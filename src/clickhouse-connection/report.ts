/** Reports a run: in the status and by Events. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import { isTrue } from '../api/conditions.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { writeStatus } from '../kube/objects/write-status.ts'
import type { Store } from '../runtime/cache/store.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Attempt } from './apply.ts'
import { describeStep } from './describe.ts'
import type { RecentLosses } from './departure/losses.ts'
import { announce } from './events.ts'
import { explainFailure } from './failure.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import { statusOf } from './status.ts'

export interface Reporting {
  readonly connections: Store<ClickHouseConnection>
  readonly connectionClient: ResourceClient<ClickHouseConnection>
  readonly events: EventRecorder
  readonly log: Logger
}

export interface Run {
  readonly seen: Observed
  readonly plan: Plan
  readonly attempt: Attempt
  /** Who lost what of late, after this run; undefined where that is not known yet. */
  readonly losses: RecentLosses | undefined
}

export interface Reported {
  /** The connection has just become Ready. */
  readonly becameReady: boolean
  /** The connection as the API server has it now; undefined if there was nothing to write. */
  readonly written?: ClickHouseConnection | undefined
  /** Why the run failed, or else why the report did. */
  readonly error?: unknown
}

export async function report(
  { seen, plan, attempt, losses }: Run,
  { connections, connectionClient, events, log }: Reporting,
  signal: AbortSignal,
): Promise<Reported> {
  const { connection } = seen
  const { done, error } = attempt
  const told = error !== undefined && !(error instanceof StaleView)
  const status = statusOf(seen, plan, {
    done,
    ...(losses === undefined ? {} : { losses }),
    ...(told ? { failure: explainFailure(error) } : {}),
    ...(seen.observing
      ? { observing: plan.all.map(step => describeStep(step, connection.spec.reader.user)) }
      : {}),
  })
  let written: ClickHouseConnection | undefined
  const noteWrite = (object: ClickHouseConnection): void => {
    written = object
    connections.noteWrite(object)
  }
  try {
    const to = { client: connectionClient, store: { noteWrite } }
    const wrote = await writeStatus(connection, status, to, signal)
    if (wrote) announce(connection, status, events)
    const isReady = isTrue(status.conditions, 'Ready')
    const becameReady = wrote && isReady && !isTrue(connection.status?.conditions, 'Ready')
    return { becameReady, written, ...(error === undefined ? {} : { error }) }
  } catch (failure) {
    signal.throwIfAborted()
    log.debug({ connection: seen.key, err: failure }, 'the status could not be written')
    return { becameReady: false, error: error ?? failure }
  }
}
