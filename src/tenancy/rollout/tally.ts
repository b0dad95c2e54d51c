/** Counts where the tenants of a rollout stand, and which of them hold it up. */
import { samePair, type Pair } from '../pair.ts'
import type {
  ConnectionState,
  RolloutCandidate,
  RolloutMemory,
  RolloutSpec,
  RolloutState,
  RolloutTenant,
} from './course.ts'

export interface NamedFault {
  readonly name: string
  /** Why, in a few words. */
  readonly why: string
}

export interface RolloutTally {
  /** Tenants that count. */
  readonly total: number
  /** Those of them with a token of the target pair. */
  readonly updated: number
  readonly failed: readonly NamedFault[]
  /** Admitted tenants that cannot move by their own doing, or were not served before. */
  readonly skipped: readonly NamedFault[]
  /** Admitted tenants that have not moved and may yet do so in time. */
  readonly pending: number
  /** Since when each admitted tenant that has not moved may move, in time or not. */
  readonly pendingSince: ReadonlyMap<string, number>
  /** The lowest slot of those that can move and whose turn is still to come. Undefined: nobody is left. */
  readonly nextSlot: number | undefined
  /** Those tenants that count and that the canary selects. */
  readonly canary: { readonly total: number; readonly updated: number }
}

export const refusedToken = 'DataLens refused its token'
export const notInTime = 'not minted in time'
/** A tenant that was not served before tells nothing about the new key. */
export const wasNotReady = 'was not Ready before'
export const notAllowed = 'not allowed by spec.tenants'
const connectionAway = 'ClickHouse cannot be used'

/** What keeps a tenant from its token, as far as it is known. */
export function delayedBy({ otherFault }: RolloutTenant, connection: ConnectionState): string {
  return otherFault ?? (connection === 'away' ? connectionAway : notInTime)
}

/**
 * Why a tenant does not hold a rollout up. Undefined when it counts. Of several causes the first is told: a person's
 * wish, then the PartnerKey's rules, then a fault of its own.
 */
export function whyLeftOut({ standing, ownFault }: RolloutCandidate): string | undefined {
  if (standing === 'suspended') return 'suspended'
  if (standing === 'notAllowed') return notAllowed
  return ownFault
}

export interface TallyInput {
  readonly state: RolloutState
  readonly spec: Pick<RolloutSpec, 'progressDeadlineMs'>
  /** Undefined right after a start. */
  readonly memory: RolloutMemory | undefined
  readonly tenants: readonly RolloutTenant[]
  readonly now: number
  readonly connection: ConnectionState
}

/** Whether this course lets a tenant move, apart from pauses and stops. */
export function isAdmittedTo(state: RolloutState, tenant: RolloutTenant): boolean {
  if (state.target === undefined) return false
  return samePair(state.current, state.target) || tenant.inCanary || tenant.slot < state.admittedPermille
}

export function takeTally(input: TallyInput): RolloutTally {
  const { state, tenants } = input
  const failed: NamedFault[] = []
  const skipped: NamedFault[] = []
  const pendingSince = new Map<string, number>()
  let pending = 0
  let nextSlot: number | undefined
  for (const tenant of tenants) {
    if (isStillToCome(tenant, state)) nextSlot = Math.min(nextSlot ?? tenant.slot, tenant.slot)
    const standing = judge(tenant, input)
    if (standing.kind === 'failed') failed.push({ name: tenant.name, why: standing.why })
    if (standing.kind === 'skipped') skipped.push({ name: tenant.name, why: standing.why })
    if (standing.kind === 'pending') pending += 1
    if ('since' in standing) pendingSince.set(tenant.name, standing.since)
  }
  return {
    ...countTenants(tenants, state.target),
    failed: failed.sort(byName),
    skipped: skipped.sort(byName),
    pending,
    pendingSince,
    nextSlot,
  }
}

/** One that was not Ready is still to come: it may be Ready at any moment, and then moves in its own batch. */
function isStillToCome(tenant: RolloutTenant, state: RolloutState): boolean {
  if (samePair(tenant.holds, state.target) || isAdmittedTo(state, tenant)) return false
  return whyLeftOut(tenant) === undefined
}

/** Sorts by name, so that the status does not depend on the order in which tenants are listed. */
function byName(a: NamedFault, b: NamedFault): number {
  return a.name < b.name ? -1 : 1
}

/** How many tenants count, and how many of those have the target. */
export function countTenants(
  tenants: readonly RolloutTenant[],
  target: Pair | undefined,
): Pick<RolloutTally, 'total' | 'updated' | 'canary'> {
  const counts = { total: 0, updated: 0, canary: { total: 0, updated: 0 } }
  for (const { standing, holds, inCanary } of tenants) {
    if (standing !== 'counts') continue
    for (const count of inCanary ? [counts, counts.canary] : [counts]) {
      count.total += 1
      if (samePair(holds, target)) count.updated += 1
    }
  }
  return counts
}

type Standing =
  | { readonly kind: 'fine' }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'pending'; readonly since: number }
  | { readonly kind: 'failed'; readonly why: string; readonly since: number }

const fine: Standing = { kind: 'fine' }

function judge(tenant: RolloutTenant, input: TallyInput): Standing {
  const { state, spec, memory, now, connection } = input
  const { standing, rejected, notReadySince } = tenant
  const since = freeSince(tenant, input)
  if (samePair(tenant.holds, state.target)) {
    const refused = standing === 'counts' && samePair(rejected, state.target)
    return refused ? { kind: 'failed', why: refusedToken, since } : fine
  }
  if (!isAdmittedTo(state, tenant)) return fine
  const leftOut = whyLeftOut(tenant)
  if (leftOut !== undefined) return { kind: 'skipped', why: leftOut }
  if (memory === undefined && state.failedTenants.includes(tenant.name))
    return { kind: 'failed', why: delayedBy(tenant, connection), since }
  if (notReadySince !== undefined && notReadySince < wholeSecond(admittedSince(tenant, input))) {
    return { kind: 'skipped', why: wasNotReady }
  }
  if (now - since < spec.progressDeadlineMs) return { kind: 'pending', since }
  return { kind: 'failed', why: delayedBy(tenant, connection), since }
}

/** Since when a tenant may move, for its deadline. */
function freeSince({ name }: RolloutTenant, input: TallyInput): number {
  const { state, spec, memory, now } = input
  const known = memory?.pendingSince.get(name)
  if (known !== undefined) return known
  if (memory !== undefined) return now
  // Its time was up before the start, and still is.
  if (state.failedTenants.includes(name)) return now - spec.progressDeadlineMs
  // If no operator ran for most of its time, its time begins anew.
  const since = batchSince(input)
  return now - since < spec.progressDeadlineMs / 2 ? since : now
}

/** Since when a tenant has been admitted, to tell a fault of the new key from an older one. */
function admittedSince(tenant: RolloutTenant, input: TallyInput): number {
  return input.memory === undefined ? batchSince(input) : freeSince(tenant, input)
}

/** When the batch began. In a phase in which nothing moves, a tenant that has not moved is admitted only now. */
function batchSince({ state, now }: TallyInput): number {
  return state.phase === 'Canary' || state.phase === 'Rolling' ? state.phaseSince : now
}

/**
 * Conditions have whole seconds. A change in the second of the admission counts as later, so that a fault of the new
 * key is never taken for an older one.
 */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}
