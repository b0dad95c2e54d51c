/** What pausing, resuming, promoting and undoing a rollout change in a PartnerKey's spec. Pure. */
import type { PartnerKey } from '../api/partner-key.ts'
import { findEntry, type Ledger } from '../partner-key/ledger.ts'
import { isAccepted } from '../partner-key/rollout-input.ts'
import { formatPair, parsePair, type Pair } from '../tenancy/pair.ts'
import { wantedPair } from './rollout-view.ts'

export interface SpecChange {
  /** A merge patch of `spec`. */
  readonly spec: object
  /** What it comes to, in the past tense: `paused`. */
  readonly done: string
  /** What to know about it; a sentence each. */
  readonly notes: readonly string[]
}

/** Why there is nothing to change: a text for the person who asked. */
export interface Refusal {
  readonly refused: string
}

export type ChangeAnswer = SpecChange | Refusal

export function pauseChange({ spec }: PartnerKey): SpecChange {
  return {
    spec: { rollout: { paused: true } },
    done: 'paused',
    notes: spec.rollout.paused ? ['It is paused in the cluster already.'] : [],
  }
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

/** Names the target of the status, which must be that of the spec: a promotion is of something one has seen. */
export function promoteChange(partnerKey: PartnerKey): ChangeAnswer {
  const { spec, status } = partnerKey
  const { canary } = spec.rollout
  const target = status?.target
  if (canary === undefined || canary.promotion !== 'Manual')
    return { refused: 'spec.rollout.canary.promotion is not Manual, so nothing waits for a promotion' }
  if (target === undefined || target !== wantedPair(partnerKey))
    return { refused: 'the operator has not taken up the versions of the spec yet; look again in a moment' }
  if (status?.rollout?.phase === 'Complete')
    return { refused: `every tenant has ${target} already; there is nothing to promote` }
  const early = status?.rollout?.phase === 'AwaitingPromotion'
  return {
    spec: { rollout: { promoted: target } },
    done: `promoted ${target}`,
    notes: early ? [] : ['Its canary is not done yet: the others follow without waiting once it is.'],
  }
}

/**
 * Sets the versions back, and with DataLens's version its key, which the ledger has.
 * @param to where to; by default `current`, what tokens had before the rollout under way
 */
export function undoChange(partnerKey: PartnerKey, ledger: Ledger, to: Pair | undefined): ChangeAnswer {
  const { spec, status } = partnerKey
  const current = status?.current === undefined ? undefined : parsePair(status.current)
  const goal = to ?? current
  const wanted = wantedPair(partnerKey)
  if (goal === undefined || wanted === undefined) return { refused: 'no pair of keys was ever rolled out' }
  const text = formatPair(goal)
  if (text === wanted) return { refused: nothingToUndo(text, to) }
  const partner = findEntry(ledger, 'Partner', goal.partner)
  const dataLens = findEntry(ledger, 'DataLens', goal.dataLens)
  if (partner === undefined)
    return { refused: `the ledger does not know partner key ${goal.partner}, so it was never in use` }
  if (dataLens === undefined)
    return { refused: `the ledger does not know DataLens’s key ${goal.dataLens}, so it was never in use` }
  const sameDataLens = spec.dataLens?.keyVersion === goal.dataLens
  return {
    spec: {
      keyVersion: goal.partner,
      ...(sameDataLens ? {} : { dataLens: { keyVersion: goal.dataLens, publicKey: dataLens.publicPem } }),
    },
    done: `set back to ${text}`,
    notes: [
      text === status?.current
        ? `Everybody goes back to ${text} at once, without canary or batches.`
        : `${text} is not what tokens have now (${status?.current ?? 'none'}), so it rolls out like any new pair.`,
      ...(isAccepted(spec, goal.partner, partner.fingerprint)
        ? []
        : [
            `spec.dataLens.accepts does not name partner key ${goal.partner} (${partner.fingerprint}): put that entry back too, or nothing moves.`,
          ]),
    ],
  }
}

function nothingToUndo(pair: string, to: Pair | undefined): string {
  return to === undefined
    ? `the versions of the spec are those that tokens have, ${pair}; --to names another pair to go to`
    : `the versions of the spec are ${pair} already`
}
