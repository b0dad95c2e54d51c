/** Does the steps. Each may be repeated after any stop or lost answer. */
import type { ObjectKey } from '../api/object.ts'
import { applyHandoverStep } from './handover/apply.ts'
import { applyKeyStep, type KeyWrites } from './keys/apply.ts'
import type { Step } from './steps.ts'

export interface ApplyContext extends KeyWrites {
  /** The PartnerKey. */
  readonly key: ObjectKey
}

/** @throws StaleView, KubeError, or the signal's reason */
export async function applyStep(step: Step, context: ApplyContext, signal: AbortSignal): Promise<void> {
  return step.kind === 'writeHandover'
    ? applyHandoverStep(step, context, signal)
    : applyKeyStep(step, context, signal)
}
