/** The tenant's status, from what was seen, what was planned and how far it got. Pure. */
import { findCondition, mergeConditions, readySays } from '../api/conditions.ts'
import { knownDatabase, type ConnectorTenantStatus } from '../api/connector-tenant.ts'
import { readyWhileObserving } from '../api/observing.ts'
import { served } from '../api/served.ts'
import { accessCondition } from './access/status.ts'
import { databaseCondition, databaseStatus } from './claim/status.ts'
import type { Observed } from './observed.ts'
import type { Plan, RefusedPlan, ServicePlan } from './plan.ts'
import type { Progress, TenantCondition } from './progress.ts'
import type { Refusal } from './refusal.ts'
import { refusedToken, tokenCondition, tokenStatus, type Minted } from './token/status.ts'

/** What came of a plan. */
export interface Result extends Progress {
  readonly minted?: Minted
}

export function statusOf(seen: Observed, plan: Plan, result: Result): ConnectorTenantStatus {
  const { tenant, now, shape } = seen
  const previous = tenant.status
  const generation = tenant.metadata.generation
  const refused = plan.refusal !== undefined
  if (refused && plan.parked) return previous ?? {}
  const next = refused ? refusedConditions(seen, plan) : serviceConditions(plan, result)
  const found = refused ? undefined : databaseStatus(tenant, plan.database, result)
  const published = refused ? undefined : tokenStatus(shape.name, plan.token, result)
  const database = found ?? knownDatabase(tenant)
  const token = published ?? previous?.token
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(database === undefined ? {} : { database }),
    ...(token === undefined ? {} : { token }),
    conditions: mergeConditions(previous?.conditions, next, { generation, now }),
  }
}

/** In observe mode: what would be done, besides the truth of what is there. */
export function observedStatus(seen: Observed, plan: Plan, steps: readonly string[]): ConnectorTenantStatus {
  const { tenant, now } = seen
  const before = tenant.status
  if (plan.refusal !== undefined && plan.parked) return before ?? {}
  const generation = tenant.metadata.generation
  const next = plan.refusal === undefined ? foundConditions(seen, plan, steps) : standing(seen, plan, steps)
  return {
    ...before,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    plan: steps,
    conditions: mergeConditions(before?.conditions, next, { generation, now }),
  }
}

/** A refusal stands whoever looks. */
function standing(seen: Observed, plan: RefusedPlan, steps: readonly string[]): TenantCondition[] {
  const previous = seen.tenant.status?.conditions
  const refusal = refusedReady(seen, plan.refusal)
  const ready = readyWhileObserving({ standing: refusal, found: undefined, steps, previous })
  const [, ...others] = refusedConditions(seen, plan)
  return [ready, ...others]
}

/** Nothing of what is open is done; Ready tells what that would be. */
const onlyObserved: Progress = { done: [], failure: { reason: 'Observing', message: readySays } }

/** Reasons of Ready that are no fault of their own. */
const unobjectionable: ReadonlySet<string> = new Set(['Ready', 'AccessWithheld', 'Progressing', 'Observing'])

function foundConditions(seen: Observed, plan: ServicePlan, steps: readonly string[]): TenantCondition[] {
  const previous = seen.tenant.status?.conditions
  const parts = partsOf(plan, onlyObserved)
  const is = readyCondition(parts, { done: [] })
  if (!unobjectionable.has(is.reason)) {
    const ready = readyWhileObserving({ standing: is, found: undefined, steps, previous })
    return [ready, ...parts, ...progressConditions(parts, { done: [] })]
  }
  const found = { status: is.status, ...(is.reason === 'Observing' ? {} : { message: is.message }) }
  return [readyWhileObserving({ standing: undefined, found, steps, previous }), ...parts]
}

function refusedReady({ tenant }: Observed, { reason, message }: Refusal): TenantCondition<'Ready'> {
  const previous = findCondition(tenant.status?.conditions, 'Ready')
  const status = reason === 'Suspended' ? (previous?.status ?? 'Unknown') : 'False'
  return { type: 'Ready', status, reason, message }
}

/**
 * A refusal is about the tenant as a whole. Nothing is said of what was not looked at, however it was before: the server
 * goes on without us. The Secret is always looked at.
 */
function refusedConditions(seen: Observed, { refusal, refusedClaim }: RefusedPlan): TenantCondition[] {
  const { reason, message, weight } = refusal
  const extra: Record<typeof weight, TenantCondition[]> = {
    stalled: [{ type: 'Stalled', status: 'True', reason, message }],
    waiting: [{ type: 'Reconciling', status: 'True', reason, message }],
    paused: [],
  }
  return [
    refusedReady(seen, refusal),
    refusedClaim === undefined
      ? notLookedAt('DatabaseReady')
      : { type: 'DatabaseReady', status: 'False', reason, message: readySays },
    notLookedAt('AccessGranted'),
    refusedToken(seen),
    ...extra[weight],
  ]
}

function notLookedAt(type: 'DatabaseReady' | 'AccessGranted'): TenantCondition {
  return { type, status: 'Unknown', reason: 'Blocked', message: `Not looked at: ${readySays}` }
}

function partsOf({ database, access, token }: ServicePlan, progress: Progress): TenantCondition[] {
  return [
    databaseCondition(database, progress),
    accessCondition(access, progress),
    tokenCondition(token, progress),
  ]
}

function serviceConditions(plan: ServicePlan, progress: Progress): TenantCondition[] {
  const parts = partsOf(plan, progress)
  return [readyCondition(parts, progress), ...parts, ...progressConditions(parts, progress)]
}

/** Served means: owned, as accessible as the spec wants it, and with a token. */
function readyCondition(parts: readonly TenantCondition[], { failure }: Progress): TenantCondition<'Ready'> {
  const type = 'Ready'
  const wrong = whatIsWrong(parts)
  if (wrong !== undefined) return { type, status: 'False', reason: wrong.reason, message: wrong.message }
  const withheld = parts.find(({ reason }) => reason === 'AccessWithheld')
  if (withheld !== undefined)
    return { type, status: 'True', reason: withheld.reason, message: withheld.message }
  const open = failure === undefined ? served.tenant : `${served.tenant} ${failure.message}`
  return { type, status: 'True', reason: 'Ready', message: open }
}

function progressConditions(parts: readonly TenantCondition[], { failure }: Progress): TenantCondition[] {
  const wrong = whatIsWrong(parts)
  const conflict = parts.find(({ reason }) => reason === 'SecretConflict')
  if (conflict !== undefined) {
    return [{ type: 'Stalled', status: 'True', reason: conflict.reason, message: conflict.message }]
  }
  const why = failure ?? wrong
  if (why === undefined) return []
  return [{ type: 'Reconciling', status: 'True', reason: why.reason, message: why.message }]
}

/** The first part that is not as the spec wants it. */
function whatIsWrong(parts: readonly TenantCondition[]): TenantCondition | undefined {
  return parts.find(({ status, reason }) => status !== 'True' && reason !== 'AccessWithheld')
}
