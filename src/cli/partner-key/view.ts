/** How a rollout stands, from a PartnerKey as it was read: the one picture that every output shows. Pure. */
import { findCondition, readySays } from '../../api/conditions.ts'
import { keyOf, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey, PartnerKeyStatus } from '../../api/partner-key.ts'
import type { PartnerKeyReason } from '../../api/reasons.ts'
import { durationOf } from '../../core/duration.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import { formatPair, wantedPair } from '../../tenancy/pair.ts'
import type { NamedFault } from '../../tenancy/rollout/tally.ts'
import type { RolloutPhase } from '../../tenancy/rollout/course.ts'

/**
 * `complete`: every tenant that can has the target. `stopped`: by failures. `failed`: by a key that cannot be
 * used, until a person changes something. `waiting`: for a person's word, or for a Secret that a person brings.
 * `unseen`: the operator has not looked at the latest change of the spec.
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
  readonly key: ObjectKey
  readonly verdict: RolloutVerdict
  /** Undefined while the rollout that the spec asks for has not begun. */
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
  /** Of the PartnerKey itself. If false, its message says what holds something up. */
  readonly ready: boolean
  /** What happens next, and what to do if something is to be done. */
  readonly message: string
}

export function viewRollout(partnerKey: PartnerKey, details: RolloutDetails = noDetails): RolloutView {
  const { spec, status } = partnerKey
  const { canary, batch } = spec.rollout
  const began = tellsOfWanted(partnerKey)
  return {
    key: keyOf(partnerKey),
    verdict: verdictOn(partnerKey),
    current: status?.current,
    target: began ? status?.target : wantedText(partnerKey),
    total: status?.rollout?.total ?? 0,
    ...(began ? progressOf(status?.rollout) : noProgress),
    batch: { percent: batch.percent, intervalMs: durationOf(batch.interval) },
    soakMs: canary === undefined ? undefined : durationOf(canary.soak),
    keys: status?.keys ?? [],
    ready: findCondition(status?.conditions, 'Ready')?.status !== 'False',
    message: messageOf(partnerKey),
    ...(began ? details : noDetails),
  }
}

/** Nothing more comes by itself. */
export function hasEnded({ verdict }: Pick<RolloutView, 'verdict'>): boolean {
  return verdict === 'complete' || verdict === 'stopped' || verdict === 'failed'
}

/** Until the keys of the spec are at hand, the status still tells of the rollout before. */
function tellsOfWanted(partnerKey: PartnerKey): boolean {
  return partnerKey.status?.target === wantedText(partnerKey)
}

type Progress = Pick<
  RolloutView,
  'phase' | 'phaseSince' | 'updated' | 'failedCount' | 'skippedCount' | 'admittedPermille'
>

function progressOf(rollout: PartnerKeyStatus['rollout']): Progress {
  return {
    phase: rollout?.phase,
    phaseSince: parseTimestamp(rollout?.phaseSince),
    updated: rollout?.updated ?? 0,
    failedCount: rollout?.failed ?? 0,
    skippedCount: rollout?.skipped ?? 0,
    admittedPermille: rollout?.admittedPermille ?? 0,
  }
}

const noProgress = progressOf(undefined)

/** The pair that the spec asks for, as the status would write it. */
export function wantedText({ spec }: PartnerKey): string | undefined {
  const wanted = wantedPair(spec)
  return wanted && formatPair(wanted)
}

function verdictOn(partnerKey: PartnerKey): RolloutVerdict {
  const { status, metadata } = partnerKey
  if (status === undefined || (status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'unseen'
  if (keyProblem(partnerKey) !== undefined) return 'failed'
  if (!tellsOfWanted(partnerKey)) return beforeItBegins(status)
  const phase = status.rollout?.phase
  switch (phase) {
    case undefined:
      return beforeItBegins(status)
    case 'Stopped':
      return 'stopped'
    case 'Complete':
      return 'complete'
    case 'AwaitingDataLens':
    case 'AwaitingPromotion':
    case 'Paused':
      return 'waiting'
    case 'Canary':
    case 'Soaking':
    case 'Rolling':
      return 'moving'
    default:
      return phase satisfies never
  }
}

/** `Progressing` ends by itself. A person has to mend anything else that is not Ready. */
function beforeItBegins({ conditions }: PartnerKeyStatus): RolloutVerdict {
  const ready = findCondition(conditions, 'Ready')
  return ready?.status === 'False' && ready.reason !== 'Progressing' ? 'waiting' : 'moving'
}

/** Under these no rollout moves before a person changes something. */
const keyReasons: ReadonlySet<string> = new Set<PartnerKeyReason>([
  'KeyInvalid',
  'KeyVersionReused',
  'KeyLost',
  'LedgerDamaged',
])

/**
 * What is wrong with the keys, if only a person's change ends it. Other faults may stall the PartnerKey while its
 * rollout goes on. A name that is taken stops the rollout only where the key or the ledger needs that name.
 */
function keyProblem({ status }: PartnerKey): string | undefined {
  const stalled = findCondition(status?.conditions, 'Stalled')
  if (stalled?.status !== 'True') return undefined
  const nameTaken =
    stalled.reason === 'SecretConflict' &&
    (['RolledOut', 'Minting'] as const).some(
      type => findCondition(status?.conditions, type)?.reason === 'SecretConflict',
    )
  if (!keyReasons.has(stalled.reason) && !nameTaken) return undefined
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
  const text = [keyProblem(partnerKey) ?? trouble, courseText(partnerKey, verdict), newcomersText(partnerKey)]
    .filter(part => part !== '')
    .join(' ')
  return text === '' ? 'It has not begun yet.' : text
}

/** A rollout may go on while a key is lost that new tenants need. */
function newcomersText({ status }: PartnerKey): string {
  const minting = findCondition(status?.conditions, 'Minting')
  const isLost = minting?.status === 'False' && keyReasons.has(minting.reason)
  return !isLost || minting.message === readySays ? '' : `New tenants get no token: ${minting.message}`
}

function courseText(partnerKey: PartnerKey, verdict: RolloutVerdict): string {
  const { status } = partnerKey
  if (verdict === 'failed' || !tellsOfWanted(partnerKey)) return ''
  const course = status?.rollout?.message ?? ''
  if (verdict !== 'complete') return course
  return findCondition(status?.conditions, 'RolledOut')?.message ?? course
}
