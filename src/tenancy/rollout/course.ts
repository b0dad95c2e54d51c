/** A rollout as data: its state, what the spec asks of it, and its tenants. */
import { samePair, type Pair } from '../pair.ts'

export type RolloutPhase =
  | 'AwaitingDataLens'
  | 'Canary'
  | 'Soaking'
  | 'AwaitingPromotion'
  | 'Rolling'
  | 'Paused'
  | 'Stopped'
  | 'Complete'

/** What the status keeps: enough to go on after a restart at any moment. */
export interface RolloutState {
  /** The pair of tokens before this rollout. New tenants get it until their turn. */
  readonly current: Pair | undefined
  readonly target: Pair | undefined
  readonly phase: RolloutPhase
  /** When the phase began, or in `Rolling` the latest batch. Milliseconds since the epoch. */
  readonly phaseSince: number
  /** Slots below this may move. 0 in the canary's phases. */
  readonly admittedPermille: number
  readonly failed: number
  /** `namespace/name` of at most 10 of them. While `Stopped`, these may try again, and no others. */
  readonly failedTenants: readonly string[]
}

/** Whether the rollout goes back to `current`. Then every tenant moves at once, whatever pause or failure there is. */
export function isRollback({
  phase,
  current,
  target,
}: Pick<RolloutState, 'current' | 'target'> & {
  /** Undefined before it begins. */
  readonly phase: RolloutPhase | undefined
}): boolean {
  return phase !== 'Complete' && target !== undefined && samePair(current, target)
}

/** What need not outlive the process. Without it, waiting times begin anew. */
export interface RolloutMemory {
  /** Since when each admitted tenant that has not moved may move, by `namespace/name`. */
  readonly pendingSince: ReadonlyMap<string, number>
  /** When the latest batch was done. */
  readonly stepDoneAt: number | undefined
}

export interface RolloutSpec {
  /** The pair that the versions of the spec make; undefined before DataLens has answered. */
  readonly wanted: Pair | undefined
  /** `accepts` is not set, or names the wanted partner key. */
  readonly accepted: boolean
  readonly paused: boolean
  readonly canary: { readonly soakMs: number; readonly promotion: 'Auto' | 'Manual' } | undefined
  /** With `Manual`: the pair that may go past the canary, as text. */
  readonly promoted: string | undefined
  /** `percent` from 1 to 100. */
  readonly batch: { readonly percent: number; readonly intervalMs: number }
  readonly maxFailures: number
  readonly progressDeadlineMs: number
}

/** `suspended`: a person wants it so, and no deadline to move runs. `away`: no endpoint can be used. */
export type ConnectionState = 'usable' | 'suspended' | 'away'

/** A tenant as a rollout judges it, with or without a token. */
export interface RolloutCandidate {
  /** `namespace/name` */
  readonly name: string
  /** From `slotOf`. */
  readonly slot: number
  /** The canary's selector selects it. False without a canary. */
  readonly inCanary: boolean
  /** Only tenants that count hold a rollout up. The others are skipped, and named. */
  readonly standing: 'counts' | 'suspended' | 'notAllowed'
  /** The pair in its annotation `lenskeeper.dev/rejected`. */
  readonly rejected: Pair | undefined
  /** What keeps it from its token in its own namespace: a Secret of another owner, a quota. A short text. */
  readonly ownFault: string | undefined
  /** What else keeps it from its token, if that is known. A short text. */
  readonly otherFault: string | undefined
  /** Since when it is not Ready, in milliseconds since the epoch; undefined when it is. */
  readonly notReadySince: number | undefined
}

/** A tenant that holds a token. Tenants that are being deleted are left out. */
export interface RolloutTenant extends RolloutCandidate {
  readonly holds: Pair
}

export const noMemory: RolloutMemory = { pendingSince: new Map(), stepDoneAt: undefined }
