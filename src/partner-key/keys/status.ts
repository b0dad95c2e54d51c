/** The keys in use, counted from what the Secrets really hold, and which of them DataLens may withdraw. */
import type { PartnerKeyStatus } from '../../api/partner-key.ts'
import { listText } from '../../core/list-text.ts'
import { parsePair } from '../../tenancy/pair.ts'
import { knowsSide, type KeyName } from './ledger.ts'
import type { KeysObserved } from './observed.ts'
import type { Course } from '../rollout/course.ts'
import { formatVersion } from './key-name.ts'
import { tokensWith } from './tokens.ts'

export type KeyStatus = NonNullable<PartnerKeyStatus['keys']>[number]

/** All keys of the ledger, DataLens's first. If the ledger is damaged or absent, what was told before stays. */
export function keyStatus(seen: KeysObserved, course: Course): readonly KeyStatus[] {
  const { ledger, partnerKey, tally } = seen
  const known = ledger.entries.map(({ side, version, fingerprint }) => ({ side, version, fingerprint }))
  // The status keeps what a lost ledger held until that is put back, since `objection` asks it.
  const told = (partnerKey.status?.keys ?? []).filter(
    key =>
      !known.some(({ side, version }) => side === key.side && version === key.version) &&
      (!knowsSide(ledger, key.side) || ledger.damage.length > 0 || tokensWith(tally, key) > 0),
  )
  return [...known, ...told]
    .map(({ side, version, fingerprint }) => ({
      side,
      version,
      fingerprint,
      state: stateOf({ side, version }, seen, course),
      tokens: tokensWith(tally, { side, version }),
    }))
    .sort((a, b) => a.side.localeCompare(b.side) || a.version - b.version)
}

function stateOf(key: KeyName, { partnerKey, tally }: KeysObserved, course: Course): KeyStatus['state'] {
  if (versionIn(course.current, key) || (versionIn(course.target, key) && hasBegun(key, course, tally))) {
    return 'Active'
  }
  const { keyVersion, dataLens } = partnerKey.spec
  return key.version === (key.side === 'Partner' ? keyVersion : dataLens?.keyVersion)
    ? 'Staged'
    : 'Superseded'
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

/** Says which keys may be withdrawn at DataLens, and what that would do. Empty when there is none. */
export function withdrawable(keys: readonly KeyStatus[], course: Course): string {
  if (course.rollout?.phase !== 'Complete') return ''
  const former = keys.filter(({ state }) => state === 'Superseded')
  const unused = former.filter(({ tokens }) => tokens === 0).map(formatVersion)
  const used = former.filter(({ tokens }) => tokens > 0).map(key => `${formatVersion(key)} in ${key.tokens}`)
  const free =
    unused.length === 0
      ? ''
      : `In no Secret any more, and may be withdrawn at DataLens: ${listText(unused, { most: 5 })}. Saved connections go on; tokens shown earlier and not yet pasted stop working.`
  const held =
    used.length === 0
      ? ''
      : `Still in Secrets, whose tokens a withdrawal would make useless: ${listText(used, { most: 5 })}.`
  return [free, held].filter(text => text !== '').join(' ')
}
