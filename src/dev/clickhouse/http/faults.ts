/**
 * What goes wrong with requests, for tests. A fault concerns the statements that match `matching`; by default all.
 * It spares the first `skip` of them, and is over after `times`; by default never.
 */
export type Fault = {
  readonly matching?: RegExp
  readonly skip?: number
  readonly times?: number
} & FaultKind

type FaultKind =
  /** Nothing is listening: connections are refused. */
  | { readonly kind: 'refuse' }
  /** Run after `ms`, and then answered. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Not run; answered with the error of this number. */
  | { readonly kind: 'error'; readonly code: number; readonly symbol?: string; readonly message?: string }
  /** Not run, and the connection is cut. */
  | { readonly kind: 'drop' }
  /** Run, and then the connection is cut: the client cannot know that it was. */
  | { readonly kind: 'loseAnswer' }
  /** Not run; no answer as long as the fault is set, then the connection is cut. */
  | { readonly kind: 'hang' }
  /** Run; no answer as long as the fault is set, then the connection is cut. */
  | { readonly kind: 'hangAnswer' }
  /** Not run, but answered with success and this body. */
  | { readonly kind: 'lie'; readonly body?: string }

/** The faults of one replica. Each statement that meets one counts it down. */
export class FaultPlan {
  #faults: { readonly fault: Fault; skip: number; left: number }[] = []
  #cleared = new AbortController()
  /** Statements that a fault holds back now. */
  held = 0

  set(faults: readonly Fault[]): void {
    this.#cleared.abort()
    this.#cleared = new AbortController()
    this.#faults = faults.map(fault => ({ fault, skip: fault.skip ?? 0, left: fault.times ?? Infinity }))
  }

  get refusing(): boolean {
    return this.#faults.some(({ fault }) => fault.kind === 'refuse')
  }

  /** Aborts when other faults replace these. */
  get cleared(): AbortSignal {
    return this.#cleared.signal
  }

  /** The first fault that concerns this statement, counted down by one. */
  next(sql: string): Fault | undefined {
    for (const entry of this.#faults) {
      if (entry.left <= 0 || (entry.fault.matching !== undefined && !entry.fault.matching.test(sql))) continue
      if (entry.skip > 0) {
        entry.skip -= 1
        continue
      }
      entry.left -= 1
      return entry.fault
    }
    return undefined
  }
}
