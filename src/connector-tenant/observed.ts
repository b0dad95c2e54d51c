import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { ObjectKey } from '../api/object.ts'
import type { KeyRingEntry } from '../token/key-ring.ts'
import type { Rival } from '../tenancy/claim/claim.ts'
import type { TenantName } from '../tenancy/claim/endpoint.ts'
import type { SecretView } from '../published-secret/view.ts'
import type { SecretShape } from '../published-secret/build.ts'

/** One endpoint of the tenant's ClickHouse, as far as this tenant's database goes. */
export type ObservedEndpoint =
  | {
      readonly url: string
      readonly reachable: true
      readonly database?: { readonly uuid: string; readonly comment: string }
      /** The reader may read the whole database. */
      readonly granted: boolean
      /** The reader may read anything of it, by whatever grant or role. */
      readonly readable: boolean
    }
  | { readonly url: string; readonly reachable: false }

/**
 * All that a decision about one tenant rests on: plain data, read once. Whatever is missing is undefined, and
 * the checks say what that means.
 */
export interface Observed {
  readonly key: ObjectKey
  readonly tenant: ConnectorTenant
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly installation: string
  /** Nothing may be changed: `--dry-run`, or the annotation `lenskeeper.dev/mode: Observe`. */
  readonly observing: boolean
  /** Prefixes that `spec.secret` may use, beside names without one. */
  readonly metadataPrefixes: readonly string[]
  readonly partnerKey: PartnerKey | undefined
  readonly partnerKeyRef: ObjectKey
  readonly connection: ClickHouseConnection | undefined
  /** Undefined where this operator may not read namespaces. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined
  readonly ring: KeyRingEntry | undefined
  /** Empty while the connection has no server to talk to. */
  readonly endpoints: readonly ObservedEndpoint[]
  readonly rivals: readonly Rival[]
  /** Whether that tenant is there, or may be out of sight, and still names this database. */
  readonly ownerLives: (owner: TenantName) => boolean
  /** Chosen for this run; used only where the database exists nowhere yet. */
  readonly freshUuid: string
  readonly shape: SecretShape
  readonly secret: SecretView | undefined
  readonly formerSecrets: readonly SecretView[]
}
