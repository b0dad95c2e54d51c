/** Does what is due for tenants that are gone, side by side, so that no failure of one holds up another. */
import { linkedAbort } from '../../core/abort.ts'
import type { Clock } from '../../core/clock.ts'
import { CodedError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import { Turns } from '../../core/turns.ts'
import { KubeError } from '../../kube/errors.ts'
import { runSteps, type Run } from '../../runtime/run-steps.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import type { Logger } from '../../telemetry/log.ts'
import { applyDeparture, type DepartureContext } from './apply.ts'
import type { DepartureMemory } from './memory.ts'
import type { DepartureTask } from './plan.ts'
import type { DepartureStep } from './steps.ts'

export interface DeparturesContext extends DepartureContext {
  /** `namespace/name`, for the log. */
  readonly connection: string
  readonly memory: DepartureMemory
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Aborts when this process is to end. Then no other task is begun: the next process need not wait for all of them. */
  readonly ending: AbortSignal
}

/** Enough for the grant writer to join many revokes into one statement. */
const sideBySide = 16
/** In milliseconds. What is not done by then waits: living tenants are seen to in the same run, after this. */
const budgetMs = 20_000

/**
 * Namespaces take turns, so that no other waits for all that one of them left. A task that fails is noted and tried again
 * later; the others go on, and so does the run.
 *
 * @returns what was done
 * @throws only the signal's reason
 */
export async function runDepartures(
  tasks: readonly DepartureTask[],
  context: DeparturesContext,
  signal: AbortSignal,
): Promise<readonly DepartureStep[]> {
  const done: DepartureStep[] = []
  const waiting = new Turns<DepartureTask>()
  for (const task of tasks) waiting.add(task.departed.namespace, task)
  const { own, unlink } = linkedAbort(signal)
  const timedOut = new CodedError('timeout', `not done after ${budgetMs / 1_000} s`, { retryable: true })
  const cancel = context.clock.after(budgetMs, () => own.abort(timedOut))
  const work = async (): Promise<void> => {
    for (let task = waiting.next(); task !== undefined; task = waiting.next()) {
      if (own.signal.aborted || context.ending.aborted) return
      const run = await runSteps(task.steps, step => applyDeparture(step, context, own.signal), own.signal)
      done.push(...run.done)
      signal.throwIfAborted()
      noteEnd(task, run, context)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(sideBySide, tasks.length) }, work))
  } finally {
    cancel()
    unlink()
  }
  signal.throwIfAborted()
  return done
}

function noteEnd(
  { key, departed, takes }: DepartureTask,
  { done, failure }: Run<DepartureStep>,
  context: DeparturesContext,
): void {
  const { departures, losses, retries } = context.memory
  const error = failure?.error
  if (error instanceof StaleView && done.length === 0) losses[takes].forget(departed)
  if (error === undefined) retries.forget(key)
  if (error === undefined || error instanceof StaleView) return
  if (isKindMissing(error)) {
    departures.doubt(departed)
    losses[takes].forget(departed)
  }
  const { connection, clock, random, log } = context
  const isNews = retries.note(key, error, { elapsed: clock.monotonic(), random })
  log[isNews ? 'warn' : 'debug']({ connection, task: key, err: error }, 'a departure failed')
}

/** Whether a 404 means that the kind itself is gone, so that no tenant can be seen any more. */
function isKindMissing(error: unknown): boolean {
  return error instanceof KubeError && error.code === 'notFound'
}
