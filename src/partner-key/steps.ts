/** Every effect this controller can have. */
import { describeHandoverStep, type HandoverStep } from './handover/steps.ts'
import { describeKeyStep, type KeyStep } from './keys/steps.ts'

export type Step = KeyStep | HandoverStep

/** A step as the write that it would be, for logs and observe mode. Holds no key. */
export function describeStep(step: Step): string {
  return step.kind === 'writeHandover' ? describeHandoverStep(step) : describeKeyStep(step)
}
