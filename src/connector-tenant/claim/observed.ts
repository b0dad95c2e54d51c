import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Rival } from '../../tenancy/claim/claim.ts'
import type { EndpointSight, TenantName } from '../../tenancy/claim/endpoint.ts'

/** What the claim on a database rests on. */
export interface ClaimObserved {
  readonly key: ObjectKey
  readonly tenant: ConnectorTenant
  readonly installation: string
  readonly partnerKey: PartnerKey | undefined
  readonly connection: ClickHouseConnection | undefined
  /** Empty while the connection has no server to talk to. */
  readonly endpoints: readonly EndpointSight[]
  readonly rivals: readonly Rival[]
  /** Whether that tenant is there, or may be out of sight, and still names this database. */
  readonly ownerLives: (owner: TenantName) => boolean
  /** Chosen for this run; used only where the database exists nowhere yet. */
  readonly freshUuid: string
}
