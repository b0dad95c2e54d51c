/** When a link is replaced. Pure. */
import { createHash } from 'node:crypto'
import { datedBack } from '../../embed/token/lifetime.ts'

export interface RefreshRules {
  /** In seconds, as everything here. */
  readonly lifetime: number
  readonly refreshBefore: number
  /** The embed's uid. */
  readonly uid: string
}

/**
 * The moment at which a link that ends at `exp` is replaced, in seconds since the epoch: `refreshBefore` ahead of its
 * end or earlier.
 *
 * Each embed has refreshes at moments of its own that recur with a fixed period; its uid chooses them. So a thousand
 * links that were made at once are replaced one after the other, spread over the whole period, and no restart changes
 * a moment. The period is the longest time that a fresh link may wait, so only the first refresh comes early.
 */
export function refreshMoment(exp: number, { lifetime, refreshBefore, uid }: RefreshRules): number {
  const period = lifetime - datedBack - refreshBefore
  const latest = exp - refreshBefore
  return latest - modulo(latest - phaseOf(uid, period), period)
}

function phaseOf(uid: string, period: number): number {
  return createHash('sha256').update(uid).digest().readUIntBE(0, 6) % period
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
