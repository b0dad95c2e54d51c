/** Whether every tenant has its token of the target pair. */
import type { PartnerKeyReason } from '../../api/reasons.ts'
import { formatPair, wantedPair } from '../../tenancy/pair.ts'
import type { Course, Update } from './course.ts'
import type { Prospects } from './minting.ts'
import type { RolloutObserved } from './observed.ts'

/** @param told where the rollout stands, and what may be withdrawn at DataLens */
export function rolledOutCondition(
  seen: RolloutObserved,
  { problem, standsStill }: Prospects,
  { course, notes }: { readonly course: Course; readonly notes: string },
): Update {
  const type = 'RolledOut'
  const { rollout, target } = course
  if (rollout === undefined || target === undefined) {
    if (problem !== undefined && standsStill) {
      return { type, status: 'False', reason: problem.reason, message: problem.message }
    }
    const message = 'DataLens has not answered, so there is no pair to roll out.'
    return { type, status: 'False', reason: 'AwaitingDataLens', message }
  }
  const message = [rollout.message ?? '', notes].filter(text => text !== '').join(' ')
  const wanted = wantedPair(seen.partnerKey.spec)
  const standsAt = wanted !== undefined && target === formatPair(wanted) && rollout.phase === 'Complete'
  if (standsStill && problem !== undefined && !standsAt) {
    return { type, status: 'False', reason: problem.reason, message: problem.message }
  }
  const reasons: Record<typeof rollout.phase, PartnerKeyReason> = {
    AwaitingDataLens: 'AwaitingDataLens',
    Canary: 'RollingOut',
    Soaking: 'RollingOut',
    AwaitingPromotion: 'AwaitingPromotion',
    Rolling: 'RollingOut',
    Paused: 'Paused',
    Stopped: 'RolloutStopped',
    Complete: 'RolledOut',
  }
  const reason = reasons[rollout.phase]
  return { type, status: reason === 'RolledOut' ? 'True' : 'False', reason, message }
}
