/** Whether every tenant has its token of the target pair. */
import type { PartnerKeyReason } from '../../api/reasons.ts'
import { formatPair, wantedPair } from '../../tenancy/pair.ts'
import type { Failure } from '../problem.ts'
import type { Course, Update } from './course.ts'
import { notBegun, type Prospects } from './minting.ts'
import type { RolloutObserved } from './observed.ts'

/** What came of the run, besides the course. */
export interface Told {
  readonly course: Course
  /** What may be withdrawn at DataLens. */
  readonly notes: string
  /** Why a step failed. */
  readonly failure?: Failure
  /** What would be done, in observe mode. */
  readonly observing?: readonly string[]
}

export function rolledOutCondition(
  seen: RolloutObserved,
  prospects: Prospects,
  { course, notes }: Pick<Told, 'course' | 'notes'>,
): Update {
  const type = 'RolledOut'
  const { problem, standsStill, open } = prospects
  const { rollout, target } = course
  if (rollout === undefined || target === undefined) {
    const begun = notBegun(seen, prospects)
    if (begun !== undefined) return { type, status: 'False', ...begun }
    const message = 'DataLens has not answered, so there is no pair to roll out.'
    return { type, status: 'False', reason: 'AwaitingDataLens', message }
  }
  const message = [rollout.message ?? '', notes].filter(text => text !== '').join(' ')
  const wanted = wantedPair(seen.partnerKey.spec)
  const standsAt = wanted !== undefined && target === formatPair(wanted) && rollout.phase === 'Complete'
  if (standsStill && !standsAt) {
    const { reason, message } = problem ?? open
    return { type, status: 'False', reason, message }
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

/** The rollout stands still because a key of the spec is still to be made or recorded. */
export function unmade({ failure, observing }: Pick<Told, 'failure' | 'observing'>): Failure {
  if (failure !== undefined) return failure
  const message = 'A key of the spec is still to be made: there is no rollout to it yet.'
  return { reason: observing === undefined ? 'Progressing' : 'Observing', message }
}
