/** Why a key may not stand for a version: a version means one key for ever, and a key has one version. */
import type { KeyProblem } from '../problem.ts'
import { findEntry, knowsSide, type KeySide } from './ledger.ts'
import type { KeysObserved } from './observed.ts'

/** A version means one key, and a key has one version; what the ledger lost, the status may still know. */
export function objection(
  seen: KeysObserved,
  side: KeySide,
  version: number,
  fingerprint: string,
): KeyProblem | undefined {
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
  // What speaks against a partner's key can be faked in a tenant's namespace; with a ledger at hand it is not heard.
  if ((side === 'DataLens' || !knowsSide(ledger, side)) && seen.disproved(side, version, fingerprint)) {
    return reused({ side, version }, undefined, fingerprint)
  }
  return undefined
}

/** An entry that a person took out of the ledger stays out, if no token was made with its key. */
export function counts({ ledger, tally }: KeysObserved, side: KeySide, version: number): boolean {
  const tokens = side === 'DataLens' ? tally.tokens.dataLens : tally.tokens.partner
  return !knowsSide(ledger, side) || (tokens.get(version) ?? 0) > 0
}

export function statusKey({ partnerKey }: KeysObserved, side: KeySide, version: number) {
  return partnerKey.status?.keys?.find(key => key.side === side && key.version === version)
}

interface KeyName {
  readonly side: KeySide
  readonly version: number
}

function reused({ side, version }: KeyName, before: string | undefined, now: string): KeyProblem {
  const old = before === undefined ? 'another key' : before
  const whose = side === 'DataLens' ? 'DataLens’s' : 'the partner’s'
  const message = `Version ${version} of ${whose} key stands for ${old} and now comes with ${now}. Tokens still name the old one, so nothing is changed. Put the old key back, or give the new one a version that was never used.`
  return { reason: 'KeyVersionReused', message, weight: 'stalled' }
}

function twice({ side, version }: KeyName, other: number): KeyProblem {
  const whose = side === 'DataLens' ? 'DataLens’s' : 'the partner’s'
  const message = `Version ${version} of ${whose} key is the very key that has version ${other} already. A key has one version: use ${other}, or another key. If ${other} was a mistake and no token was ever made with it, remove its entry from the ledger.`
  return { reason: 'KeyInvalid', message, weight: 'stalled' }
}
