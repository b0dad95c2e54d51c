/** Why a key may not have a version: a version means one key for ever, and a key has one version. */
import type { KeyProblem } from '../problem.ts'
import { findEntry, knowsSide, type KeyName } from './ledger.ts'
import type { KeysObserved } from './observed.ts'
import { tokensWith } from './tokens.ts'

/** A key that is to have a version. */
export interface KeyClaim extends KeyName {
  readonly fingerprint: string
}

/** Undefined when nothing speaks against the key. The status may still know what the ledger has lost. */
export function objection(seen: KeysObserved, claim: KeyClaim): KeyProblem | undefined {
  const { side, version, fingerprint } = claim
  const { ledger } = seen
  const entry = findEntry(ledger, side, version)
  if (entry !== undefined) {
    return entry.fingerprint === fingerprint ? undefined : reused(claim, entry.fingerprint)
  }
  const twin = ledger.entries.find(other => other.side === side && other.fingerprint === fingerprint)
  if (twin !== undefined) return twice(claim, twin.version)
  const told = statusKey(seen, claim)
  if (told !== undefined && told.fingerprint !== fingerprint && counts(seen, claim)) {
    return reused(claim, told.fingerprint)
  }
  const toldTwin = (seen.partnerKey.status?.keys ?? []).find(
    other => other.side === side && other.fingerprint === fingerprint && other.version !== version,
  )
  if (toldTwin !== undefined && counts(seen, toldTwin)) return twice(claim, toldTwin.version)
  // A tenant's namespace can fake what speaks against a partner's key. So that counts only if the ledger is lost.
  if ((side === 'DataLens' || !knowsSide(ledger, side)) && seen.disproved(side, version, fingerprint)) {
    return reused(claim, undefined)
  }
  return undefined
}

/** An entry that a person took out of the ledger stays out, if no token was made with its key. */
export function counts({ ledger, tally }: KeysObserved, key: KeyName): boolean {
  return !knowsSide(ledger, key.side) || tokensWith(tally, key) > 0
}

export function statusKey({ partnerKey }: KeysObserved, { side, version }: KeyName) {
  return partnerKey.status?.keys?.find(key => key.side === side && key.version === version)
}

function reused(claim: KeyClaim, before: string | undefined): KeyProblem {
  const { side, version, fingerprint: now } = claim
  const old = before ?? 'another key'
  const whose = side === 'DataLens' ? 'DataLens’s' : 'the partner’s'
  const message = `Version ${version} of ${whose} key stands for ${old} and now comes with ${now}. Tokens still name the old one, so nothing is changed. Put the old key back, or give the new one a version that was never used.`
  return { reason: 'KeyVersionReused', message, weight: 'stalled' }
}

function twice({ side, version }: KeyName, other: number): KeyProblem {
  const whose = side === 'DataLens' ? 'DataLens’s' : 'the partner’s'
  const message = `Version ${version} of ${whose} key is the very key that has version ${other} already. A key has one version: use ${other}, or another key. If ${other} was a mistake and no token was ever made with it, remove its entry from the ledger.`
  return { reason: 'KeyInvalid', message, weight: 'stalled' }
}
