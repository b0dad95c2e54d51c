/** Reports a run: in the status and by Events. Also keeps what is remembered of a rollout. */
import type { ObjectKey } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { Clock } from '../core/clock.ts'
import { recheck, type Outcome } from '../core/outcome.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { writeStatus } from '../kube/objects/write-status.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { Run } from '../runtime/run-steps.ts'
import type { Logger } from '../telemetry/log.ts'
import type { RolloutMemory } from '../tenancy/rollout/course.ts'
import { announceStatus, type Announcements } from './events.ts'
import { explainFailure } from './failure.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import { onlyCountsDiffer } from './rollout/quiet-counts.ts'
import { statusOf } from './status.ts'
import { describeStep, type Step } from './steps.ts'
import { countingMs, type Tally } from './tenants/tally.ts'

/** What need not outlive the process, of one PartnerKey. */
export interface Memory {
  readonly rollout?: RolloutMemory
  /** Monotonic milliseconds of the last status write. */
  readonly wroteAt?: number
}

export interface Reporting {
  readonly partnerKeys: Store<PartnerKey>
  readonly partnerKeyClient: ResourceClient<PartnerKey>
  readonly events: Announcements
  readonly tally: Tally
  readonly memories: Map<ObjectKey, Memory>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * If only counts have changed, the status is written seldom, and the outcome says when. If the report fails, too, the
 * error of the run is thrown. What the rollout remembers is kept only together with its state.
 */
export async function report(
  { seen, plan, run: { failure } }: { readonly seen: Observed; readonly plan: Plan; readonly run: Run<Step> },
  to: Reporting,
  signal: AbortSignal,
): Promise<Outcome> {
  const { key, partnerKey } = seen
  const status = statusOf(seen, plan, {
    ...(failure === undefined ? {} : { failure: explainFailure(failure.error) }),
    ...(seen.observing ? { observing: plan.steps.map(describeStep) } : {}),
  })
  const { wroteAt } = to.memories.get(key) ?? {}
  const restMs = wroteAt === undefined ? 0 : wroteAt + countingMs - to.clock.monotonic()
  if (restMs > 0 && onlyCountsDiffer(partnerKey.status, status)) {
    remember(key, { plan, wroteAt }, to)
    return sooner(plan.after, restMs)
  }
  try {
    const wrote = await writeStatus(
      partnerKey,
      status,
      { client: to.partnerKeyClient, store: to.partnerKeys },
      signal,
    )
    if (wrote) announceStatus(partnerKey, status, plan.rollout, to.events)
    remember(key, { plan, wroteAt: wrote ? to.clock.monotonic() : wroteAt }, to)
  } catch (error) {
    if (failure === undefined) throw error
    to.log.debug({ partnerKey: key, err: error }, 'the status could not be written')
  }
  return plan.after
}

function remember(
  key: ObjectKey,
  { plan, wroteAt }: { readonly plan: Plan; readonly wroteAt: number | undefined },
  { memories, tally }: Reporting,
): void {
  const rollout = plan.rollout?.memory ?? memories.get(key)?.rollout
  memories.set(key, {
    ...(rollout === undefined ? {} : { rollout }),
    ...(wroteAt === undefined ? {} : { wroteAt }),
  })
  tally.expect(key, plan.rollout?.memory.pendingSince.keys() ?? [])
}

function sooner(after: Outcome, ms: number): Outcome {
  return after.kind === 'recheck' && after.afterMs < ms ? after : recheck(ms)
}
