/**
 * Plans which keys to make and record, and says what is wrong with those that the spec names. Pure.
 *
 * A new key first gets its Secret and then its ledger entry. Only a key with both is used. So a stop in between loses
 * nothing, and a version with an entry but no Secret has lost its key.
 */
import { ledgerName } from '../../api/names.ts'
import type { KeyProblem } from '../problem.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import type { DataLensPublicKey, PartnerPrivateKey } from '../../token/keys.ts'
import { findEntry } from './ledger.ts'
import { objection } from './objections.ts'
import type { KeysObserved } from './observed.ts'
import { forgotten, lostKey, notAsConfirmed } from './recovery.ts'
import { newEntry, type KeyStep, type NewLedgerEntry } from './steps.ts'

export interface KeyDecision {
  /** Keys that have a ledger entry with their fingerprint: the only ones that tokens are made with. */
  readonly atHand: KeyRingEntry
  readonly steps: readonly KeyStep[]
  /** What keeps the partner's key of the spec from being used. */
  readonly partner: KeyProblem | undefined
  /** What keeps DataLens's key of the spec from being used. */
  readonly dataLens: KeyProblem | undefined
}

interface Verdict {
  readonly problem?: KeyProblem
  readonly create?: KeyStep
  readonly record?: NewLedgerEntry
}

export function decideKeys(seen: KeysObserved): KeyDecision {
  const atHand = keysAtHand(seen)
  const blocked = ledgerProblem(seen)
  if (blocked !== undefined) return { atHand, steps: [], partner: blocked, dataLens: blocked }
  const partner = judgePartnerKey(seen)
  const dataLens = judgeDataLensKey(seen)
  const record = [partner.record, dataLens.record, ...forgotten(seen)].filter(entry => entry !== undefined)
  const steps: KeyStep[] = []
  if (partner.create !== undefined) steps.push(partner.create)
  if (record.length > 0 || !seen.ledgerMap.tidy) {
    steps.push({ kind: 'recordKeys', entries: record, over: seen.ledgerMap.object })
  }
  return {
    atHand,
    steps: [...steps, ...tidying(seen)],
    partner: partner.problem,
    dataLens: dataLens.problem,
  }
}

function keysAtHand({ ledger, keySecrets }: KeysObserved): KeyRingEntry {
  const partner = new Map<number, PartnerPrivateKey>()
  const dataLens = new Map<number, DataLensPublicKey>()
  for (const entry of ledger.entries) {
    if (entry.side === 'DataLens') dataLens.set(entry.version, entry.publicKey)
    const view = keySecrets.get(entry.version)
    if (entry.side === 'Partner' && view?.kind === 'usable' && view.key.fingerprint === entry.fingerprint) {
      partner.set(entry.version, view.key)
    }
  }
  return { partner, dataLens }
}

function ledgerProblem({ ledger, ledgerMap, partnerKey }: KeysObserved): KeyProblem | undefined {
  const name = ledgerName(partnerKey.metadata.name)
  if (ledgerMap.foreign !== undefined) {
    return conflict(
      `ConfigMap "${name}" is not ours (${ledgerMap.foreign}), and the ledger of keys needs that name. Remove or rename it.`,
    )
  }
  if (ledger.damage.length === 0) return undefined
  const message = `The ledger of keys, ConfigMap "${name}", was changed by hand: ${ledger.damage.join(' ')} Restore it from a backup; or remove the entries named here, or the whole ConfigMap, to have what can be known put back from the key Secrets and the spec. Until then keys are used as they are and nothing new is begun.`
  return { reason: 'LedgerDamaged', message, weight: 'stalled' }
}

function judgePartnerKey(seen: KeysObserved): Verdict {
  const version = seen.partnerKey.spec.keyVersion
  const view = seen.keySecrets.get(version)
  if (view === undefined) return judgeAbsentKey(seen, version)
  if (view.kind === 'foreign') {
    const problem = conflict(
      `Secret "${view.name}" is not ours (${view.because}), and the key of version ${version} needs that name. Remove or rename it; to bring a key of your own, name its Secret in spec.privateKeySecretRef.`,
    )
    return { problem }
  }
  if (view.kind === 'broken') {
    return invalid(
      `Secret "${view.name}" holds no usable key: ${view.message} Restore it from a backup, or use a new version.`,
    )
  }
  const problem = objection(seen, { side: 'Partner', version, fingerprint: view.key.fingerprint })
  if (problem !== undefined) return { problem }
  return record(seen, newEntry({ side: 'Partner', version }, view.key))
}

/** Judges a version without a key Secret: its key has to be copied or generated, or was lost. */
function judgeAbsentKey(seen: KeysObserved, version: number): Verdict {
  const { brought } = seen
  if (brought.kind === 'ok') {
    const { fingerprint } = brought.key
    const problem =
      objection(seen, { side: 'Partner', version, fingerprint }) ?? notAsConfirmed(seen, version, fingerprint)
    return problem === undefined
      ? { create: { kind: 'createKeySecret', version, brought: brought.key } }
      : { problem }
  }
  if (brought.kind === 'unknown') {
    const message = 'The Secret of spec.privateKeySecretRef is being looked up.'
    return { problem: { reason: 'Progressing', message, weight: 'waiting' } }
  }
  const lost = lostKey(seen, version)
  if (lost !== undefined) return { problem: lost }
  switch (brought.kind) {
    case 'none':
      return { create: { kind: 'createKeySecret', version } }
    case 'missing':
      return { problem: { reason: 'PrivateKeySecretMissing', message: brought.message, weight: 'waiting' } }
    case 'invalid':
      return invalid(`spec.privateKeySecretRef: ${brought.message}`)
    default:
      return brought satisfies never
  }
}

function judgeDataLensKey(seen: KeysObserved): Verdict {
  const { dataLensKey, partnerKey } = seen
  const version = partnerKey.spec.dataLens?.keyVersion
  if (dataLensKey.kind === 'none' || version === undefined) return {}
  if (dataLensKey.kind === 'invalid') return invalid(`spec.dataLens.publicKey: ${dataLensKey.message}`)
  const { key } = dataLensKey
  if (isPartnersOwn(seen, key.fingerprint)) {
    return invalid(
      'spec.dataLens.publicKey is this PartnerKey’s own public key: put the one that DataLens sent there.',
    )
  }
  const problem = objection(seen, { side: 'DataLens', version, fingerprint: key.fingerprint })
  if (problem !== undefined) return { problem }
  return record(seen, newEntry({ side: 'DataLens', version }, key))
}

function isPartnersOwn({ ledger, keySecrets }: KeysObserved, fingerprint: string): boolean {
  return (
    ledger.entries.some(entry => entry.side === 'Partner' && entry.fingerprint === fingerprint) ||
    [...keySecrets.values()].some(view => view.kind === 'usable' && view.key.fingerprint === fingerprint)
  )
}

function record({ ledger }: KeysObserved, entry: NewLedgerEntry): Verdict {
  return findEntry(ledger, entry.side, entry.version) === undefined ? { record: entry } : {}
}

function tidying({ keySecrets }: KeysObserved): KeyStep[] {
  return [...keySecrets.values()]
    .filter(view => view.kind === 'usable' && !view.tidy)
    .map(view => ({
      kind: 'tidyKeySecret',
      secret: (view as Extract<typeof view, { kind: 'usable' }>).secret,
    }))
}

function conflict(message: string): KeyProblem {
  return { reason: 'SecretConflict', message, weight: 'stalled' }
}

function invalid(message: string): Verdict {
  return { problem: { reason: 'KeyInvalid', message, weight: 'stalled' } }
}
