import type { ObjectKey } from '../../api/object.ts'
import type { RefusalCause } from '../../tenancy/claim/endpoint.ts'
import type { Logger } from '../../telemetry/log.ts'

/** Why a tenant does not get its database. It may tell about other tenants, so it goes to the log and nowhere else. */
export interface RefusedClaim {
  readonly cause: RefusalCause
  /** The first endpoint that shows the cause. Undefined when no single one does. */
  readonly endpoint: string | undefined
}

/** Logs why claims are refused, once a change. */
export class RefusedClaims {
  readonly #log: Logger
  readonly #told = new Map<ObjectKey, RefusedClaim>()

  constructor(log: Logger) {
    this.#log = log
  }

  note(tenant: ObjectKey, { cause, endpoint }: RefusedClaim): void {
    const last = this.#told.get(tenant)
    if (last?.cause === cause && last.endpoint === endpoint) return
    this.#told.set(tenant, { cause, endpoint })
    this.#log.info({ tenant, cause, endpoint }, 'claim refused')
  }

  /** The tenant has its database, or is gone. */
  forget(tenant: ObjectKey): void {
    this.#told.delete(tenant)
  }
}
