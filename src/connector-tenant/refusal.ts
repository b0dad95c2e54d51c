import type { Problem } from '../api/problem.ts'
import type { ConnectorTenantReason } from '../api/reasons.ts'

/** Why a tenant is not, or not wholly, served: in words for its author. */
export interface Refusal extends Problem<ConnectorTenantReason> {
  /**
   * The operator has just started and has not looked at a dependency yet. Nothing is said of it, and a served tenant
   * stays so. Otherwise every start would write ten thousand statuses.
   */
  readonly starting?: true
}
