/**
 * ConnectorTenant: a database, a grant, and a Secret with the token that opens it.
 *
 * Flow: gather what is known, decide, do the steps in order, tell.
 * Guarantees: a token is written only after its database was proved to be this tenant's on every endpoint; a
 * token that is whole and for the right pair is never made again; stopped anywhere, the next run ends the same.
 * Assumes: the connection's controller keeps a server in the fleet, the PartnerKey's its keys in the ring.
 * A tenant that is gone needs nothing here: its departure is the connection's business.
 */
import type { Secret } from '../api/core-objects.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import { connectionOf } from '../api/names.ts'
import { splitKey, type ObjectKey } from '../api/object.ts'
import { recheck, settled, type Outcome } from '../core/outcome.ts'
import type { AskRight } from '../kube/objects/access-review.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { writeStatus } from '../kube/objects/write-status.ts'
import { runSteps, type Run } from '../runtime/run-steps.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { Logger } from '../telemetry/log.ts'
import { applyStep, type ApplyContext } from './apply.ts'
import { RefusedClaims } from './claim/refused-claims.ts'
import { describeChanges } from './describe.ts'
import { announce } from './events.ts'
import { explainFailure, verbsOf } from './failure.ts'
import { observe, type Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import type { ParkedTenants } from './parked-tenants.ts'
import { planTenant, type Plan } from './plan.ts'
import type { SealedToken } from '../published-secret/build.ts'
import { observedStatus, statusOf, type Progress } from './status.ts'
import type { Step } from './steps.ts'
import { Unrest } from '../published-secret/unrest.ts'

export interface ConnectorTenantDeps extends Sources {
  readonly tenantClient: ResourceClient<ConnectorTenant>
  readonly secretClient: ResourceClient<Secret>
  readonly events: EventRecorder
  /** Asked after a refused write, to tell whose fault it is. */
  readonly mayI: AskRight
  readonly log: Logger
  readonly parked: ParkedTenants
  /** Counted once for each token made. */
  readonly onMint: () => void
}

export interface ConnectorTenantController {
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
}

export function createConnectorTenantController(deps: ConnectorTenantDeps): ConnectorTenantController {
  const unrest = new Unrest()
  const refusedClaims = new RefusedClaims(deps.log)
  return {
    async reconcile(key, signal) {
      const seen = await observe(key, deps, signal)
      if (seen === undefined) {
        unrest.forget(key)
        refusedClaims.forget(key)
        deps.parked.forget(key)
        deps.secretLookup.forget(key)
        return settled
      }
      const plan = planTenant(seen)
      noteParked(seen, plan, deps)
      if (plan.refusedClaim !== undefined) refusedClaims.note(key, plan.refusedClaim)
      else if (plan.database !== undefined) refusedClaims.forget(key)
      if (seen.observing) return await onlyTell(seen, plan, deps, signal)
      const attempt = await act(seen, plan, deps, signal)
      if (isStale(attempt) && !(isAboutSecret(attempt) && unrest.note(key))) throw attempt.failure.error
      if (attempt.failure === undefined) unrest.forget(key)
      await report(seen, plan, attempt, deps, signal)
      if (attempt.failure !== undefined) throw attempt.failure.error
      return plan.outcome
    },
  }
}

function noteParked({ key, partnerKey }: Observed, plan: Plan, { parked }: ConnectorTenantDeps): void {
  if (plan.keepStatus && partnerKey !== undefined) parked.park(key, connectionOf(partnerKey))
  else parked.forget(key)
}

interface Attempt extends Run<Step> {
  readonly minted: SealedToken | undefined
}

type Failed = Attempt & { readonly failure: NonNullable<Attempt['failure']> }

function isStale(attempt: Attempt): attempt is Failed {
  return attempt.failure?.error instanceof StaleView
}

function isAboutSecret({ failure }: Failed): boolean {
  return verbsOf(failure.step).length > 0
}

async function act(
  seen: Observed,
  plan: Plan,
  deps: ConnectorTenantDeps,
  signal: AbortSignal,
): Promise<Attempt> {
  const server = seen.partnerKey === undefined ? undefined : deps.fleet.get(connectionOf(seen.partnerKey))
  if (plan.steps.length === 0 || server === undefined) return { done: [], minted: undefined }
  let minted: SealedToken | undefined
  const context: ApplyContext = {
    turns: deps.fleet.turns,
    server,
    tenants: deps.tenantClient,
    secrets: deps.secretClient,
    secretLookup: deps.secretLookup,
    clock: deps.clock,
    onMint: sealed => {
      minted = sealed
      deps.onMint()
    },
  }
  const run = await runSteps(plan.steps, step => applyStep(step, seen, context, signal), signal)
  const { key } = seen
  // One line a change, however many steps it took.
  const changes = describeChanges(run.done)
  if (changes.length > 0) deps.log.info({ tenant: key, steps: changes }, 'tenant changed')
  // A token that did not get into the Secret was never there.
  const published = run.done.some(({ kind }) => kind === 'mintToken')
  return { ...run, minted: published ? minted : undefined }
}

/** Observe mode: the plan as it would be carried out, in the status and the log, and nothing else. */
async function onlyTell(
  seen: Observed,
  plan: Plan,
  deps: ConnectorTenantDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const steps = describeChanges(plan.steps)
  const wrote = await writeStatus(
    seen.tenant,
    observedStatus(seen, plan, steps),
    { client: deps.tenantClient, store: deps.tenants },
    signal,
  )
  if (wrote) deps.log.info({ tenant: seen.key, steps }, 'observe mode: nothing was changed')
  return plan.outcome.kind === 'stalled' ? plan.outcome : recheck(60_000)
}

/** A failing report must not hide why the run failed: then the next run tells. */
async function report(
  seen: Observed,
  plan: Plan,
  { done, failure, minted }: Attempt,
  deps: ConnectorTenantDeps,
  signal: AbortSignal,
): Promise<void> {
  const where = { namespace: splitKey(seen.key).namespace, mayI: deps.mayI }
  const explained = failure === undefined ? undefined : await explainFailure(failure, where, signal)
  const progress: Progress = {
    done,
    ...(explained === undefined ? {} : { failure: explained }),
    ...(minted === undefined ? {} : { minted }),
  }
  try {
    const status = statusOf(seen, plan, progress)
    const wrote = await writeStatus(
      seen.tenant,
      status,
      { client: deps.tenantClient, store: deps.tenants },
      signal,
    )
    if (wrote) announce(seen.tenant, status, deps.events)
  } catch (error) {
    if (failure === undefined) throw error
    deps.log.debug({ tenant: seen.key, err: error }, 'the status could not be written')
  }
}
