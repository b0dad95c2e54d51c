/** Carries a plan out, as far as it goes. */
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { Secret } from '../api/core-objects.ts'
import { connectionOf } from '../api/names.ts'
import { refusalOf } from '../clickhouse/refused-statements.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { runSteps, type Run } from '../runtime/run-steps.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { Logger } from '../telemetry/log.ts'
import { applyStep } from './apply.ts'
import { describeChanges } from './observing/describe.ts'
import { verbsOf } from './failure.ts'
import type { Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import type { Step } from './steps.ts'
import type { SealedToken } from './token/secret.ts'

export interface AttemptDeps extends Pick<Sources, 'fleet' | 'secretLookup' | 'clock'> {
  readonly tenantClient: ResourceClient<ConnectorTenant>
  readonly secretClient: ResourceClient<Secret>
  readonly log: Logger
  /** Counted once for each token made. */
  readonly onMint: () => void
}

export interface Attempt extends Run<Step> {
  /** The token that this run has put into the Secret. */
  readonly minted: SealedToken | undefined
}

type Failed = Attempt & { readonly failure: NonNullable<Attempt['failure']> }

/** Whether the world was not as the plan saw it. Then nothing is told; the next look will. */
export function isStale(attempt: Attempt): attempt is Failed {
  return attempt.failure?.error instanceof StaleView
}

export function isAboutSecret({ failure }: Failed): boolean {
  return verbsOf(failure.step).length > 0
}

export async function carryOut(
  seen: Observed,
  plan: Plan,
  deps: AttemptDeps,
  signal: AbortSignal,
): Promise<Attempt> {
  const { fleet, tenantClient, secretClient, secretLookup, clock, log } = deps
  const server = seen.partnerKey === undefined ? undefined : fleet.get(connectionOf(seen.partnerKey))
  if (plan.steps.length === 0 || server === undefined) {
    fleet.refused.forget(seen.key)
    return { done: [], minted: undefined }
  }
  let minted: SealedToken | undefined
  const onMint = (sealed: SealedToken): void => {
    minted = sealed
    deps.onMint()
  }
  const clients = { server, tenants: tenantClient, secrets: secretClient, secretLookup }
  const context = { ...clients, locks: fleet.markLocks, clock, onMint }
  const run = await runSteps(plan.steps, step => applyStep(step, seen, context, signal), signal)
  const refused = refusalOf(run.failure?.error)
  if (refused === undefined) fleet.refused.forget(seen.key)
  else fleet.refused.note(seen.key, { refused, at: clock.monotonic() })
  // One line a change, however many steps it took.
  const changes = describeChanges(run.done)
  if (changes.length > 0) log.info({ tenant: seen.key, steps: changes }, 'tenant changed')
  // A token that did not get into the Secret does not count.
  const published = run.done.some(({ kind }) => kind === 'mintToken')
  return { ...run, minted: published ? minted : undefined }
}
