/** Every effect this controller can have: plain data, one external call each, each safe to repeat. */
import type { ClaimStep } from './claim/steps.ts'
import type { TokenStep } from './token/steps.ts'

export type AccessStep =
  | (AccessChange & { readonly kind: 'grantRead' })
  | (AccessChange & { readonly kind: 'revokeRead' })

interface AccessChange {
  readonly database: string
  readonly urls: readonly string[]
  /** The ClickHouse user's name, for people who read the step. */
  readonly reader: string
}

export type Step = ClaimStep | AccessStep | TokenStep
