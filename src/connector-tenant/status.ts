/** The tenant's status, from what was seen, what was planned and how far it got. Pure. */
import { findCondition, mergeConditions, type ConditionUpdate } from '../api/conditions.ts'
import { knownDatabase, type ConnectorTenantStatus } from '../api/connector-tenant.ts'
import type { ConnectorTenantConditionType } from '../api/connector-tenant-status.ts'
import type { ConnectorTenantReason } from '../api/reasons.ts'
import { readyWhileObserving } from '../api/observing.ts'
import { formatPair } from '../tenancy/pair.ts'
import type { Failure } from './failure.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import type { SealedToken } from '../published-secret/build.ts'
import type { Step } from './steps.ts'

type Refusal = NonNullable<Plan['refusal']>
type Update = ConditionUpdate<ConnectorTenantConditionType, ConnectorTenantReason>

/** What came of a plan. */
export interface Progress {
  readonly done: readonly Step[]
  readonly failure?: Failure
  /** What a mint of this run put into the Secret. */
  readonly minted?: Pick<SealedToken, 'pair' | 'mintedAt'>
}

export function statusOf(seen: Observed, plan: Plan, progress: Progress): ConnectorTenantStatus {
  const { tenant, now } = seen
  const previous = tenant.status
  if (plan.keepStatus) return previous ?? {}
  const generation = tenant.metadata.generation
  const next = conditionsOf(seen, plan, progress)
  const token = tokenStatus(seen, plan, progress) ?? previous?.token
  const database = databaseStatus(seen, plan, progress) ?? knownDatabase(tenant)
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(database === undefined ? {} : { database }),
    ...(token === undefined ? {} : { token }),
    conditions: mergeConditions(previous?.conditions, next, { generation, now }),
  }
}

/** Only what is there: a database that could not be made would otherwise be taken for lost at the next look. */
function databaseStatus(
  { tenant }: Observed,
  { database }: Plan,
  { done }: Progress,
): ConnectorTenantStatus['database'] {
  if (database === undefined) return undefined
  if (!database.exists && !done.some(({ kind }) => kind === 'createDatabase')) return undefined
  return { name: tenant.spec.database, uuid: database.uuid }
}

/** In observe mode: what would be done, beside what was said before. */
export function observedStatus(seen: Observed, plan: Plan, steps: readonly string[]): ConnectorTenantStatus {
  const { tenant, now } = seen
  const before = tenant.status
  const standing = plan.refusal === undefined ? undefined : refusedReady(seen, plan.refusal)
  const ready = readyWhileObserving({ standing, found: undefined, steps, previous: before?.conditions })
  const kept = (before?.conditions ?? []).filter(({ type }) => type !== 'Ready') as Update[]
  const generation = tenant.metadata.generation
  return {
    ...before,
    plan: steps,
    conditions: mergeConditions(before?.conditions, [ready, ...kept], { generation, now }),
  }
}

function conditionsOf(seen: Observed, plan: Plan, progress: Progress): Update[] {
  if (plan.refusal !== undefined) return refusedConditions(seen, plan.refusal)
  const parts = [
    databaseCondition(plan, progress),
    accessCondition(plan, progress),
    tokenCondition(plan, progress),
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
function refusedConditions(seen: Observed, refusal: Refusal): Update[] {
  const { reason, message, weight } = refusal
  const before = seen.tenant.status?.conditions
  const kept = (['DatabaseReady', 'AccessGranted', 'TokenPublished'] as const).map((type): Update => {
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
  })
  const extra: Record<typeof weight, Update[]> = {
    stalled: [{ type: 'Stalled', status: 'True', reason, message }],
    waiting: [{ type: 'Reconciling', status: 'True', reason, message }],
    paused: [],
  }
  return [refusedReady(seen, refusal), ...kept, ...extra[weight]]
}

function databaseCondition({ database }: Plan, { done, failure }: Progress): Update {
  const type = 'DatabaseReady'
  const open = (database?.steps ?? []).filter(step => !done.includes(step))
  if (open.length === 0) {
    const message = 'The database exists on every endpoint and is this tenant’s.'
    return { type, status: 'True', reason: 'DatabaseReady', message }
  }
  if (
    database?.established === true ||
    open.every(step => step.kind === 'writeMark' && step.why === 'updateMark')
  ) {
    const message = 'The database is this tenant’s; a replica or its mark is being brought up to date.'
    return { type, status: 'True', reason: 'DatabaseReady', message }
  }
  const { reason, message } = failure ?? { reason: 'Progressing', message: 'The database is being created.' }
  return { type, status: 'False', reason, message }
}

function accessCondition({ access }: Plan, { done, failure }: Progress): Update {
  const type = 'AccessGranted'
  const open = (access?.steps ?? []).filter(step => !done.includes(step))
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
  const { reason, message } = failure ?? {
    reason: 'Progressing',
    message: 'The reader’s access is being changed.',
  }
  return { type, status: 'False', reason, message }
}

/**
 * Of a rollout nothing is said here: where it is, its PartnerKey tells, and ten thousand tenants would be written as
 * often as it turns.
 */
function tokenCondition({ token }: Plan, { done, failure }: Progress): Update {
  const type = 'TokenPublished'
  if (token?.kind === 'conflict') {
    const message = `A Secret of this name is there and cannot be used: ${token.because}. Remove it, or choose another spec.secret.name.`
    return { type, status: 'False', reason: 'SecretConflict', message }
  }
  if (token?.kind === 'waiting' || token === undefined) {
    return { type, status: 'False', reason: 'AwaitingKey', message: token?.message ?? 'There is no key yet.' }
  }
  const published = token.steps.every(step => step.kind === 'deleteSecret' || done.includes(step))
  if (published) {
    return { type, status: 'True', reason: 'TokenPublished', message: 'The Secret holds a valid token.' }
  }
  if (token.kind === 'mint' && token.why === 'rotated') {
    const message = 'The Secret holds a valid token of the former pair; the new one is on its way.'
    return { type, status: 'True', reason: 'TokenPublished', message }
  }
  const { reason, message } = failure ?? { reason: 'Progressing', message: 'The token is being made.' }
  return { type, status: 'False', reason, message }
}

/** Served means: owned, as accessible as the spec wants it, and with a token. */
function readyCondition(parts: readonly Update[], { access }: Plan, { failure }: Progress): Update {
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

function progressConditions(parts: readonly Update[], { outcome }: Plan, { failure }: Progress): Update[] {
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

/** Undefined while nothing is known of a token; then what the status said of it stays. */
function tokenStatus(
  seen: Observed,
  { token }: Plan,
  { done, minted }: Progress,
): ConnectorTenantStatus['token'] {
  const published =
    token?.kind === 'published' &&
    token.steps.every(step => step.kind === 'deleteSecret' || done.includes(step))
  const holds = minted ?? (published ? token.holds : undefined)
  if (holds === undefined) return undefined
  return { pair: formatPair(holds.pair), secretName: seen.shape.name, mintedAt: holds.mintedAt }
}
