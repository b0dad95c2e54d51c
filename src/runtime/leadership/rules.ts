/** By what an election goes. `leaseMs > renewDeadlineMs > 1.2 retryMs`, or nobody leads for long. */
export interface ElectionRules {
  /** Of this very process, and of no other, not even of one that runs in the same Pod after it. */
  readonly identity: string
  /** How long the others wait after the last change of the record. Whole seconds, in milliseconds. */
  readonly leaseMs: number
  /** How long a leader goes on without a renewal. What is left of the lease then is for what it has begun. */
  readonly renewDeadlineMs: number
  /** Between two attempts. */
  readonly retryMs: number
}

/** So much longer a pause may be than `retryMs`, so that candidates do not come all at once. */
export const mostJitter = 1.2

/** A record that asks for longer is not believed, or one wrong digit would leave everybody without a leader. */
export const longestLeaseMs = 300_000
