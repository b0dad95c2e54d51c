/** The keys in use, counted from what the Secrets really hold. */
import { parsePair } from '../../tenancy/pair.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import { knowsSide, type KeyName } from './ledger.ts'
import type { KeysObserved } from './observed.ts'
import type { Course } from '../rollout/course.ts'
import { statusKey } from './objections.ts'
import { tokensWith } from './tokens.ts'
import { mayBeWithdrawn, type KeyStatus } from './withdrawal.ts'

/** What a key's state rests on. */
export interface KeySituation {
  readonly course: Course
  readonly atHand: KeyRingEntry
}

/** All keys of the ledger, DataLens's first. If the ledger is damaged or absent, what was told before stays. */
export function keyStatus(seen: KeysObserved, situation: KeySituation): readonly KeyStatus[] {
  const { ledger, partnerKey, tally } = seen
  const known = ledger.entries.map(({ side, version, fingerprint }) => ({ side, version, fingerprint }))
  // The status keeps what a lost ledger held until that is put back, since `objection` asks it.
  const told = (partnerKey.status?.keys ?? []).filter(
    key =>
      !known.some(({ side, version }) => side === key.side && version === key.version) &&
      (!knowsSide(ledger, key.side) || ledger.damage.length > 0 || tokensWith(tally, key) > 0),
  )
  return [...known, ...told]
    .map(({ side, version, fingerprint }) => {
      const state = stateOf({ side, version }, seen, situation)
      const key = { side, version, fingerprint, state, tokens: tokensWith(tally, { side, version }) }
      return isReleased(key, seen, situation.course) ? { ...key, released: true } : key
    })
    .sort((a, b) => a.side.localeCompare(b.side) || a.version - b.version)
}

/** A superseded key may be gone: people delete it once DataLens has withdrawn it. Any other is needed. */
function stateOf(
  key: KeyName,
  { partnerKey, tally }: KeysObserved,
  { course, atHand }: KeySituation,
): KeyStatus['state'] {
  const { keyVersion, dataLens } = partnerKey.spec
  const isActive =
    versionIn(course.current, key) || (versionIn(course.target, key) && hasBegun(key, course, tally))
  const isWanted = key.version === (key.side === 'Partner' ? keyVersion : dataLens?.keyVersion)
  if (!isActive && !isWanted) return 'Superseded'
  if (!(key.side === 'Partner' ? atHand.partner : atHand.dataLens).has(key.version)) return 'Lost'
  return isActive ? 'Active' : 'Staged'
}

/** It stays so until a rollout back to the key is complete: nobody says when DataLens withdraws what it may. */
function isReleased(key: KeyStatus, seen: KeysObserved, { current, rollout }: Course): boolean {
  if (mayBeWithdrawn(key, rollout?.phase)) return true
  const arrived = rollout?.phase === 'Complete' && versionIn(current, key)
  return !arrived && statusKey(seen, key)?.released === true
}

function versionIn(pair: string | undefined, { side, version }: KeyName): boolean {
  const parsed = parsePair(pair)
  return (side === 'Partner' ? parsed?.partner : parsed?.dataLens) === version
}

/** Whether tokens are minted with the target, or may be by now. */
function hasBegun(key: KeyName, { rollout }: Course, tally: KeysObserved['tally']): boolean {
  if (tokensWith(tally, key) > 0) return true
  if (rollout === undefined || rollout.phase === 'AwaitingDataLens') return false
  return rollout.phase !== 'Paused' || rollout.admittedPermille > 0
}
