/** How far a plan got. */
export interface Run<Step> {
  readonly done: readonly Step[]
  /** The step that failed and what it threw; absent when all are done. */
  readonly failure?: { readonly step: Step; readonly error: unknown }
}

/**
 * Does the steps of a plan in order, and stops at the first that fails. It does not throw, so that the status can say
 * what was done before the error goes to the queue.
 */
export async function runSteps<Step>(
  steps: readonly Step[],
  apply: (step: Step) => Promise<void>,
  signal: AbortSignal,
): Promise<Run<Step>> {
  const done: Step[] = []
  for (const step of steps) {
    try {
      signal.throwIfAborted()
      await apply(step)
      done.push(step)
    } catch (error) {
      return { done, failure: { step, error } }
    }
  }
  return { done }
}
