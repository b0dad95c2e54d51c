/**
 * When a reconcile wants its object looked at again. A failure is thrown instead, since the queue alone decides about
 * backoff.
 */
export type Outcome =
  /** Converged: nothing to do until something changes or the slow resync comes round. */
  | { readonly kind: 'settled' }
  /** Something is due later, or missing now: look again after `afterMs` milliseconds. */
  | { readonly kind: 'recheck'; readonly afterMs: number }
  /** Only a change of the object itself helps. */
  | { readonly kind: 'stalled'; readonly reason: string }

export const settled: Outcome = { kind: 'settled' }

/** @param afterMs milliseconds from now, not negative */
export function recheck(afterMs: number): Outcome {
  return { kind: 'recheck', afterMs }
}

export function stalled(reason: string): Outcome {
  return { kind: 'stalled', reason }
}
