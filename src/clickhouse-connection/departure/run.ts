/** Does what is due for tenants that are gone, side by side, so that no failure of one holds up another. */
import { codeOf } from '../../core/errors.ts'
import { KubeError } from '../../kube/errors.ts'
import { runSteps } from '../../runtime/run-steps.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import { applyDeparture, type DepartureContext } from './apply.ts'
import type { DepartureMemory } from './memory.ts'
import type { DepartureTask } from './plan.ts'
import type { DepartureStep } from './steps.ts'

export interface DeparturesContext extends DepartureContext {
  readonly memory: DepartureMemory
  /** Monotonic milliseconds. */
  readonly elapsed: number
}

export interface DeparturesResult {
  readonly done: readonly DepartureStep[]
  /** One of the errors. Mostly they are alike. */
  readonly error?: unknown
}

/** Enough for the grant writer to join many revokes into one statement. */
const sideBySide = 16

export async function runDepartures(
  tasks: readonly DepartureTask[],
  context: DeparturesContext,
  signal: AbortSignal,
): Promise<DeparturesResult> {
  const { departures } = context.memory
  const done: DepartureStep[] = []
  const errors: unknown[] = []
  const waiting = [...tasks]
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const { departed, steps } = task
      const run = await runSteps(steps, step => applyDeparture(step, context, signal), signal)
      done.push(...run.done)
      for (const step of run.done) if (step.kind === 'revokeRead') noteRevoked(step, context)
      if (run.done.length > 0) departures.acted(departed, context.elapsed)
      if (run.failure === undefined || run.failure.error instanceof StaleView) continue
      if (isKindMissing(run.failure.error)) departures.doubt(departed)
      errors.push(run.failure.error)
    }
  }
  await Promise.all(Array.from({ length: Math.min(sideBySide, waiting.length) }, work))
  signal.throwIfAborted()
  // A retryable failure first, since that decides when the queue tries again.
  return errors.length === 0 ? { done } : { done, error: errors.toSorted(byCode)[0] }
}

/** Whether a 404 means that the kind itself is gone, so that no tenant can be seen any more. */
function isKindMissing(error: unknown): boolean {
  return error instanceof KubeError && error.code === 'notFound'
}

function byCode(a: unknown, b: unknown): number {
  return codeOf(a) < codeOf(b) ? -1 : 1
}

/**
 * Notes databases that the reader may read by a role even after the REVOKE. Another REVOKE would not help, so none is
 * tried. If it may read one by a grant of its own, a late reconcile of the tenant has granted again; the next run
 * revokes that.
 */
function noteRevoked(
  step: Extract<DepartureStep, { kind: 'revokeRead' }>,
  { server, memory: { unrevokable } }: DeparturesContext,
): void {
  for (const view of server.latest()?.endpoints ?? []) {
    if (!view.ok || !step.urls.includes(view.url)) continue
    if (!view.data.reader.touchesByRole(step.database)) continue
    const databases = unrevokable.get(view.url) ?? new Set()
    unrevokable.set(view.url, databases.add(step.database))
  }
}
