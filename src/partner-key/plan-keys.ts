/**
 * Which keys there are, and what stands in the way of those that the spec names. The order in which a key comes
 * into being decides what a stop in the middle leaves: its Secret first, then its ledger entry, and only a key
 * with both is ever handed on. A version that has an entry but no Secret has lost its key.
 */
import type { PartnerKeyReason } from '../api/reasons.ts'
import { partnerKeySecretName } from '../api/names.ts'
import type { DataLensPublicKey, PartnerPrivateKey } from '../token/keys.ts'
import { findEntry, type KeySide } from './ledger.ts'
import type { Observed } from './observed.ts'
import type { NewLedgerEntry, Step } from './steps.ts'

/** Something that stands in the way, in words for whoever runs the PartnerKey. */
export interface Problem {
  readonly reason: PartnerKeyReason
  readonly message: string
  /** Only a change by a person helps. */
  readonly stalled: boolean
}

/** Keys that have a ledger entry with their fingerprint: the only ones that tokens are made with. */
export interface KeysAtHand {
  readonly versions: ReadonlyMap<number, PartnerPrivateKey>
  readonly dataLens: ReadonlyMap<number, DataLensPublicKey>
}

export interface KeyDecision {
  readonly atHand: KeysAtHand
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

function keysAtHand({ ledger, keySecrets }: Observed): KeysAtHand {
  const versions = new Map<number, PartnerPrivateKey>()
  const dataLens = new Map<number, DataLensPublicKey>()
  for (const entry of ledger.entries) {
    if (entry.side === 'DataLens') dataLens.set(entry.version, entry.publicKey)
    const view = keySecrets.get(entry.version)
    if (entry.side === 'Partner' && view?.kind === 'usable' && view.key.fingerprint === entry.fingerprint) {
      versions.set(entry.version, view.key)
    }
  }
  return { versions, dataLens }
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
  const lost = lostKey(seen, version)
  if (lost !== undefined) return { problem: lost }
  switch (brought.kind) {
    case 'none':
      return { create: { kind: 'createKeySecret', version } }
    case 'unknown': {
      const message = 'The Secret of spec.privateKeySecretRef is being looked up.'
      return { problem: { reason: 'Progressing', message, stalled: false } }
    }
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
  const { ledger, census, partnerKey } = seen
  const name = partnerKeySecretName(partnerKey.metadata.name, version)
  const entry = findEntry(ledger, 'Partner', version)
  const pinned = partnerKey.spec.dataLens?.accepts?.find(({ keyVersion }) => keyVersion === version)
  const told = statusKey(seen, 'Partner', version)
  const tokens = census.tokens.partner.get(version) ?? 0
  const fingerprint = entry?.fingerprint ?? pinned?.fingerprint ?? told?.fingerprint
  // With a ledger at hand, Secrets alone prove nothing: a tenant's namespace may write into its own.
  const named =
    ledger.entries.length > 0 ? told !== undefined && tokens > 0 : told !== undefined || tokens > 0
  if (entry === undefined && pinned === undefined && !named) return undefined
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

/** A version means one key, and a key has one version; what the ledger lost, the status may still know. */
function objection(seen: Observed, side: KeySide, version: number, fingerprint: string): Problem | undefined {
  const { ledger } = seen
  const entry = findEntry(ledger, side, version)
  if (entry !== undefined) {
    return entry.fingerprint === fingerprint
      ? undefined
      : reused({ side, version }, entry.fingerprint, fingerprint)
  }
  const twin = ledger.entries.find(other => other.side === side && other.fingerprint === fingerprint)
  if (twin !== undefined) return twice({ side, version }, twin.version)
  const told = statusKey(seen, side, version)
  if (told !== undefined && told.fingerprint !== fingerprint && counts(seen, side, version)) {
    return reused({ side, version }, told.fingerprint, fingerprint)
  }
  const toldTwin = (seen.partnerKey.status?.keys ?? []).find(
    other => other.side === side && other.fingerprint === fingerprint && other.version !== version,
  )
  if (toldTwin !== undefined && counts(seen, side, toldTwin.version))
    return twice({ side, version }, toldTwin.version)
  if (ledger.entries.length === 0 && seen.disproved(side, version, fingerprint)) {
    return reused({ side, version }, undefined, fingerprint)
  }
  return undefined
}

/** An entry that a person took out of the ledger stays out, if no token was made with its key. */
function counts({ ledger, census }: Observed, side: KeySide, version: number): boolean {
  const tokens = side === 'DataLens' ? census.tokens.dataLens : census.tokens.partner
  return ledger.entries.length === 0 || (tokens.get(version) ?? 0) > 0
}

function statusKey({ partnerKey }: Observed, side: KeySide, version: number) {
  return partnerKey.status?.keys?.find(key => key.side === side && key.version === version)
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

/** Keys of other versions whose Secret is there and whose entry is not: the ledger was lost or cut. */
function forgotten(seen: Observed): NewLedgerEntry[] {
  const found: NewLedgerEntry[] = []
  for (const [version, view] of seen.keySecrets) {
    if (version === seen.partnerKey.spec.keyVersion || view.kind !== 'usable') continue
    const { fingerprint, publicPem } = view.key
    const known = findEntry(seen.ledger, 'Partner', version) !== undefined
    const twin = found.some(other => other.fingerprint === fingerprint)
    if (known || twin || objection(seen, 'Partner', version, fingerprint) !== undefined) continue
    found.push({ side: 'Partner', version, fingerprint, publicPem })
  }
  return found
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

interface KeyName {
  readonly side: KeySide
  readonly version: number
}

function reused({ side, version }: KeyName, before: string | undefined, now: string): Problem {
  const old = before === undefined ? 'another key' : before
  const whose = side === 'DataLens' ? 'DataLens’s' : 'the partner’s'
  const message = `Version ${version} of ${whose} key stands for ${old} and now comes with ${now}. Tokens still name the old one, so nothing is changed. Put the old key back, or give the new one a version that was never used.`
  return { reason: 'KeyVersionReused', message, stalled: true }
}

function twice({ side, version }: KeyName, other: number): Problem {
  const whose = side === 'DataLens' ? 'DataLens’s' : 'the partner’s'
  const message = `Version ${version} of ${whose} key is the very key that has version ${other} already. A key has one version: use ${other}, or another key. If ${other} was a mistake and no token was ever made with it, remove its entry from the ledger.`
  return { reason: 'KeyInvalid', message, stalled: true }
}
