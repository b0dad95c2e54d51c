import type { ConnectorTenantReason } from '../api/reasons.ts'

/** Why a tenant is not, or not wholly, served. */
export interface Refusal {
  readonly reason: ConnectorTenantReason
  /** What is wrong and what to do, for the tenant's author. */
  readonly message: string
  /**
   * `stalled`: only a change of this tenant or of its PartnerKey helps.
   * `waiting`: something is missing that may come by itself.
   * `paused`: somebody wants it so.
   */
  readonly weight: 'stalled' | 'waiting' | 'paused'
  /**
   * The operator has just started and has not looked at a dependency yet: there is nothing to say of it, and
   * whoever was served stays so. Otherwise every start would write ten thousand statuses.
   */
  readonly starting?: true
}
