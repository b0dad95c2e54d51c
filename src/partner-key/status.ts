/** The status of a PartnerKey, from what was seen, planned and done. Pure. */
import { isTrue, mergeConditions, type ConditionUpdate } from '../api/conditions.ts'
import type { PartnerKey, PartnerKeyStatus } from '../api/partner-key.ts'
import { handoverName } from '../api/names.ts'
import { readyWhileObserving } from '../api/observing.ts'
import type { PartnerKeyReason } from '../api/reasons.ts'
import { served } from '../api/served.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import type { Failure } from './problem.ts'
import { parsePair } from '../tenancy/pair.ts'
import { rolloutStatus } from '../tenancy/rollout/translate.ts'
import { standingCourse, type Course, type Update } from './rollout/course.ts'
import { mintingCondition } from './rollout/minting.ts'
import { rolledOutCondition, type Told, unmade } from './rollout/rolled-out.ts'
import { keyStatus } from './keys/status.ts'
import { doubtAbout, withdrawable, type KeyStatus } from './keys/withdrawal.ts'

/** @param observing what would be done, in observe mode */
export function statusOf(
  seen: Observed,
  plan: Plan,
  outcome: { readonly failure?: Failure; readonly observing?: readonly string[] },
): PartnerKeyStatus {
  const { partnerKey, tally, now } = seen
  const previous = partnerKey.status
  const generation = partnerKey.metadata.generation
  const planned =
    plan.rollout === undefined ? standingCourse(previous, tally.rollout) : rolloutStatus(plan.rollout)
  const keys = keyStatus(seen, { course: planned, atHand: plan.keys.atHand })
  const course = plan.rollout === undefined ? planned : withDoubt(planned, keys)
  const notes = withdrawable(keys, course.rollout?.phase)
  const conditions = conditionsOf(seen, plan, { ...outcome, course, notes })
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...course,
    ...(keys.length === 0 ? {} : { keys }),
    tenants: tally.tenants,
    conditions: mergeConditions(previous?.conditions, conditions, { generation, now }),
  }
}

/** A rollout to keys that DataLens may have withdrawn says so before the first tenant moves. */
function withDoubt(course: Course, keys: readonly KeyStatus[]): Course {
  const target = parsePair(course.target)
  const { rollout } = course
  if (rollout === undefined || target === undefined || rollout.phase === 'Complete') return course
  const doubt = doubtAbout(target, { keys, phase: rollout.phase })
  const message = [rollout.message ?? '', doubt].filter(text => text !== '').join(' ')
  return { ...course, rollout: { ...rollout, message } }
}

function conditionsOf(seen: Observed, plan: Plan, told: Told): Update[] {
  const ready = readyCondition(seen, plan, told)
  const { keys, problem, rollout } = plan
  const prospects = { atHand: keys.atHand, problem, standsStill: rollout === undefined, open: unmade(told) }
  const parts = [mintingCondition(seen, prospects, told.course), rolledOutCondition(seen, prospects, told)]
  return [ready, ...parts, ...progress(plan, ready, told)]
}

type Ready = ConditionUpdate<'Ready', PartnerKeyReason>

function readyCondition(seen: Observed, plan: Plan, told: Told): Ready {
  const ready = readyAsFound(seen, plan, told)
  const { observing: steps } = told
  if (steps === undefined) return ready
  const isFine = ready.status === 'True'
  return readyWhileObserving({
    standing: isFine ? undefined : ready,
    found: isFine && steps.length === 0 ? ready : undefined,
    steps,
    previous: seen.partnerKey.status?.conditions,
  })
}

function readyAsFound({ partnerKey }: Observed, plan: Plan, { course, failure }: Told): Ready {
  const type = 'Ready'
  const { problem, again: isMaking } = plan
  if (problem !== undefined)
    return { type, status: 'False', reason: problem.reason, message: problem.message }
  if (failure !== undefined && (isMaking || !wasReady(partnerKey)))
    return { type, status: 'False', ...failure }
  if (course.rollout?.phase === 'Stopped') {
    return { type, status: 'False', reason: 'RolloutStopped', message: course.rollout.message ?? '' }
  }
  if (partnerKey.spec.dataLens === undefined) {
    const message = `The key is made. Send what is in ConfigMap "${handoverName(partnerKey.metadata.name)}" to DataLens, and put the key and version that it answers with in spec.dataLens.`
    return { type, status: 'True', reason: 'HandoverReady', message }
  }
  return { type, status: 'True', reason: 'Ready', message: served.partnerKey }
}

function wasReady({ status }: PartnerKey): boolean {
  return isTrue(status?.conditions, 'Ready')
}

/** `Reconciling` or `Stalled`; neither while it waits for a person, since Ready then says all. */
function progress({ problem }: Plan, ready: Update, { course, failure, observing }: Told): Update[] {
  const { reason, message } = ready
  if (problem?.weight === 'stalled' || reason === 'RolloutStopped') {
    return [{ type: 'Stalled', status: 'True', reason, message }]
  }
  if (failure !== undefined) return [{ type: 'Reconciling', status: 'True', ...failure }]
  if (problem !== undefined) return [{ type: 'Reconciling', status: 'True', reason, message }]
  // In observe mode a rollout stands still.
  const phase = observing === undefined ? course.rollout?.phase : undefined
  if (phase !== 'Canary' && phase !== 'Soaking' && phase !== 'Rolling') return []
  return [
    { type: 'Reconciling', status: 'True', reason: 'RollingOut', message: course.rollout?.message ?? '' },
  ]
}
