/** Every effect this controller can have: plain data, one external call each, each safe to repeat. */
import type { Secret } from '../api/core-objects.ts'
import type { Pair } from '../tenancy/pair.ts'
import type { SealedToken } from '../published-secret/build.ts'

export type DatabaseStep =
  | {
      readonly kind: 'createDatabase'
      readonly url: string
      readonly database: string
      readonly uuid: string
      readonly mark: string
    }
  | {
      readonly kind: 'writeMark'
      readonly url: string
      readonly database: string
      readonly mark: string
      /** The comment that the decision rests on; if it is another by now, nothing is written. */
      readonly expected: string
      readonly why: 'revive' | 'adopt' | 'updateMark' | 'restore'
      /** `namespace/name` of a former owner: a live read before the write proves that none of this name has the database. */
      readonly confirmGone?: string
    }

/** A look that changes nothing, and that all after it rests on. */
export interface ProofStep {
  readonly kind: 'proveDatabase'
  readonly url: string
  readonly database: string
  /** The comment that must still be there. */
  readonly expected: string
}

export type AccessStep =
  | (AccessChange & { readonly kind: 'grantRead' })
  | (AccessChange & { readonly kind: 'revokeRead' })

interface AccessChange {
  readonly database: string
  readonly urls: readonly string[]
  /** The ClickHouse user's name, for people who read the step. */
  readonly reader: string
}

export type TokenStep =
  | { readonly kind: 'mintToken'; readonly pair: Pair; readonly fingerprint: string; readonly over?: Secret }
  | { readonly kind: 'createSecret'; readonly sealed: SealedToken }
  | { readonly kind: 'repairSecret'; readonly over: Secret; readonly sealed: SealedToken }
  | { readonly kind: 'deleteSecret'; readonly secret: Secret }

export type Step = DatabaseStep | ProofStep | AccessStep | TokenStep
