/** How a rollout stands, from a PartnerKey as it was read: the one picture that every output shows. Pure. */
import { findCondition } from '../api/conditions.ts'
import { keyOf, type Key } from '../api/object.ts'
import type { PartnerKey, PartnerKeyStatus } from '../api/partner-key.ts'
import { parseDuration } from '../core/duration.ts'
import { formatPair } from '../tenancy/pair.ts'
import type { NamedFault } from '../tenancy/rollout-census.ts'
import type { RolloutPhase } from '../tenancy/rollout-course.ts'

/**
 * `complete`: every tenant that can has the target. `stopped`: by failures. `failed`: by a key that cannot be
 * used, until a person changes something. `waiting`: for a person's word. `unseen`: the operator has not looked
 * at the latest change of the spec.
 */
export type RolloutVerdict = 'complete' | 'stopped' | 'failed' | 'waiting' | 'moving' | 'unseen'

/** What must be read beside the PartnerKey itself. */
export interface RolloutDetails {
  readonly failed: readonly NamedFault[]
  readonly skipped: readonly NamedFault[]
  /** Undefined where it was not counted. */
  readonly canary: { readonly updated: number; readonly total: number } | undefined
}

export const noDetails: RolloutDetails = { failed: [], skipped: [], canary: undefined }

export interface RolloutView extends RolloutDetails {
  readonly key: Key
  readonly verdict: RolloutVerdict
  readonly phase: RolloutPhase | undefined
  /** Milliseconds since the epoch. */
  readonly phaseSince: number | undefined
  readonly current: string | undefined
  readonly target: string | undefined
  readonly updated: number
  readonly total: number
  readonly failedCount: number
  readonly skippedCount: number
  readonly admittedPermille: number
  readonly batch: { readonly percent: number; readonly intervalMs: number }
  /** Undefined without a canary. */
  readonly soakMs: number | undefined
  readonly keys: NonNullable<PartnerKeyStatus['keys']>
  /** What happens next, and what to do if something is to be done. */
  readonly message: string
}

export function viewRollout(partnerKey: PartnerKey, details: RolloutDetails = noDetails): RolloutView {
  const { spec, status } = partnerKey
  const rollout = status?.rollout
  const since = Date.parse(rollout?.phaseSince ?? '')
  const { canary, batch } = spec.rollout
  return {
    key: keyOf(partnerKey),
    verdict: verdictOn(partnerKey),
    phase: rollout?.phase,
    phaseSince: Number.isNaN(since) ? undefined : since,
    current: status?.current,
    target: status?.target,
    updated: rollout?.updated ?? 0,
    total: rollout?.total ?? 0,
    failedCount: rollout?.failed ?? 0,
    skippedCount: rollout?.skipped ?? 0,
    admittedPermille: rollout?.admittedPermille ?? 0,
    batch: { percent: batch.percent, intervalMs: parseDuration(batch.interval) ?? 0 },
    soakMs: canary === undefined ? undefined : (parseDuration(canary.soak) ?? 0),
    keys: status?.keys ?? [],
    message: messageOf(partnerKey),
    ...details,
  }
}

/** The pair that the spec asks for. */
export function wantedPair({ spec }: PartnerKey): string | undefined {
  if (spec.dataLens === undefined) return undefined
  return formatPair({ dataLens: spec.dataLens.keyVersion, partner: spec.keyVersion })
}

function verdictOn(partnerKey: PartnerKey): RolloutVerdict {
  const { status, metadata } = partnerKey
  if (status?.rollout === undefined && keyProblem(partnerKey) === undefined) return 'unseen'
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'unseen'
  const phase = status?.rollout?.phase
  if (keyProblem(partnerKey) !== undefined) return 'failed'
  if (phase === 'Stopped') return 'stopped'
  // While keys are not at hand the status goes on telling of the rollout before.
  if (status?.target !== wantedPair(partnerKey)) return 'moving'
  switch (phase) {
    case 'Complete':
      return 'complete'
    case 'AwaitingDataLens':
    case 'AwaitingPromotion':
    case 'Paused':
      return 'waiting'
    case 'Canary':
    case 'Soaking':
    case 'Rolling':
    case undefined:
      return 'moving'
    default:
      return phase satisfies never
  }
}

/** What is wrong with the keys, if only a person's change ends it. */
function keyProblem({ status }: PartnerKey): string | undefined {
  const stalled = findCondition(status?.conditions, 'Stalled')
  if (stalled?.status !== 'True' || stalled.reason === 'RolloutStopped') return undefined
  return `${stalled.reason}: ${stalled.message}`
}

function messageOf(partnerKey: PartnerKey): string {
  const { status } = partnerKey
  const verdict = verdictOn(partnerKey)
  if (verdict === 'unseen')
    return 'The operator has not looked at the latest change of this PartnerKey yet; does it run?'
  const ready = findCondition(status?.conditions, 'Ready')
  const trouble =
    ready?.status === 'False' && verdict !== 'stopped' ? `${ready.reason}: ${ready.message}` : ''
  const course = verdict === 'failed' ? '' : (status?.rollout?.message ?? '')
  const rolledOut = findCondition(status?.conditions, 'RolledOut')
  const end = verdict === 'complete' ? (rolledOut?.message ?? course) : course
  return [keyProblem(partnerKey) ?? trouble, end].filter(text => text !== '').join(' ')
}
