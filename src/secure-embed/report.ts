/** Reports what was found and done: in the embed's status, by Events, and in the log. */
import { splitKey } from '../api/object.ts'
import type { SecureEmbed } from '../api/secure-embed.ts'
import { recheck, type Outcome } from '../core/outcome.ts'
import type { AskRight } from '../kube/objects/access-review.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { writeStatus } from '../kube/objects/write-status.ts'
import { resultOf } from '../published-secret/result.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Attempt } from './attempt.ts'
import { describeStep } from './describe.ts'
import { announce } from './events.ts'
import { explainFailure } from './failure.ts'
import type { Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import { observedStatus, statusOf } from './status.ts'

export interface ReportDeps extends Pick<Sources, 'embeds'> {
  readonly embedClient: ResourceClient<SecureEmbed>
  readonly events: EventRecorder
  /** Asked after a refused write, to tell whose fault it is. */
  readonly mayI: AskRight
  readonly log: Logger
}

/** In observe mode: tells in status and log what the plan would do, and does nothing. */
export async function onlyTell(
  seen: Observed,
  plan: Plan,
  { embedClient, embeds, log }: ReportDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const steps = plan.steps.map(describeStep)
  const status = observedStatus(seen, plan, steps)
  const wrote = await writeStatus(seen.embed, status, { client: embedClient, store: embeds }, signal)
  if (wrote) log.info({ embed: seen.key, steps }, 'observe mode: nothing was changed')
  return plan.outcome.kind === 'stalled' ? plan.outcome : recheck(60_000)
}

/** If the report fails, too, the error of the run is thrown. The next run reports. */
export async function report(
  { seen, plan, attempt }: { readonly seen: Observed; readonly plan: Plan; readonly attempt: Attempt },
  deps: ReportDeps,
  signal: AbortSignal,
): Promise<void> {
  const { embedClient, embeds, events, mayI, log } = deps
  const where = { namespace: splitKey(seen.key).namespace, mayI }
  const result = await resultOf(attempt, failed => explainFailure(failed, where, signal))
  try {
    const status = statusOf(seen, plan, result)
    const wrote = await writeStatus(seen.embed, status, { client: embedClient, store: embeds }, signal)
    if (wrote) announce(seen.embed, status, events)
  } catch (error) {
    if (attempt.failure === undefined) throw error
    log.debug({ embed: seen.key, err: error }, 'the status could not be written')
  }
}
