import type { ConditionUpdate } from '../../api/conditions.ts'
import type { PartnerKeyStatus } from '../../api/partner-key.ts'
import type { PartnerKeyConditionType } from '../../api/status/partner-key.ts'
import type { PartnerKeyReason } from '../../api/reasons.ts'
import { parsePair } from '../../tenancy/pair.ts'
import type { RolloutTenant } from '../../tenancy/rollout/course.ts'
import { countTenants } from '../../tenancy/rollout/tally.ts'
import { progressStatus } from '../../tenancy/rollout/translate.ts'

export type Update = ConditionUpdate<PartnerKeyConditionType, PartnerKeyReason>

/** Where a rollout stands, as the status says it. */
export type Course = Pick<PartnerKeyStatus, 'current' | 'target' | 'rollout'>

/** Where a rollout stands while a problem with the keys holds it. Tenants come and go all the same. */
export function standingCourse(
  previous: PartnerKeyStatus | undefined,
  tenants: readonly RolloutTenant[],
): Course {
  const { current, target, rollout } = previous ?? {}
  const progress = progressStatus(countTenants(tenants, parsePair(target)))
  return {
    ...(current === undefined ? {} : { current }),
    ...(target === undefined ? {} : { target }),
    ...(rollout === undefined ? {} : { rollout: { ...rollout, ...progress } }),
  }
}
