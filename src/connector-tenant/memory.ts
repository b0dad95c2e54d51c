import { connectionOf } from '../api/names.ts'
import type { ObjectKey } from '../api/object.ts'
import type { Fleet } from '../clickhouse/fleet.ts'
import { ContestedWrites } from '../published-secret/contested-writes.ts'
import type { SecretLookup } from '../published-secret/lookup.ts'
import type { Logger } from '../telemetry/log.ts'
import { RefusedClaims } from './claim/refused-claims.ts'
import type { Observed } from './observed.ts'
import { ObservedPlans } from './observing/observed-plans.ts'
import { Looks } from './look/looks.ts'
import type { ParkedTenants } from './parked-tenants.ts'
import type { Plan } from './plan.ts'

export interface MemoryParts {
  readonly parked: ParkedTenants
  readonly secretLookup: SecretLookup
  readonly fleet: Fleet
  readonly log: Logger
}

/** What is kept of a tenant from one look to the next. */
export class TenantMemory {
  readonly contested = new ContestedWrites()
  readonly looks = new Looks()
  readonly #observedPlans: ObservedPlans
  readonly #refusedClaims: RefusedClaims
  readonly #parts: MemoryParts

  constructor(parts: MemoryParts) {
    this.#parts = parts
    this.#observedPlans = new ObservedPlans(parts.log)
    this.#refusedClaims = new RefusedClaims(parts.log)
  }

  notePlan({ key, partnerKey, observing }: Observed, plan: Plan): void {
    const { parked } = this.#parts
    const isParked = plan.refusal !== undefined && plan.parked && partnerKey !== undefined
    if (isParked) parked.park(key, connectionOf(partnerKey))
    else parked.forget(key)
    if (observing) this.#observedPlans.note(key, plan.steps)
    else this.#observedPlans.forget(key)
    // A refusal by another check says nothing of the claim, so what was logged of it still holds.
    if (plan.refusal === undefined) this.#refusedClaims.forget(key)
    else if (plan.refusedClaim !== undefined) this.#refusedClaims.note(key, plan.refusedClaim)
  }

  /** The tenant is gone. */
  forget(tenant: ObjectKey): void {
    this.contested.forget(tenant)
    this.#observedPlans.forget(tenant)
    this.#refusedClaims.forget(tenant)
    this.#parts.parked.forget(tenant)
    this.#parts.secretLookup.forget(tenant)
    this.#parts.fleet.refused.forget(tenant)
  }
}
