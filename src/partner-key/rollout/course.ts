import type { ConditionUpdate } from '../../api/conditions.ts'
import type { PartnerKeyStatus } from '../../api/partner-key.ts'
import type { PartnerKeyConditionType } from '../../api/partner-key-status.ts'
import type { PartnerKeyReason } from '../../api/reasons.ts'

export type Update = ConditionUpdate<PartnerKeyConditionType, PartnerKeyReason>

/** Where a rollout stands, as the status says it. */
export type Course = Pick<PartnerKeyStatus, 'current' | 'target' | 'rollout'>

/** Where a rollout stands while a problem with the keys holds it. */
export function standingCourse(previous: PartnerKeyStatus | undefined): Course {
  const { current, target, rollout } = previous ?? {}
  return {
    ...(current === undefined ? {} : { current }),
    ...(target === undefined ? {} : { target }),
    ...(rollout === undefined ? {} : { rollout }),
  }
}
