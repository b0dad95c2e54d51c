/** What people have to do for a rollout to begin and to go through, and the change that asks for it. Pure. */
import { ledgerName, partnerKeySecretName } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { findEntry, type Ledger } from '../../partner-key/keys/ledger.ts'
import { doubtAbout, keysOfPair } from '../../partner-key/keys/withdrawal.ts'
import { formatPair, parsePair, samePair, wantedPair, type Pair } from '../../tenancy/pair.ts'
import { confirmedKey, isConfirmed } from '../../tenancy/rollout/accepts.ts'
import { isRollback } from '../../tenancy/rollout/course.ts'
import { lostNotes } from '../partner-key/key-table.ts'
import type { Simulation } from './simulation.ts'

export interface Known {
  /** Undefined where it may not be read. */
  readonly ledger: Ledger | undefined
  readonly simulation: Simulation
}

export function forecastConditions(partnerKey: PartnerKey, wanted: Pair, known: Known): readonly string[] {
  const { spec, status } = partnerKey
  const doubt = doubtAbout(wanted, { keys: status?.keys ?? [], phase: status?.rollout?.phase })
  const rollback = isRollback({ current: parsePair(status?.current), target: wanted, phase: undefined })
  return [
    ...partnerCondition(partnerKey, wanted, known),
    ...lostNotes(keyOf(partnerKey), keysOfPair(status?.keys ?? [], wanted)),
    ...dataLensCondition(partnerKey, wanted, known),
    ...confirmation(partnerKey, wanted, known),
    ...(doubt === '' || known.simulation.moves.length === 0 ? [] : [doubt]),
    ...(spec.rollout.paused && !rollback
      ? ['spec.rollout.paused is true: nothing moves until you resume it.']
      : []),
    ...promotion(partnerKey, wanted, known.simulation),
  ]
}

function partnerCondition(
  { spec, metadata }: PartnerKey,
  { partner }: Pair,
  { ledger }: Known,
): readonly string[] {
  const entry = ledger === undefined ? undefined : findEntry(ledger, 'Partner', partner)
  if (entry !== undefined)
    return partner === spec.keyVersion ? [] : [`Partner key ${partner} is known: ${entry.fingerprint}.`]
  if (ledger === undefined)
    return [
      `You may not read the ledger (ConfigMap ${ledgerName(metadata.name)}), so the fingerprint of partner key ${partner} could not be checked.`,
    ]
  const brought = spec.privateKeySecretRef
  return [
    brought === undefined
      ? `Partner key ${partner} is new: the operator makes it once the change is there (Secret ${partnerKeySecretName(metadata.name, partner)}).`
      : `Partner key ${partner} is new: the operator copies it from Secret ${brought.name}, which must hold another key than before.`,
  ]
}

function dataLensCondition({ spec }: PartnerKey, { dataLens }: Pair, { ledger }: Known): readonly string[] {
  if (dataLens === spec.dataLens?.keyVersion) return []
  const entry = ledger === undefined ? undefined : findEntry(ledger, 'DataLens', dataLens)
  const which =
    entry === undefined
      ? 'that DataLens has sent'
      : `that version ${dataLens} stands for (${entry.fingerprint})`
  return [`spec.dataLens.publicKey changes in the same commit: to the key ${which}.`]
}

/** What keeps DataLens from refusing tokens of a partner key that it does not know yet. */
function confirmation(
  partnerKey: PartnerKey,
  wanted: Pair,
  { ledger, simulation }: Known,
): readonly string[] {
  const { spec } = partnerKey
  const { partner } = wanted
  const accepts = spec.dataLens?.accepts
  const fingerprint = ledger === undefined ? undefined : findEntry(ledger, 'Partner', partner)?.fingerprint
  const named =
    fingerprint === undefined
      ? confirmedKey(spec, partner) !== undefined
      : isConfirmed(spec, partner, fingerprint)
  if (simulation.moves.length === 0 || named) return []
  if (accepts !== undefined)
    return [
      `spec.dataLens.accepts does not name partner key ${partner}: send the hand-over (lenskeeper handover), and commit the entry once DataLens confirms.`,
    ]
  if (spec.rollout.paused || !needsPause(partnerKey, wanted)) return []
  return [
    `There is no spec.dataLens.accepts, so without a pause it begins as soon as the change is there. The change below pauses it: send the hand-over, and resume once DataLens knows partner key ${partner}.`,
  ]
}

function promotion({ spec }: PartnerKey, wanted: Pair, { moves }: Simulation): readonly string[] {
  const { canary, promoted } = spec.rollout
  if (canary?.promotion !== 'Manual' || promoted === formatPair(wanted)) return []
  if (moves.every(({ kind }) => kind === 'all at once')) return []
  return [
    `After the canary it waits for spec.rollout.promoted: "${formatPair(wanted)}" (lenskeeper rollout promote).`,
  ]
}

/**
 * The whole change to commit; undefined when the spec asks for it already. DataLens's key comes from the ledger. If the
 * ledger does not know it, people have to replace a text, which the API server refuses.
 */
export function plannedSpec(
  partnerKey: PartnerKey,
  wanted: Pair,
  ledger: Ledger | undefined,
): object | undefined {
  const { spec } = partnerKey
  if (samePair(wantedPair(partnerKey.spec), wanted)) return undefined
  return {
    ...(wanted.partner === spec.keyVersion ? {} : { keyVersion: wanted.partner }),
    ...(wanted.dataLens === spec.dataLens?.keyVersion ? {} : { dataLens: dataLensPart(wanted, ledger) }),
    ...(needsPause(partnerKey, wanted) ? { rollout: { paused: true } } : {}),
  }
}

function dataLensPart({ dataLens: version }: Pair, ledger: Ledger | undefined): object {
  const known = ledger === undefined ? undefined : findEntry(ledger, 'DataLens', version)
  const publicKey = known?.publicPem ?? `<the public key that DataLens sent with version ${version}>`
  return { keyVersion: version, publicKey }
}

/** A new key of ours waits until DataLens knows it. */
function needsPause({ spec, status }: PartnerKey, wanted: Pair): boolean {
  const isNew = wanted.partner !== spec.keyVersion && parsePair(status?.current)?.partner !== wanted.partner
  return isNew && spec.dataLens?.accepts === undefined
}
