import type { ConditionUpdate } from '../api/conditions.ts'
import type { ConnectorTenantConditionType } from '../api/status/connector-tenant.ts'
import type { ConnectorTenantReason } from '../api/reasons.ts'
import type { Refusal } from './refusal.ts'

/** How far the steps of a plan got. */
export interface Progress {
  readonly done: readonly { readonly kind: string }[]
  readonly failure?: Pick<Refusal, 'reason' | 'message'>
}

export type TenantCondition<Type extends ConnectorTenantConditionType = ConnectorTenantConditionType> =
  ConditionUpdate<Type, ConnectorTenantReason>

/** The condition of a part that is not there yet: why it failed, or that it is under way. */
export function notYet<Type extends ConnectorTenantConditionType>(
  type: Type,
  { failure }: Progress,
  message: string,
): TenantCondition<Type> {
  return { type, status: 'False', ...(failure ?? { reason: 'Progressing', message }) }
}
