/**
 * Which keys there are, and what stands in the way of those that the spec names. The order in which a key comes
 * into being decides what a stop in the middle leaves: its Secret first, then its ledger entry, and only a key
 * with both is ever handed on. A version that has an entry but no Secret has lost its key.
 */
import { partnerKeySecretName } from '../../api/names.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import type { DataLensPublicKey, PartnerPrivateKey } from '../../token/keys.ts'
import { findEntry, knowsSide, type KeySide } from './ledger.ts'
import { counts, objection, statusKey, type Problem } from './objections.ts'
import type { Observed } from '../observed.ts'
import type { NewLedgerEntry, Step } from '../steps.ts'

export interface KeyDecision {
  /** Keys that have a ledger entry with their fingerprint: the only ones that tokens are made with. */
  readonly atHand: KeyRingEntry
  readonly steps: readonly Step[]
  /** What keeps the partner's key of the spec from being used. */
  readonly partner: Problem | undefined
  /** What keeps DataLens's key of the spec from being used. */
  readonly dataLens: Problem | undefined
}

interface Verdict {
  readonly problem?: Problem
  readonly create?: Step
  readonly record?: NewLedgerEntry
}

export function decideKeys(seen: Observed): KeyDecision {
  const atHand = keysAtHand(seen)
  const blocked = ledgerProblem(seen)
  if (blocked !== undefined) return { atHand, steps: [], partner: blocked, dataLens: blocked }
  const partner = judgePartnerKey(seen)
  const dataLens = judgeDataLensKey(seen)
  const record = [partner.record, dataLens.record, ...forgotten(seen)].filter(entry => entry !== undefined)
  const steps: Step[] = []
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

function keysAtHand({ ledger, keySecrets }: Observed): KeyRingEntry {
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

function ledgerProblem({ ledger, ledgerMap, key }: Observed): Problem | undefined {
  const name = `${key.slice(key.indexOf('/') + 1)}-keys`
  if (ledgerMap.foreign !== undefined) {
    return conflict(
      `ConfigMap "${name}" is not ours (${ledgerMap.foreign}), and the ledger of keys needs that name. Remove or rename it.`,
    )
  }
  if (ledger.damage.length === 0) return undefined
  const message = `The ledger of keys, ConfigMap "${name}", was changed by hand: ${ledger.damage.join(' ')} Restore it from a backup; or remove the entries named here, or the whole ConfigMap, to have what can be known put back from the key Secrets and the spec. Until then keys are used as they are and nothing new is begun.`
  return { reason: 'LedgerDamaged', message, stalled: true }
}

function judgePartnerKey(seen: Observed): Verdict {
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
  const problem = objection(seen, 'Partner', version, view.key.fingerprint)
  if (problem !== undefined) return { problem }
  return record(seen, 'Partner', version, view.key)
}

/** There is no key Secret for the version: a key is copied, generated, or was lost. */
function judgeAbsentKey(seen: Observed, version: number): Verdict {
  const { brought } = seen
  if (brought.kind === 'ok') {
    const problem =
      objection(seen, 'Partner', version, brought.key.fingerprint) ??
      notAsConfirmed(seen, version, brought.key.fingerprint)
    return problem === undefined
      ? { create: { kind: 'createKeySecret', version, brought: brought.key } }
      : { problem }
  }
  if (brought.kind === 'unknown') {
    const message = 'The Secret of spec.privateKeySecretRef is being looked up.'
    return { problem: { reason: 'Progressing', message, stalled: false } }
  }
  const lost = lostKey(seen, version)
  if (lost !== undefined) return { problem: lost }
  switch (brought.kind) {
    case 'none':
      return { create: { kind: 'createKeySecret', version } }
    case 'missing':
      return { problem: { reason: 'PrivateKeySecretMissing', message: brought.message, stalled: false } }
    case 'invalid':
      return invalid(`spec.privateKeySecretRef: ${brought.message}`)
    default:
      return brought satisfies never
  }
}

/** Evidence that the version had a key once. A generated one would sign what DataLens then refuses. */
function lostKey(seen: Observed, version: number): Problem | undefined {
  const { ledger, tally, partnerKey } = seen
  const name = partnerKeySecretName(partnerKey.metadata.name, version)
  const entry = findEntry(ledger, 'Partner', version)
  const pinned = partnerKey.spec.dataLens?.accepts?.find(({ keyVersion }) => keyVersion === version)
  const told = statusKey(seen, 'Partner', version)
  const tokens = tally.tokens.partner.get(version) ?? 0
  const fingerprint = entry?.fingerprint ?? pinned?.fingerprint ?? told?.fingerprint
  // With a ledger at hand, Secrets alone prove nothing: a tenant's namespace may write into its own.
  const named = knowsSide(ledger, 'Partner')
    ? told !== undefined && tokens > 0
    : told !== undefined || tokens > 0
  // A key that DataLens has confirmed may still be on its way here, if one is to be brought.
  const confirmed = pinned !== undefined && seen.brought.kind === 'none'
  if (entry === undefined && !confirmed && !named) return undefined
  const which = fingerprint === undefined ? '' : ` (${fingerprint})`
  const message = `The private key of version ${version}${which} was in use, and its Secret "${name}" is gone. It is never made anew, as tokens and DataLens mean the old one. Restore that Secret from a backup, or bring the same key with spec.privateKeySecretRef; or rotate: set spec.keyVersion to a version that was never used.`
  return { reason: 'KeyLost', message, stalled: true }
}

function notAsConfirmed(seen: Observed, version: number, fingerprint: string): Problem | undefined {
  const pinned = seen.partnerKey.spec.dataLens?.accepts?.find(({ keyVersion }) => keyVersion === version)
  if (pinned === undefined || pinned.fingerprint === fingerprint) return undefined
  const message = `spec.privateKeySecretRef brings ${fingerprint}, but spec.dataLens.accepts says that DataLens has confirmed ${pinned.fingerprint} as version ${version}. Bring that key, or correct the entry.`
  return { reason: 'KeyInvalid', message, stalled: true }
}

function judgeDataLensKey(seen: Observed): Verdict {
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
  const problem = objection(seen, 'DataLens', version, key.fingerprint)
  if (problem !== undefined) return { problem }
  return record(seen, 'DataLens', version, key)
}

function isPartnersOwn({ ledger, keySecrets }: Observed, fingerprint: string): boolean {
  return (
    ledger.entries.some(entry => entry.side === 'Partner' && entry.fingerprint === fingerprint) ||
    [...keySecrets.values()].some(view => view.kind === 'usable' && view.key.fingerprint === fingerprint)
  )
}

function record(
  { ledger }: Observed,
  side: KeySide,
  version: number,
  key: { readonly fingerprint: string; readonly publicPem: string },
): Verdict {
  if (findEntry(ledger, side, version) !== undefined) return {}
  const { fingerprint, publicPem } = key
  return { record: { side, version, fingerprint, publicPem } }
}

/** Keys of other versions that the ledger lost and that are still here: in their Secrets, or in memory. */
function forgotten(seen: Observed): NewLedgerEntry[] {
  const { keySecrets, remembered, partnerKey } = seen
  const found: NewLedgerEntry[] = []
  for (const [version, view] of keySecrets) {
    if (version === partnerKey.spec.keyVersion || view.kind !== 'usable') continue
    const twin = found.some(({ fingerprint }) => fingerprint === view.key.fingerprint)
    if (!twin) found.push(...unrecorded(seen, 'Partner', version, view.key))
  }
  for (const [version, key] of remembered) {
    if (version === partnerKey.spec.dataLens?.keyVersion || !counts(seen, 'DataLens', version)) continue
    if (statusKey(seen, 'DataLens', version)?.fingerprint !== key.fingerprint) continue
    found.push(...unrecorded(seen, 'DataLens', version, key))
  }
  return found
}

function unrecorded(
  seen: Observed,
  side: KeySide,
  version: number,
  { fingerprint, publicPem }: { readonly fingerprint: string; readonly publicPem: string },
): NewLedgerEntry[] {
  if (findEntry(seen.ledger, side, version) !== undefined) return []
  if (objection(seen, side, version, fingerprint) !== undefined) return []
  return [{ side, version, fingerprint, publicPem }]
}

function tidying({ keySecrets }: Observed): Step[] {
  return [...keySecrets.values()]
    .filter(view => view.kind === 'usable' && !view.tidy)
    .map(view => ({
      kind: 'tidyKeySecret',
      secret: (view as Extract<typeof view, { kind: 'usable' }>).secret,
    }))
}

function conflict(message: string): Problem {
  return { reason: 'SecretConflict', message, stalled: true }
}

function invalid(message: string): Verdict {
  return { problem: { reason: 'KeyInvalid', message, stalled: true } }
}
