/** Steps on a published Secret: plain data, one write each, each safe to repeat. */
import type { Secret } from '../api/core-objects.ts'

/** @typeParam Held what the Secret holds, as its owner's kind has it */
export type SecretStep<Held> = SecretWrite<Held> | SecretRemoval

export type SecretWrite<Held> =
  | { readonly kind: 'createSecret'; readonly held: Held }
  /** Over exactly the version that was looked at. */
  | { readonly kind: 'repairSecret'; readonly held: Held; readonly over: Secret }

export interface SecretRemoval {
  readonly kind: 'deleteSecret'
  readonly secret: Secret
}

export type SecretVerb = 'create' | 'update' | 'delete'

/** The rights that it takes to write a Secret. An immutable one can only be deleted and made anew. */
export function verbsToWrite(over: Secret | undefined): readonly SecretVerb[] {
  if (over === undefined) return ['create']
  return over.immutable === true ? ['delete', 'create'] : ['update']
}

export function verbsOf(step: SecretStep<unknown>): readonly SecretVerb[] {
  switch (step.kind) {
    case 'createSecret':
      return verbsToWrite(undefined)
    case 'repairSecret':
      return verbsToWrite(step.over)
    case 'deleteSecret':
      return ['delete']
    default:
      return step satisfies never
  }
}
