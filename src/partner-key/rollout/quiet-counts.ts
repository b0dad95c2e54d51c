import type { PartnerKeyStatus } from '../../api/partner-key.ts'

/** Whether two statuses differ only in numbers that grow by themselves, and in messages that quote them. */
export function onlyCountsDiffer(before: PartnerKeyStatus | undefined, after: PartnerKeyStatus): boolean {
  if (before === undefined) return false
  const fixed = withoutCounts(after)
  return fixed === withoutCounts(before)
}

function withoutCounts(status: PartnerKeyStatus): string {
  const { current, target, rollout, keys, conditions, observedGeneration } = status
  return JSON.stringify([
    observedGeneration,
    current,
    target,
    [rollout?.phase, rollout?.phaseSince, rollout?.admittedPermille, rollout?.failed, rollout?.failedTenants],
    keys?.map(({ side, version, fingerprint, state }) => [side, version, fingerprint, state]),
    conditions?.map(({ type, status: answer, reason, observedGeneration: seen }) => [
      type,
      answer,
      reason,
      seen,
    ]),
  ])
}
