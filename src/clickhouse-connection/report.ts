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

/** @returns whether the connection has just become Ready. A failing report must not hide why the run failed. */
export async function report(
  { seen, plan, attempt }: { readonly seen: Observed; readonly plan: Plan; readonly attempt: Attempt },
  { connections, connectionClient, events, log }: Reporting,
  signal: AbortSignal,
): Promise<boolean> {
  const { connection } = seen
  const { done, error } = attempt
  const told = error !== undefined && !(error instanceof StaleView)
  const status = statusOf(seen, plan, {
    done,
    ...(told ? { failure: explainFailure(error) } : {}),
    ...(seen.observing
      ? { observing: plan.all.map(step => describeStep(step, connection.spec.reader.user)) }
      : {}),
  })
  try {
    const wrote = await writeStatus(
      connection,
      status,
      { client: connectionClient, store: connections },
      signal,
    )
    if (wrote) announce(connection, status, events)
    const isReady = isTrue(status.conditions, 'Ready')
    return wrote && isReady && !isTrue(connection.status?.conditions, 'Ready')
  } catch (failure) {
    if (error === undefined) throw failure
    log.debug({ connection: seen.key, err: failure }, 'the status could not be written')
    return false
  }
}
