/** Recovers from a lost key, or from a ledger that lost entries. A lost key is never made anew. */
import { partnerKeySecretName } from '../../api/names.ts'
import { confirmedKey } from '../../tenancy/rollout/accepts.ts'
import { bringBack } from '../bring-back.ts'
import type { KeyProblem } from '../problem.ts'
import { findEntry, knowsSide } from './ledger.ts'
import { counts, objection, statusKey } from './objections.ts'
import type { KeysObserved } from './observed.ts'
import { newEntry, type NewLedgerEntry } from './steps.ts'
import { tokensWith } from './tokens.ts'

/** The problem, if anything says that the version once had a key. DataLens would refuse tokens of a new one. */
export function lostKey(seen: KeysObserved, version: number): KeyProblem | undefined {
  const { ledger, tally, partnerKey } = seen
  const name = partnerKeySecretName(partnerKey.metadata.name, version)
  const entry = findEntry(ledger, 'Partner', version)
  const pinned = confirmedKey(partnerKey.spec, version)
  const told = statusKey(seen, { side: 'Partner', version })
  const tokens = tokensWith(tally, { side: 'Partner', version })
  const fingerprint = entry?.fingerprint ?? pinned?.fingerprint ?? told?.fingerprint
  // With a ledger at hand, Secrets alone prove nothing: a tenant's namespace may write into its own.
  const named = knowsSide(ledger, 'Partner')
    ? told !== undefined && tokens > 0
    : told !== undefined || tokens > 0
  // If a key is brought, it may be the one that DataLens has confirmed.
  const confirmed = pinned !== undefined && seen.brought.kind === 'none'
  if (entry === undefined && !confirmed && !named) return undefined
  const which = fingerprint === undefined ? '' : ` (${fingerprint})`
  const message = `The private key of version ${version}${which} was in use, and its Secret "${name}" is gone. It is never made anew, as tokens and DataLens mean the old one: ${bringBack(seen.key, version)}; through Git, bring the same key with spec.privateKeySecretRef. If it is gone for good, rotate: set spec.keyVersion to a version that was never used.`
  return { reason: 'KeyLost', message, weight: 'stalled' }
}

/** The problem, if a key is brought that is not the one that DataLens has confirmed. */
export function notAsConfirmed(
  seen: KeysObserved,
  version: number,
  fingerprint: string,
): KeyProblem | undefined {
  const pinned = confirmedKey(seen.partnerKey.spec, version)
  if (pinned === undefined || pinned.fingerprint === fingerprint) return undefined
  const message = `spec.privateKeySecretRef brings ${fingerprint}, but spec.dataLens.accepts says that DataLens has confirmed ${pinned.fingerprint} as version ${version}. Bring that key, or correct the entry.`
  return { reason: 'KeyInvalid', message, weight: 'stalled' }
}

/** Keys of other versions that the ledger lost but that are still known, from their Secrets or from memory. */
export function forgotten(seen: KeysObserved): NewLedgerEntry[] {
  const { keySecrets, remembered, partnerKey } = seen
  const found: NewLedgerEntry[] = []
  for (const [version, view] of keySecrets) {
    if (version === partnerKey.spec.keyVersion || view.kind !== 'usable') continue
    const twin = found.some(({ fingerprint }) => fingerprint === view.key.fingerprint)
    const entry = newEntry({ side: 'Partner', version }, view.key)
    if (!twin && isAcceptable(seen, entry)) found.push(entry)
  }
  for (const [version, key] of remembered) {
    const entry = newEntry({ side: 'DataLens', version }, key)
    if (version === partnerKey.spec.dataLens?.keyVersion || !counts(seen, entry)) continue
    if (statusKey(seen, entry)?.fingerprint !== key.fingerprint) continue
    if (isAcceptable(seen, entry)) found.push(entry)
  }
  return found
}

function isAcceptable(seen: KeysObserved, entry: NewLedgerEntry): boolean {
  const { side, version } = entry
  return findEntry(seen.ledger, side, version) === undefined && objection(seen, entry) === undefined
}
