import { describeSecretStep } from '../published-secret/describe.ts'
import type { LinkStep } from './link/steps.ts'

/** A step as the write that it would be, for logs and observe mode. Holds no token. */
export function describeStep(step: LinkStep): string {
  if (step.kind !== 'mintLink') return describeSecretStep(step, () => 'link')
  return `${step.over === undefined ? 'create' : 'update'} the Secret with a new link`
}
