/** Which of several replicas of the operator may act. */
export interface Leadership {
  /**
   * Resolves once this process leads, with a signal that aborts when it no longer may. Rejects with the
   * signal's reason when that aborts first, and with LeadLost when the lead is over before that.
   */
  acquire(signal: AbortSignal): Promise<AbortSignal>
  /** For how many milliseconds from now this process surely leads. No step that may take longer must begin. */
  remainingMs(): number
  /** Gives the lead up, so that no other replica has to wait for it to expire. Does nothing if it never led. */
  release(): Promise<void>
}

/** For the only replica. */
export const alwaysLeader: Leadership = {
  acquire: signal => (signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve(signal)),
  remainingMs: () => Number.POSITIVE_INFINITY,
  release: () => Promise.resolve(),
}
