import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Rival } from '../../tenancy/claim/precedence.ts'
import type { EndpointSight, Naming, TenantName } from '../../tenancy/claim/endpoint.ts'

/** What the decision about a claim rests on. */
export interface ClaimObserved {
  readonly key: ObjectKey
  readonly tenant: ConnectorTenant
  readonly installation: string
  readonly partnerKey: PartnerKey | undefined
  readonly connection: ClickHouseConnection | undefined
  /** Empty while the connection has no server to talk to. */
  readonly endpoints: readonly EndpointSight[]
  readonly rivals: readonly Rival[]
  /** Whether the mark has to tell this connection from others. */
  readonly naming: Naming
  /** Whether that tenant still names this database, or cannot be seen from here. */
  readonly ownerLives: (owner: TenantName) => boolean
  /** A new uuid for this run. Used only if the database exists nowhere yet. */
  readonly freshUuid: string
}
