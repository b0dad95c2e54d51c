/**
 * PartnerKey: the keys of both sides, what is handed over to DataLens, and how a new pair rolls out.
 *
 * Flow: gather, decide, make and record keys until there is none left to make, hand them on, tell.
 * Guarantees: a private key is in its Secret before the ledger names it, and in the ledger before any token is
 * made with it; a version never changes its key; no key is deleted, and none that was lost is made anew.
 * Assumes: tenants obey `pairFor` on the status that is written here.
 * Caveat: a PartnerKey that is gone takes nothing along; applied again, it finds its keys.
 */
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { PartnerKey, PartnerKeyStatus } from '../api/partner-key.ts'
import type { ObjectKey } from '../api/object.ts'
import { recheck, settled, type Outcome } from '../core/outcome.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { writeStatus } from '../kube/objects/write-status.ts'
import { runSteps, type Run } from '../runtime/run-steps.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { Logger } from '../telemetry/log.ts'
import type { RolloutMemory } from '../tenancy/rollout/course.ts'
import { applyStep } from './apply.ts'
import { Tally, countingMs } from './tenants/tally.ts'
import { describeStep } from './describe.ts'
import { announceStatus, announceSteps, type Announcements } from './events.ts'
import { explainFailure } from './failure.ts'
import { observe, type Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import { planPartnerKey, type Plan } from './plan.ts'
import { keySecretIndex } from './keys/key-secret.ts'
import { onlyCountsDiffer } from './rollout/quiet-counts.ts'
import { statusOf } from './status.ts'
import type { Step } from './steps.ts'

export interface PartnerKeyDeps extends Sources {
  /** With an index `partnerKey`: `namespace/name` of the PartnerKey that the tenant refers to. */
  readonly tenants: Store<ConnectorTenant>
  readonly partnerKeyClient: ResourceClient<PartnerKey>
  readonly events: Announcements
  readonly log: Logger
  /** Has a PartnerKey looked at in so many milliseconds at the latest, as its tenants or their Secrets changed. */
  readonly wakePartnerKey: (key: ObjectKey, afterMs: number) => void
}

export interface PartnerKeyController {
  /** Follows the stores from the start; close it when the controller stops. */
  readonly tally: Tally
  readonly reconcile: (key: ObjectKey, signal: AbortSignal) => Promise<Outcome>
}

type Deps = PartnerKeyDeps & { readonly tally: Tally }

/** What need not outlive the process, of one PartnerKey. */
interface Recollection {
  readonly rollout?: RolloutMemory
  /** Monotonic milliseconds of the last status write. */
  readonly wroteAt?: number
}

/** A key Secret, its ledger entry, and the look at both that follows. */
const mostRounds = 4

/** Adds the index `keySecret` to the Secrets: one controller a store. */
export function createPartnerKeyController(given: PartnerKeyDeps): PartnerKeyController {
  const recollections = new Map<ObjectKey, Recollection>()
  given.secrets.addIndex('keySecret', keySecretIndex)
  const tally = new Tally({ ...given, wake: given.wakePartnerKey })
  const deps: Deps = { ...given, tally }
  return {
    tally,
    async reconcile(key, signal) {
      for (let round = 1; ; round++) {
        const seen = await observe(key, deps, signal)
        if (seen === undefined) return forget(key, recollections, deps)
        const plan = planPartnerKey(seen, recollections.get(key)?.rollout)
        if (!plan.again || seen.observing) deps.keyRing.put(key, plan.keys.atHand)
        if (seen.partnerKey.metadata.deletionTimestamp !== undefined) return settled
        const run = await act(seen, plan, deps, signal)
        if (run.failure?.error instanceof StaleView) throw run.failure.error
        if (plan.again && !seen.observing && run.failure === undefined && round < mostRounds) continue
        const later = await report(seen, plan, run, { deps, recollections }, signal)
        if (run.failure !== undefined) throw run.failure.error
        return later ?? plan.after
      }
    },
  }
}

function forget(key: ObjectKey, recollections: Map<ObjectKey, Recollection>, { keyRing }: Deps): Outcome {
  recollections.delete(key)
  keyRing.remove(key)
  return settled
}

async function act(seen: Observed, plan: Plan, deps: Deps, signal: AbortSignal): Promise<Run<Step>> {
  if (seen.observing) return { done: [] }
  const context = {
    key: seen.key,
    secrets: deps.secretClient,
    configMaps: deps.configMapClient,
    secretStore: deps.secrets,
    configMapStore: deps.configMaps,
  }
  const run = await runSteps(plan.steps, step => applyStep(step, context, signal), signal)
  for (const step of run.done) {
    deps.log.info({ partnerKey: seen.key, step: step.kind, what: describeStep(step) }, 'step done')
  }
  announceSteps(seen.partnerKey, run.done, deps.events)
  return run
}

interface Reporting {
  readonly deps: Deps
  readonly recollections: Map<ObjectKey, Recollection>
}

/**
 * Counts alone are written seldom; then the outcome says when. A failing report must not hide why the run
 * failed. What the rollout remembers is kept only with the state that it belongs to.
 */
async function report(
  seen: Observed,
  plan: Plan,
  { failure }: Run<Step>,
  { deps, recollections }: Reporting,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const { key } = seen
  const status = statusOf(seen, plan, {
    ...(failure === undefined ? {} : { failure: explainFailure(failure.error) }),
    ...(seen.observing ? { observing: plan.steps.map(describeStep) } : {}),
  })
  const { wroteAt } = recollections.get(key) ?? {}
  const restMs = wroteAt === undefined ? 0 : wroteAt + countingMs - deps.clock.monotonic()
  if (restMs > 0 && onlyCountsDiffer(seen.partnerKey.status, status)) {
    keep(seen, plan, wroteAt, { deps, recollections })
    return sooner(plan.after, restMs)
  }
  try {
    const wrote = await write(seen, status, deps, signal)
    if (wrote) announceStatus(seen.partnerKey, status, plan.rollout, deps.events)
    keep(seen, plan, wrote ? deps.clock.monotonic() : wroteAt, { deps, recollections })
  } catch (error) {
    if (failure === undefined) throw error
    deps.log.debug({ partnerKey: key, err: error }, 'the status could not be written')
  }
  return undefined
}

function write(
  { partnerKey }: Observed,
  status: PartnerKeyStatus,
  deps: Deps,
  signal: AbortSignal,
): Promise<boolean> {
  const to = { client: deps.partnerKeyClient, store: deps.partnerKeys }
  return writeStatus(partnerKey, status, to, signal)
}

function keep(
  { key }: Observed,
  { rollout }: Plan,
  wroteAt: number | undefined,
  { deps, recollections }: Reporting,
): void {
  const before = recollections.get(key)?.rollout
  const memory = rollout?.memory ?? before
  recollections.set(key, {
    ...(memory === undefined ? {} : { rollout: memory }),
    ...(wroteAt === undefined ? {} : { wroteAt }),
  })
  deps.tally.expect(key, rollout?.memory.pendingSince.keys() ?? [])
}

function sooner(after: Outcome, ms: number): Outcome {
  return after.kind === 'recheck' && after.afterMs < ms ? after : recheck(ms)
}
