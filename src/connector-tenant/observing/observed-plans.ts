import { createHash } from 'node:crypto'
import type { ObjectKey } from '../../api/object.ts'
import type { Logger } from '../../telemetry/log.ts'
import { describeChanges } from './describe.ts'
import type { Step } from '../steps.ts'

/** Logs the statements that observe mode holds back, once a change. The status does not have them. */
export class ObservedPlans {
  readonly #log: Logger
  /** A digest of the plan. */
  readonly #told = new Map<ObjectKey, string>()

  constructor(log: Logger) {
    this.#log = log
  }

  note(tenant: ObjectKey, steps: readonly Step[]): void {
    const plan = createHash('sha256')
      .update(JSON.stringify(steps.map(whereAndWhat)))
      .digest('base64')
    if (this.#told.get(tenant) === plan) return
    this.#told.set(tenant, plan)
    this.#log.info({ tenant, steps: describeChanges(steps) }, 'observe mode: nothing was changed')
  }

  /** The tenant is gone, or observed no more. */
  forget(tenant: ObjectKey): void {
    this.#told.delete(tenant)
  }
}

/** Not the uuid, which is another one at each look until the database is made. */
function whereAndWhat(step: Step): unknown {
  if (step.kind === 'createDatabase') return [step.kind, step.url, step.mark]
  if (step.kind === 'writeMark') return [step.kind, step.url, step.mark]
  return 'urls' in step ? [step.kind, step.urls] : step.kind
}
