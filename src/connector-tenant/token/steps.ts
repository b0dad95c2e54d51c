/** What is done to a tenant's token Secret. */
import type { Secret } from '../../api/core-objects.ts'
import { verbsOf, verbsToWrite, type SecretStep, type SecretVerb } from '../../published-secret/steps.ts'
import type { Pair } from '../../tenancy/pair.ts'
import type { SealedToken } from './secret.ts'

export interface MintStep {
  readonly kind: 'mintToken'
  readonly pair: Pair
  readonly fingerprint: string
  /** The Secret that is overwritten; absent: a new one is made. */
  readonly over?: Secret
}

export type TokenStep = MintStep | SecretStep<SealedToken>

/** What a step does to Secrets. */
export function secretVerbs(step: TokenStep): readonly SecretVerb[] {
  return step.kind === 'mintToken' ? verbsToWrite(step.over) : verbsOf(step)
}
