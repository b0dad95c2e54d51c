/** Which pair one tenant's token should have now: the only question that a tenant asks of a rollout. */
import { type Pair, samePair } from '../pair.ts'
import type { RolloutState } from './course.ts'

export interface PairQuestion {
  /** From the spec. It may be ahead of the status, and nobody moves until the status has caught up. */
  readonly wanted: Pair | undefined
  /** From the spec, so that a pause holds at once. */
  readonly paused: boolean
  /** Whether a pair's partner key may be used for new tokens: `accepts` is not set, or names it. */
  readonly accepted: (pair: Pair) => boolean
  /** From the status; undefined while there is none. */
  readonly state: Omit<RolloutState, 'phaseSince' | 'failed'> | undefined
  readonly tenant: {
    /** `namespace/name` */
    readonly name: string
    readonly slot: number
    readonly inCanary: boolean
    /** What its valid token was minted with. */
    readonly holds: Pair | undefined
    /** What it had last, by its status. That tells where a tenant stood whose Secret was deleted. */
    readonly last: Pair | undefined
    readonly rejected: Pair | undefined
  }
}

/**
 * An admitted tenant gets the target. Any other keeps what it has. One that has nothing gets `current`, or without a
 * `current` the target. No answer ever moves a tenant away from the target.
 * Undefined: no token can be minted yet.
 */
export function pairFor(question: PairQuestion): Pair | undefined {
  const { wanted, state, tenant } = question
  const inStep = state !== undefined && wanted !== undefined && samePair(wanted, state.target)
  if (inStep && isAdmitted(question, state) && question.accepted(wanted)) return wanted
  if (tenant.holds !== undefined) return tenant.holds
  if (state === undefined) return undefined
  const candidates = isKnown(tenant.last, state) ? [tenant.last, state.current] : [state.current]
  if (state.current === undefined && inStep) candidates.push(wanted)
  return candidates.find(pair => pair !== undefined && question.accepted(pair))
}

/** Whether a tenant's last pair says where it stood. If its Secret was deleted, it stays there. */
function isKnown(last: Pair | undefined, state: NonNullable<PairQuestion['state']>): boolean {
  return last !== undefined && (samePair(last, state.current) || samePair(last, state.target))
}

function isAdmitted({ paused, tenant }: PairQuestion, state: NonNullable<PairQuestion['state']>): boolean {
  // Rolled back or complete: the target is the safe pair, so everybody gets it at once, paused or not.
  if (samePair(state.current, state.target)) return true
  if (paused) return false
  const bySlot = tenant.inCanary || tenant.slot < state.admittedPermille
  switch (state.phase) {
    case 'Canary':
    case 'Soaking':
    case 'AwaitingPromotion':
      return tenant.inCanary
    case 'Rolling':
      return bySlot
    case 'Complete':
      return true
    case 'Stopped':
      return bySlot && state.failedTenants.includes(tenant.name) && !samePair(tenant.rejected, state.target)
    case 'Paused':
    case 'AwaitingDataLens':
      return false
    default:
      return state.phase satisfies never
  }
}
