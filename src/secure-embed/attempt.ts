/** Carries a plan out, as far as it goes. */
import type { Secret } from '../api/core-objects.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { runSteps, type Run } from '../runtime/run-steps.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { Logger } from '../telemetry/log.ts'
import { applyStep } from './apply.ts'
import { describeStep } from './describe.ts'
import type { HeldLink } from './link/held.ts'
import type { LinkStep } from './link/steps.ts'
import type { Sources } from './observe.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'

export interface AttemptDeps extends Pick<Sources, 'secretLookup' | 'clock'> {
  readonly secretClient: ResourceClient<Secret>
  readonly log: Logger
  /** Counted once for each link that was due. */
  readonly onRefresh: (result: 'published' | 'failed') => void
}

export interface Attempt extends Run<LinkStep> {
  /** The link that this run has put into the Secret. */
  readonly minted: HeldLink | undefined
}

export async function carryOut(
  seen: Observed,
  plan: Plan,
  { secretClient: secrets, secretLookup, clock, log, onRefresh }: AttemptDeps,
  signal: AbortSignal,
): Promise<Attempt> {
  let minted: HeldLink | undefined
  const context = { secrets, secretLookup, clock, onMint: (held: HeldLink) => void (minted = held) }
  const run = await runSteps(plan.steps, step => applyStep(step, seen, context, signal), signal)
  if (run.done.length > 0) log.info({ embed: seen.key, steps: run.done.map(describeStep) }, 'embed changed')
  // A link that did not get into the Secret does not count.
  const isPublished = run.done.some(({ kind }) => kind === 'mintLink')
  if (isPublished) onRefresh('published')
  else if (run.failure?.step.kind === 'mintLink' && !isStale(run)) onRefresh('failed')
  return { ...run, minted: isPublished ? minted : undefined }
}

type Failed<R extends Run<LinkStep>> = R & { readonly failure: NonNullable<R['failure']> }

/** Whether the world was not as the plan saw it. Then nothing is told; the next look will. */
export function isStale<R extends Run<LinkStep>>(run: R): run is Failed<R> {
  return run.failure?.error instanceof StaleView
}
