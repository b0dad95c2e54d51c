/** The keys of a PartnerKey as a table that says which of them DataLens may withdraw. Pure. */
import { ledgerName } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { bringBack } from '../../partner-key/bring-back.ts'
import { mayBeWithdrawn, type KeyStatus } from '../../partner-key/keys/withdrawal.ts'
import type { RolloutPhase } from '../../tenancy/rollout/course.ts'
import type { RolloutView } from './view.ts'

/** The phase of the rollout that the spec asks for; `unseen` until the operator has looked at that spec. */
export type Course = RolloutPhase | 'unseen' | undefined

export function courseOf({ verdict, phase }: Pick<RolloutView, 'verdict' | 'phase'>): Course {
  return verdict === 'unseen' ? 'unseen' : phase
}

export const keyHead = ['SIDE', 'VERSION', 'STATE', 'TOKENS', 'FINGERPRINT', 'MAY BE WITHDRAWN'] as const

export function keyRows(keys: readonly KeyStatus[], course: Course): readonly (readonly string[])[] {
  return keys.map(key => [
    key.side,
    String(key.version),
    key.state,
    String(key.tokens),
    key.fingerprint,
    withdrawal(key, course).words,
  ])
}

const needed: Readonly<Record<Exclude<KeyStatus['state'], 'Superseded'>, string>> = {
  Active: 'tokens are minted with it',
  Staged: 'tokens are to be minted with it',
  Lost: 'tokens are to be minted with it, and it is lost',
}

export interface Withdrawal {
  readonly allowed: boolean
  /** The short answer, and why. */
  readonly words: string
}

/** Whether DataLens may withdraw a version, and why. */
export function withdrawal(key: KeyStatus, course: Course): Withdrawal {
  const { state, tokens } = key
  if (state !== 'Superseded') return { allowed: false, words: `no: ${needed[state]}` }
  if (tokens > 0) return { allowed: false, words: `no: ${tokens} ${plural(tokens)} made with it` }
  if (course === 'unseen')
    return { allowed: false, words: 'not yet: the operator has not looked at the latest change' }
  return mayBeWithdrawn(key, course)
    ? { allowed: true, words: 'yes' }
    : { allowed: false, words: 'not yet: a rollout is under way' }
}

/** What to know before a key is withdrawn. */
export const withdrawalNote =
  'Withdrawn at DataLens, a key ends no saved connection; tokens shown earlier and not yet pasted stop working. Lenskeeper deletes no key.'

/** What to do about keys that are lost; a sentence each. */
export function lostNotes(partnerKey: ObjectKey, keys: readonly KeyStatus[]): readonly string[] {
  const { name } = splitKey(partnerKey)
  return keys
    .filter(({ state }) => state === 'Lost')
    .map(({ side, version }) =>
      side === 'Partner'
        ? `Partner key ${version} is lost: ${bringBack(partnerKey, version)}.`
        : `DataLens’s key ${version} is lost: put its entry back into the ledger, ConfigMap ${ledgerName(name)}.`,
    )
}

function plural(tokens: number): string {
  return tokens === 1 ? 'Secret holds a token' : 'Secrets hold tokens'
}
