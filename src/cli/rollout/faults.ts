/** Who of a PartnerKey's tenants failed or was skipped, and why, as far as their own status tells. Pure. */
import { findCondition } from '../../api/conditions.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { durationOf } from '../../core/duration.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import { rolloutState } from '../../tenancy/rollout/translate.ts'
import { samePair, type Pair } from '../../tenancy/pair.ts'
import { batchStart } from '../../tenancy/rollout/batches.ts'
import {
  isAdmittedTo,
  notAllowed,
  notInTime,
  refusedToken,
  wasNotReady,
  whyLeftOut,
  type NamedFault,
} from '../../tenancy/rollout/tally.ts'
import {
  isRollback,
  type RolloutCandidate,
  type RolloutState,
  type RolloutTenant,
} from '../../tenancy/rollout/course.ts'

export interface Faults {
  readonly failed: readonly NamedFault[]
  readonly skipped: readonly NamedFault[]
}

/**
 * The status counts all and names ten of each. So no more are told than it counts, and those that it names come first.
 * @param tenants all that hold a token
 * @param now milliseconds since the epoch
 */
export function findFaults(partnerKey: PartnerKey, tenants: readonly RolloutTenant[], now: number): Faults {
  const state = rolloutState(partnerKey.status)
  const rollout = partnerKey.status?.rollout
  if (state === undefined || rollout === undefined) return { failed: [], skipped: [] }
  const { failedTenants = [], skippedTenants = [] } = rollout
  const course = {
    state,
    failed: new Set(failedTenants),
    skipped: new Set(skippedTenants),
    beganAt: beganAt(partnerKey),
    pendingFrom: pendingFrom(partnerKey, state, now),
  }
  const ofKind = (kind: Kind) => tenants.filter(tenant => kindOf(tenant, course) === kind)
  const failed = namedFirst(ofKind('failed'), course.failed).slice(0, rollout.failed)
  const skipped = namedFirst(ofKind('skipped'), course.skipped).slice(0, rollout.skipped)
  return {
    failed: failed.map(tenant => ({ name: tenant.name, why: whyFailed(tenant, state.target) })),
    skipped: skipped.map(tenant => ({ name: tenant.name, why: whySkipped(tenant, partnerKey) })),
  }
}

export function whyFailed(
  { rejected, otherFault, ownFault }: RolloutCandidate,
  target: Pair | undefined,
): string {
  if (target !== undefined && samePair(rejected, target)) return refusedToken
  return otherFault ?? ownFault ?? notInTime
}

export function whySkipped(tenant: RolloutCandidate, { spec }: PartnerKey): string {
  const why = whyLeftOut(tenant)
  if (why !== undefined) return why
  if (tenant.notReadySince !== undefined) return wasNotReady
  return spec.tenants.namespaces.from === 'Selector'
    ? `perhaps ${notAllowed}`
    : 'its status no longer says why'
}

type Kind = 'failed' | 'skipped' | 'neither'

interface Course {
  readonly state: RolloutState
  /** Those that the status names. */
  readonly failed: ReadonlySet<string>
  readonly skipped: ReadonlySet<string>
  readonly beganAt: number
  /** Tenants from this slot on have time yet. */
  readonly pendingFrom: number
}

/** Judges as the operator's tally does, which also remembers since when each tenant has been free to move. */
function kindOf(tenant: RolloutTenant, { state, failed, skipped, beganAt, pendingFrom }: Course): Kind {
  const { name, holds, slot, standing, rejected, otherFault, notReadySince } = tenant
  if (samePair(holds, state.target))
    return standing === 'counts' && samePair(rejected, state.target) ? 'failed' : 'neither'
  if (!isAdmittedTo(state, tenant)) return 'neither'
  if (failed.has(name)) return 'failed'
  if (skipped.has(name) || whyLeftOut(tenant) !== undefined) return 'skipped'
  if (notReadySince !== undefined && notReadySince < beganAt) return 'skipped'
  return otherFault === undefined && slot >= pendingFrom ? 'neither' : 'failed'
}

/** Since when not every tenant has the target. What is older is no fault of the new key. */
function beganAt({ status }: PartnerKey): number {
  const rolledOut = findCondition(status?.conditions, 'RolledOut')
  return rolledOut?.status === 'False' ? (parseTimestamp(rolledOut.lastTransitionTime) ?? 0) : 0
}

/** Each batch begins when the one before is done, so only the latest can have time left. */
function pendingFrom({ spec }: PartnerKey, state: RolloutState, now: number): number {
  const { phase, phaseSince, admittedPermille } = state
  const { batch, progressDeadline } = spec.rollout
  const moving = phase === 'Canary' || phase === 'Rolling'
  if (!moving || now - phaseSince >= durationOf(progressDeadline)) return Number.POSITIVE_INFINITY
  return isRollback(state) ? 0 : batchStart(admittedPermille, batch)
}

function namedFirst(tenants: readonly RolloutTenant[], named: ReadonlySet<string>): readonly RolloutTenant[] {
  return tenants.toSorted(
    (a, b) => Number(named.has(b.name)) - Number(named.has(a.name)) || (a.name < b.name ? -1 : 1),
  )
}
