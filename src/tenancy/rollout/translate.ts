/** Translates spec and status of a PartnerKey for the rollout's machine, and back. */
import type { PartnerKeySpec, PartnerKeyStatus } from '../../api/partner-key.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { durationOf } from '../../core/duration.ts'
import { formatPair, parsePair, type Pair } from '../pair.ts'
import { isAccepted } from './accepts.ts'
import type { RolloutPlan } from './rollout.ts'
import { mostNames } from './step.ts'
import type { RolloutTally } from './tally.ts'
import type { RolloutSpec, RolloutState } from './course.ts'

/** @param partnerFingerprint of the wanted version's key. If `accepts` is set, it has to name this key */
export function rolloutSpec(
  spec: PartnerKeySpec,
  wanted: Pair | undefined,
  partnerFingerprint: string,
): RolloutSpec {
  const { paused, canary, promoted, batch, maxFailures, progressDeadline } = spec.rollout
  return {
    wanted,
    accepted: isAccepted(spec, spec.keyVersion, partnerFingerprint),
    paused,
    canary:
      canary === undefined ? undefined : { soakMs: durationOf(canary.soak), promotion: canary.promotion },
    promoted,
    batch: { percent: batch.percent, intervalMs: durationOf(batch.interval) },
    maxFailures,
    progressDeadlineMs: durationOf(progressDeadline),
  }
}

/** Undefined when the status was never written, or lost. */
export function rolloutState(status: PartnerKeyStatus | undefined): RolloutState | undefined {
  const rollout = status?.rollout
  if (rollout === undefined) return undefined
  return {
    current: parsePair(status?.current),
    target: parsePair(status?.target),
    phase: rollout.phase,
    phaseSince: parseTimestamp(rollout.phaseSince) ?? 0,
    admittedPermille: rollout.admittedPermille,
    failed: rollout.failed,
    failedTenants: rollout.failedTenants ?? [],
  }
}

/** How far it has come, in the numbers of the status. */
export function progressStatus({ updated, total }: Pick<RolloutTally, 'updated' | 'total'>) {
  return { progress: `${updated}/${total}`, updated, total }
}

/** The part of the status that a plan of a rollout gives. */
export function rolloutStatus(plan: RolloutPlan): Pick<PartnerKeyStatus, 'current' | 'target' | 'rollout'> {
  const { state, tally, message } = plan
  const { skipped } = tally
  const skippedTenants = skipped.slice(0, mostNames).map(({ name }) => name)
  return {
    ...(state.current === undefined ? {} : { current: formatPair(state.current) }),
    ...(state.target === undefined ? {} : { target: formatPair(state.target) }),
    rollout: {
      phase: state.phase,
      phaseSince: toTimestamp(state.phaseSince),
      ...progressStatus(tally),
      failed: state.failed,
      skipped: skipped.length,
      ...(state.failedTenants.length === 0 ? {} : { failedTenants: state.failedTenants }),
      ...(skippedTenants.length === 0 ? {} : { skippedTenants }),
      admittedPermille: state.admittedPermille,
      message,
    },
  }
}
