/** What is done to an embed's Secret. */
import type { Secret } from '../../api/core-objects.ts'
import { verbsOf, verbsToWrite, type SecretStep, type SecretVerb } from '../../published-secret/steps.ts'
import type { HeldLink, Previous } from './held.ts'

export interface MintStep {
  readonly kind: 'mintLink'
  readonly previous: Previous | undefined
  /** The Secret that is overwritten; absent: a new one is made. */
  readonly over?: Secret
}

export type LinkStep = MintStep | SecretStep<HeldLink>

/** What a step does to Secrets. */
export function secretVerbs(step: LinkStep): readonly SecretVerb[] {
  return step.kind === 'mintLink' ? verbsToWrite(step.over) : verbsOf(step)
}
