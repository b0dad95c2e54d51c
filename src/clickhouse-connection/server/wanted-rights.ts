/** Which rights the operator's account needs: what every tenant needs, and what single names need. Pure. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { findCondition } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { ConnectorTenantReason } from '../../api/reasons.ts'
import {
  accountRights,
  rightsOnDatabases,
  type AccountRight,
  type ReaderMode,
} from '../../clickhouse/accounts/operator-account.ts'
import { admits, databaseAllowed } from '../../tenancy/name-policy.ts'

export interface WantedRights {
  /** Without one of these nobody new can be served. */
  readonly shared: readonly AccountRight[]
  /** Each is about one database; without it that database's tenant waits, and nobody else. */
  readonly single: readonly AccountRight[]
}

export interface NamedBy {
  readonly tenantsOf: (partnerKey: PartnerKey) => readonly ConnectorTenant[]
  /** Undefined when the operator cannot know them. */
  readonly labelsOf: (namespace: string) => Readonly<Record<string, string>> | undefined
}

/** How many names are looked at, as each right that is missing takes a statement and there may be thousands. */
const mostNames = 10

/**
 * Every tenant needs what the PartnerKeys declare with patterns that begin with plain text. Behind any other pattern
 * the account need not reach every database of the server, so there the names of tenants are asked about; of those
 * alone that the PartnerKey lets in, since anybody can write a name.
 */
export function wantedRights(
  connection: ClickHouseConnection,
  partnerKeys: readonly PartnerKey[],
  by: NamedBy,
): WantedRights {
  const request = {
    mode: readerMode(connection),
    readerUser: connection.spec.reader.user,
    allowDrop: partnerKeys.some(({ spec }) => spec.tenants.allowDrop),
  }
  const patterns = [...new Set(partnerKeys.flatMap(declared))].sort()
  const names = sharedFairly(partnerKeys.map(partnerKey => namesBeyond(partnerKey, by)))
  return {
    shared: accountRights({ ...request, patterns }),
    single: rightsOnDatabases([...new Set(names)].slice(0, mostNames), request),
  }
}

/** The patterns that begin with plain text. `{namespace}__*` does not. */
function declared({ spec }: PartnerKey): readonly string[] {
  return spec.tenants.databases?.filter(pattern => /^[^*?[\]{}]/.test(pattern)) ?? []
}

interface Named {
  readonly database: string
  readonly waits: boolean
}

/** Those that wait come first; then one of each PartnerKey after the other, so that many of one hide no others. */
function sharedFairly(ofEach: readonly (readonly Named[])[]): readonly string[] {
  const all = ofEach.flatMap(names => names.map((named, turn) => ({ ...named, turn })))
  const sorted = all.toSorted((a, b) => Number(b.waits) - Number(a.waits) || a.turn - b.turn)
  return sorted.map(({ database }) => database)
}

/** The first names that the PartnerKey lets in by other patterns than those. */
function namesBeyond(partnerKey: PartnerKey, { tenantsOf, labelsOf }: NamedBy): readonly Named[] {
  const { databases } = partnerKey.spec.tenants
  const plain = declared(partnerKey)
  if (databases?.length === plain.length) return []
  const names: Named[] = []
  for (const tenant of inTurns(tenantsOf(partnerKey))) {
    if (names.length === mostNames) break
    const { namespace: tenantNamespace = '' } = tenant.metadata
    const { database } = tenant.spec
    const keyNamespace = partnerKey.metadata.namespace ?? ''
    if (databaseAllowed(plain, { keyNamespace, tenantNamespace, database })) continue
    if (admits(partnerKey, tenant, labelsOf(tenantNamespace))) names.push({ database, waits: waits(tenant) })
  }
  return names
}

/** Those that wait come first; then one of each namespace after the other, so that many of one hide no others. */
function inTurns(tenants: readonly ConnectorTenant[]): readonly ConnectorTenant[] {
  const taken = new Map<string, number>()
  const placed = tenants
    .map(tenant => ({ tenant, key: keyOf(tenant), waits: waits(tenant) ? 0 : 1 }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(each => {
      const queue = `${each.waits} ${each.tenant.metadata.namespace ?? ''}`
      const turn = taken.get(queue) ?? 0
      taken.set(queue, turn + 1)
      return { ...each, turn }
    })
  return placed.toSorted((a, b) => a.waits - b.waits || a.turn - b.turn).map(({ tenant }) => tenant)
}

const forClickHouse: ReadonlySet<string> = new Set<ConnectorTenantReason>([
  'ConnectionNotReady',
  'StatementRefused',
])

function waits({ status }: ConnectorTenant): boolean {
  const reason = findCondition(status?.conditions, 'Ready')?.reason
  return reason !== undefined && forClickHouse.has(reason)
}

function readerMode({ spec }: ClickHouseConnection): ReaderMode {
  if (spec.reader.grants === 'External') return 'externalGrants'
  return spec.reader.management === 'Managed' ? 'managed' : 'externalReader'
}
