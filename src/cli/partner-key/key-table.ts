/** The keys of a PartnerKey as a table that says which of them DataLens may withdraw. Pure. */
import type { PartnerKeyStatus } from '../../api/partner-key.ts'
import type { RolloutPhase } from '../../tenancy/rollout/course.ts'
import type { RolloutView } from './view.ts'

export type KeyInUse = NonNullable<PartnerKeyStatus['keys']>[number]

/** The phase of the rollout that the spec asks for; `unseen` until the operator has looked at that spec. */
export type Course = RolloutPhase | 'unseen' | undefined

export function courseOf({ verdict, phase }: Pick<RolloutView, 'verdict' | 'phase'>): Course {
  return verdict === 'unseen' ? 'unseen' : phase
}

export const keyHead = ['SIDE', 'VERSION', 'STATE', 'TOKENS', 'FINGERPRINT', 'MAY BE WITHDRAWN'] as const

export function keyRows(keys: readonly KeyInUse[], course: Course): readonly (readonly string[])[] {
  return keys.map(key => [
    key.side,
    String(key.version),
    key.state,
    String(key.tokens),
    key.fingerprint,
    withdrawal(key, course).words,
  ])
}

export interface Withdrawal {
  readonly allowed: boolean
  /** The short answer, and why. */
  readonly words: string
}

/** Whether DataLens may withdraw a version. `tokens` counts those in Secrets, and no copies of them. */
export function withdrawal({ state, tokens }: KeyInUse, course: Course): Withdrawal {
  if (state === 'Active') return { allowed: false, words: 'no: tokens are minted with it' }
  if (state === 'Staged') return { allowed: false, words: 'no: tokens are to be minted with it' }
  if (tokens > 0) return { allowed: false, words: `no: ${tokens} ${plural(tokens)} made with it` }
  if (course === 'unseen')
    return { allowed: false, words: 'not yet: the operator has not looked at the latest change' }
  if (course !== 'Complete') return { allowed: false, words: 'not yet: a rollout is under way' }
  return { allowed: true, words: 'yes' }
}

/** What to know before a key is withdrawn. */
export const withdrawalNote =
  'Withdrawn at DataLens, a key ends no saved connection; tokens shown earlier and not yet pasted stop working. Lenskeeper deletes no key.'

function plural(tokens: number): string {
  return tokens === 1 ? 'Secret holds a token' : 'Secrets hold tokens'
}
