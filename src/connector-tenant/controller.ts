/**
 * ConnectorTenant: a database, a grant, and a Secret with the token that opens it.
 *
 * Guarantees: A token is written only after its database was proved to be this tenant's on every endpoint. A token that
 * is whole and for the right pair is never made again. If a run is stopped anywhere, the next one ends the same.
 * Assumes: The connection's controller keeps its server in the fleet; the PartnerKey's controller keeps its keys in the
 * ring.
 * Nothing is done here for a tenant that is gone: its departure is the connection's business.
 */
import type { ObjectKey } from '../api/object.ts'
import { settled, type Outcome } from '../core/outcome.ts'
import { carryOut, isAboutSecret, isStale, type AttemptDeps } from './attempt.ts'
import { TenantMemory, type MemoryParts } from './memory.ts'
import { observe, type Sources } from './observe.ts'
import { planTenant } from './plan.ts'
import { onlyTell, report, type ReportDeps } from './report.ts'

export interface ConnectorTenantDeps extends Sources, AttemptDeps, ReportDeps, MemoryParts {}

export interface ConnectorTenantController {
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
}

export function createConnectorTenantController(deps: ConnectorTenantDeps): ConnectorTenantController {
  const memory = new TenantMemory(deps)
  return {
    async reconcile(key, signal) {
      const seen = await observe(key, memory.looks, deps, signal)
      if (seen === undefined) {
        memory.forget(key)
        return settled
      }
      const plan = planTenant(seen)
      memory.notePlan(seen, plan)
      if (seen.observing) return await onlyTell(seen, plan, deps, signal)
      const attempt = await carryOut(seen, plan, deps, signal)
      const contested = isStale(attempt) && isAboutSecret(attempt) && memory.contested.note(key)
      if (isStale(attempt) && !contested) throw attempt.failure.error
      if (attempt.failure === undefined) memory.contested.forget(key)
      await report({ seen, plan, attempt }, deps, signal)
      if (attempt.failure !== undefined) throw attempt.failure.error
      return plan.outcome
    },
  }
}
