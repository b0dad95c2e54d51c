/** What pausing, resuming, promoting and rolling back change in a PartnerKey's spec. Pure. */
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { findEntry, type Ledger } from '../../partner-key/keys/ledger.ts'
import { doubtAbout, keysOfPair } from '../../partner-key/keys/withdrawal.ts'
import { isAccepted } from '../../tenancy/rollout/accepts.ts'
import { formatPair, parsePair, wantedPair, type Pair } from '../../tenancy/pair.ts'
import { isRollback } from '../../tenancy/rollout/course.ts'
import { lostNotes } from '../partner-key/key-table.ts'
import { wantedText } from '../partner-key/view.ts'

export interface SpecChange {
  /** A merge patch of `spec`. */
  readonly spec: object
  /** What it comes to, in the past tense: `paused`. */
  readonly done: string
  /** What to know before it is made; a text for the person who asked. */
  readonly warning?: string
  /** What to know about it; a sentence each. */
  readonly notes: readonly string[]
}

/** Why there is nothing to change: a text for the person who asked. */
export interface Refusal {
  readonly refused: string
}

export type ChangeAnswer = SpecChange | Refusal

export function pauseChange(partnerKey: PartnerKey): SpecChange {
  return {
    spec: { rollout: { paused: true } },
    done: 'paused',
    notes: [
      ...(partnerKey.spec.rollout.paused ? ['It is paused in the cluster already.'] : []),
      ...(rollsBack(partnerKey) ? ['A rollback is under way, which a pause does not hold.'] : []),
    ],
  }
}

/** Also when the operator has yet to look at it. */
function rollsBack({ spec, status }: PartnerKey): boolean {
  const { current, rollout } = status ?? {}
  return isRollback({ current: parsePair(current), target: wantedPair(spec), phase: rollout?.phase })
}

export function resumeChange({ spec, status }: PartnerKey): SpecChange {
  const phase = status?.rollout?.phase
  return {
    spec: { rollout: { paused: false } },
    done: 'resumed',
    notes: [
      ...(spec.rollout.paused ? [] : ['It is not paused in the cluster.']),
      ...(phase === 'Stopped' ? ['It is stopped by failures: mend them, or undo.'] : []),
      ...(phase === 'AwaitingDataLens'
        ? ['It also waits for DataLens: commit the entry of spec.dataLens.accepts once they confirm.']
        : []),
    ],
  }
}

/** Promotes the target of the status, once that is the spec's: nobody promotes what has not been seen to begin. */
export function promoteChange(partnerKey: PartnerKey): ChangeAnswer {
  const { spec, status } = partnerKey
  const { canary } = spec.rollout
  const target = status?.target
  if (canary === undefined || canary.promotion !== 'Manual')
    return { refused: 'spec.rollout.canary.promotion is not Manual, so nothing waits for a promotion' }
  if (target === undefined || target !== wantedText(partnerKey))
    return { refused: 'the operator has not taken up the versions of the spec yet; look again in a moment' }
  if (status?.rollout?.phase === 'Complete')
    return { refused: `every tenant has ${target} already; there is nothing to promote` }
  const early = status?.rollout?.phase === 'Canary'
  return {
    spec: { rollout: { promoted: target } },
    done: `promoted ${target}`,
    notes: early ? ['Its canary is not done yet: the others follow without waiting once it is.'] : [],
  }
}

/**
 * Sets the versions back. DataLens's key comes from the ledger with its version. A promotion of the pair that is left
 * is removed, or it would let the next attempt at that pair pass the canary.
 * @param ledger undefined where there is none or it may not be read
 * @param to where to; by default `current`, what tokens had before the rollout under way
 */
export function rollbackChange(
  partnerKey: PartnerKey,
  ledger: Ledger | undefined,
  to: Pair | undefined,
): ChangeAnswer {
  const { spec, status } = partnerKey
  const current = parsePair(status?.current)
  const goal = to ?? current
  const wanted = wantedText(partnerKey)
  if (goal === undefined || wanted === undefined) return { refused: 'no pair of keys was ever rolled out' }
  const text = formatPair(goal)
  if (text === wanted) return { refused: nothingToRollBack(text, to) }
  const partner = partnerPart(partnerKey, ledger, goal)
  if ('refused' in partner) return partner
  const dataLens = dataLensPart(partnerKey, ledger, goal)
  if ('refused' in dataLens) return dataLens
  const warning = doubtAbout(goal, { keys: status?.keys ?? [], phase: status?.rollout?.phase })
  const promotion = spec.rollout.promoted === wanted ? { rollout: { promoted: null } } : {}
  return {
    spec: { keyVersion: goal.partner, ...dataLens, ...promotion },
    done: `set back to ${text}`,
    ...(warning === '' ? {} : { warning }),
    notes: [
      text === status?.current
        ? `Everybody goes back to ${text} at once, without canary or batches.`
        : `${text} is not what tokens have now (${status?.current ?? 'none'}), so it rolls out like any new pair.`,
      ...partner.notes,
      ...lostNotes(keyOf(partnerKey), keysOfPair(status?.keys ?? [], goal)),
      ...('rollout' in promotion
        ? [
            `spec.rollout.promoted is taken out: it names ${wanted}, and would let it pass the canary next time.`,
          ]
        : []),
    ],
  }
}

/** Empty when DataLens's key stays. */
function dataLensPart(
  { spec }: PartnerKey,
  ledger: Ledger | undefined,
  { dataLens: version }: Pair,
): { readonly dataLens?: { readonly keyVersion: number; readonly publicKey: string } } | Refusal {
  if (spec.dataLens?.keyVersion === version) return {}
  if (ledger === undefined || ledger.damage.length > 0)
    return {
      refused: `the ledger, which has DataLens’s key ${version}, is damaged, not there, or not for you to read: set dataLens.keyVersion and publicKey back by hand`,
    }
  const entry = findEntry(ledger, 'DataLens', version)
  if (entry === undefined)
    return { refused: `the ledger does not know DataLens’s key ${version}, so it was never in use` }
  return { dataLens: { keyVersion: version, publicKey: entry.publicPem } }
}

/** What is known of the partner's key of that version. To go back to what tokens have, nothing need be known. */
function partnerPart(
  { spec, status }: PartnerKey,
  ledger: Ledger | undefined,
  goal: Pair,
): Pick<SpecChange, 'notes'> | Refusal {
  const { partner: version } = goal
  const known =
    (ledger === undefined ? undefined : findEntry(ledger, 'Partner', version)) ??
    status?.keys?.find(key => key.side === 'Partner' && key.version === version)
  if (known !== undefined) return { notes: acceptsNotes(spec, version, known.fingerprint) }
  if (version === spec.keyVersion) return { notes: [] }
  if (ledger === undefined || ledger.damage.length > 0)
    return {
      notes: [
        `Whether partner key ${version} was in use could not be told, as the ledger is damaged, not there, or not for you to read: if it was not, a new key is made under that version.`,
      ],
    }
  if (formatPair(goal) !== status?.current)
    return { refused: `the ledger does not know partner key ${version}, so it was never in use` }
  return {
    notes: [
      `The ledger does not know partner key ${version}, though tokens have it: its Secret must still be there.`,
    ],
  }
}

function acceptsNotes(spec: PartnerKey['spec'], version: number, fingerprint: string): readonly string[] {
  if (isAccepted(spec, version, fingerprint)) return []
  return [
    `spec.dataLens.accepts does not name partner key ${version} (${fingerprint}): put that entry back too, or nothing moves.`,
  ]
}

function nothingToRollBack(pair: string, to: Pair | undefined): string {
  return to === undefined
    ? `the versions of the spec are those that tokens have, ${pair}; --to names another pair to go to`
    : `the versions of the spec are ${pair} already`
}
