/** Reports what was found and done: in the tenant's status, by Events, and in the log. */
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import { splitKey } from '../api/object.ts'
import { recheck, type Outcome } from '../core/outcome.ts'
import type { AskRight } from '../kube/objects/access-review.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { writeStatus } from '../kube/objects/write-status.ts'
import { resultOf } from '../published-secret/result.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Attempt } from './attempt.ts'
import { announce } from './events.ts'
import { explainFailure } from './failure.ts'
import type { Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import { observedStatus, statusOf } from './status.ts'
import { tellSteps } from './observing/told-steps.ts'

export interface ReportDeps extends Pick<Sources, 'tenants'> {
  readonly tenantClient: ResourceClient<ConnectorTenant>
  readonly events: EventRecorder
  /** Asked after a refused write, to tell whose fault it is. */
  readonly mayI: AskRight
  readonly log: Logger
}

/** In observe mode: tells in the status what the plan would do, and does nothing. */
export async function onlyTell(
  seen: Observed,
  plan: Plan,
  { tenantClient, tenants }: ReportDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const status = observedStatus(seen, plan, tellSteps(plan.steps))
  await writeStatus(seen.tenant, status, { client: tenantClient, store: tenants }, signal)
  return plan.outcome.kind === 'stalled' ? plan.outcome : recheck(60_000)
}

/** If the report fails, too, the error of the run is thrown. The next run reports. */
export async function report(
  { seen, plan, attempt }: { readonly seen: Observed; readonly plan: Plan; readonly attempt: Attempt },
  deps: ReportDeps,
  signal: AbortSignal,
): Promise<void> {
  const { tenantClient, tenants, events, mayI, log } = deps
  const where = { namespace: splitKey(seen.key).namespace, mayI }
  const result = await resultOf(attempt, failed => explainFailure(failed, where, signal))
  try {
    const status = statusOf(seen, plan, result)
    const wrote = await writeStatus(seen.tenant, status, { client: tenantClient, store: tenants }, signal)
    if (wrote) announce(seen.tenant, status, events)
  } catch (error) {
    if (attempt.failure === undefined) throw error
    log.debug({ tenant: seen.key, err: error }, 'the status could not be written')
  }
}
