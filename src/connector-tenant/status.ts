/** The tenant's status, from what was seen, what was planned and how far it got. Pure. */
import { findCondition, mergeConditions, type ConditionUpdate } from '../api/conditions.ts'
import { knownDatabase, type ConnectorTenantStatus } from '../api/connector-tenant.ts'
import { readyWhileObserving } from '../api/observing.ts'
import type { ConnectorTenantReason } from '../api/reasons.ts'
import { databaseCondition, databaseStatus } from './claim/status.ts'
import type { Observed } from './observed.ts'
import type { AccessPlan, Plan } from './plan.ts'
import { notYet, type Progress, type TenantCondition } from './progress.ts'
import type { Refusal } from './refusal.ts'
import { tokenCondition, tokenStatus, type Minted } from './token/status.ts'

/** What came of a plan. */
export interface Result extends Progress {
  readonly minted?: Minted
}

export function statusOf(seen: Observed, plan: Plan, result: Result): ConnectorTenantStatus {
  const { tenant, now } = seen
  const previous = tenant.status
  if (plan.keepStatus) return previous ?? {}
  const generation = tenant.metadata.generation
  const next = conditionsOf(seen, plan, result)
  const token = tokenStatus(seen.shape.name, plan.token, result) ?? previous?.token
  const database = databaseStatus(tenant, plan.database, result) ?? knownDatabase(tenant)
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(database === undefined ? {} : { database }),
    ...(token === undefined ? {} : { token }),
    conditions: mergeConditions(previous?.conditions, next, { generation, now }),
  }
}

/** In observe mode: what would be done, beside what was said before. */
export function observedStatus(seen: Observed, plan: Plan, steps: readonly string[]): ConnectorTenantStatus {
  const { tenant, now } = seen
  const before = tenant.status
  const standing = plan.refusal === undefined ? undefined : refusedReady(seen, plan.refusal)
  const ready = readyWhileObserving({ standing, found: undefined, steps, previous: before?.conditions })
  const kept = (before?.conditions ?? []).filter(({ type }) => type !== 'Ready') as TenantCondition[]
  const generation = tenant.metadata.generation
  return {
    ...before,
    plan: steps,
    conditions: mergeConditions(before?.conditions, [ready, ...kept], { generation, now }),
  }
}

function conditionsOf(seen: Observed, plan: Plan, progress: Progress): TenantCondition[] {
  if (plan.refusal !== undefined) return refusedConditions(seen, plan.refusal)
  const parts = [
    databaseCondition(plan.database, progress),
    accessCondition(plan.access, progress),
    tokenCondition(plan.token, progress),
  ]
  return [readyCondition(parts, plan, progress), ...parts, ...progressConditions(parts, plan, progress)]
}

function refusedReady(
  { tenant }: Observed,
  { reason, message }: Refusal,
): ConditionUpdate<'Ready', ConnectorTenantReason> {
  const previous = findCondition(tenant.status?.conditions, 'Ready')
  const status = reason === 'Suspended' ? (previous?.status ?? 'Unknown') : 'False'
  return { type: 'Ready', status, reason, message }
}

/** Told of the tenant as a whole; what was said of its parts before stays, as nothing was done to them. */
function refusedConditions(seen: Observed, refusal: Refusal): TenantCondition[] {
  const { reason, message, weight } = refusal
  const before = seen.tenant.status?.conditions
  const kept = (['DatabaseReady', 'AccessGranted', 'TokenPublished'] as const).map(
    (type): TenantCondition => {
      const known = findCondition(before, type)
      if (known === undefined) {
        return { type, status: 'False', reason: 'Blocked', message: `Not looked at yet: ${message}` }
      }
      return {
        type,
        status: known.status,
        reason: known.reason,
        message: known.message,
      }
    },
  )
  const extra: Record<typeof weight, TenantCondition[]> = {
    stalled: [{ type: 'Stalled', status: 'True', reason, message }],
    waiting: [{ type: 'Reconciling', status: 'True', reason, message }],
    paused: [],
  }
  return [refusedReady(seen, refusal), ...kept, ...extra[weight]]
}

function accessCondition(access: AccessPlan | undefined, progress: Progress): TenantCondition {
  const type = 'AccessGranted'
  const open = (access?.steps ?? []).filter(step => !progress.done.includes(step))
  const inPlace = open.length === 0 && (access?.holds === true || (access?.steps.length ?? 0) > 0)
  if (access?.wanted === 'Withheld' && inPlace) {
    const message = 'spec.access is Withheld: the token opens nothing until it is Granted again.'
    return { type, status: 'False', reason: 'AccessWithheld', message }
  }
  if (inPlace)
    return { type, status: 'True', reason: 'AccessGranted', message: 'The reader may read the database.' }
  if (open.length === 0) {
    const message =
      'Grants are made by somebody else here (reader.grants: External), and this one is not as it should be yet.'
    return { type, status: 'False', reason: 'Progressing', message }
  }
  return notYet(type, progress, 'The reader’s access is being changed.')
}

/** Served means: owned, as accessible as the spec wants it, and with a token. */
function readyCondition(
  parts: readonly TenantCondition[],
  { access }: Plan,
  { failure }: Progress,
): TenantCondition {
  const type = 'Ready'
  const wanted = access?.wanted === 'Withheld' ? 'AccessWithheld' : undefined
  const wrong = parts.find(({ status, reason }) => status !== 'True' && reason !== wanted)
  if (wrong !== undefined) return { type, status: 'False', reason: wrong.reason, message: wrong.message }
  const withheld = parts.find(({ reason }) => reason === 'AccessWithheld')
  if (withheld !== undefined)
    return { type, status: 'True', reason: withheld.reason, message: withheld.message }
  const message =
    failure === undefined
      ? 'The token in the Secret opens the database.'
      : `The token in the Secret opens the database. ${failure.message}`
  return { type, status: 'True', reason: 'Ready', message }
}

function progressConditions(
  parts: readonly TenantCondition[],
  { outcome }: Plan,
  { failure }: Progress,
): TenantCondition[] {
  const wrong = parts.find(({ status, reason }) => status !== 'True' && reason !== 'AccessWithheld')
  const conflict = parts.find(({ reason }) => reason === 'SecretConflict')
  if (conflict !== undefined || outcome.kind === 'stalled') {
    const { reason, message } = conflict ?? { reason: 'InternalError' as const, message: '' }
    return [{ type: 'Stalled', status: 'True', reason, message }]
  }
  if (failure !== undefined) return [{ type: 'Reconciling', status: 'True', ...failure }]
  return wrong === undefined
    ? []
    : [{ type: 'Reconciling', status: 'True', reason: wrong.reason, message: wrong.message }]
}
