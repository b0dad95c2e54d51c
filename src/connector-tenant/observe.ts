/** Gathers what a decision about one tenant rests on: caches, keys, and the snapshot that all tenants share. */
import { randomUUID } from 'node:crypto'
import { annotations } from '../api/labels.ts'
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import { labelsOfNamespace, type Namespace } from '../api/core-objects.ts'
import { connectionOf, partnerKeyOf, tokenSecretKey } from '../api/names.ts'
import { splitKey, type ObjectKey } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { Fleet } from '../clickhouse/fleet.ts'
import { needsName } from '../clickhouse/sharing/standing.ts'
import { isAlone, otherWays } from '../clickhouse/sharing/ways.ts'
import type { Snapshot } from '../clickhouse/catalog/snapshot.ts'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { KeyRing } from '../token/key-ring.ts'
import type { Naming, TenantName } from '../tenancy/claim/endpoint.ts'
import type { ObservedEndpoint } from './access/plan.ts'
import { purposeOfLook, type Known } from './look/freshness.ts'
import type { Looks } from './look/looks.ts'
import type { Observed } from './observed.ts'
import { provedBy, type Proof } from './token/holdings.ts'
import { tokenShape } from './token/secret.ts'
import { viewCurrentToken, viewToken } from './token/view.ts'
import { rivalsOf } from './claim/rivals.ts'
import type { SecretLookup } from '../published-secret/lookup.ts'

export interface Sources {
  /** With an index `database`: `spec.database`. */
  readonly tenants: Store<ConnectorTenant>
  readonly partnerKeys: Store<PartnerKey>
  readonly connections: Store<ClickHouseConnection>
  /** Absent where this operator may not read namespaces. */
  readonly namespaces: Store<Namespace> | undefined
  readonly secretLookup: SecretLookup
  readonly fleet: Fleet
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly installation: string
  readonly observing: boolean
  readonly metadataPrefixes: readonly string[]
  /** Whether objects of a namespace are in this operator's sight. */
  readonly watches: (namespace: string) => boolean
}

/** Undefined when the tenant is gone. */
export async function observe(
  key: ObjectKey,
  looks: Looks,
  from: Sources,
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const tenant = from.tenants.get(key)
  if (tenant === undefined) return undefined
  const partnerKeyRef = partnerKeyOf(tenant)
  const partnerKey = from.partnerKeys.get(partnerKeyRef)
  const connectionKey = partnerKey === undefined ? undefined : connectionOf(partnerKey)
  const ring = from.keyRing.get(partnerKeyRef)
  const shape = tokenShape(tenant)
  const context = { ring, known: tenant.status?.token }
  const found = await from.secretLookup.find(key, shape.name, signal)
  const known: Known = {
    key,
    tenant,
    now: from.clock.now(),
    installation: from.installation,
    observing: from.observing || tenant.metadata.annotations?.[annotations.mode] === 'Observe',
    metadataPrefixes: from.metadataPrefixes,
    partnerKey,
    partnerKeyRef,
    connection: connectionKey === undefined ? undefined : from.connections.get(connectionKey),
    namespaceLabels: labelsOfNamespace(splitKey(key).namespace, from.namespaces),
    ring,
    naming: 'none',
    rivals: rivalsOf(tenant, { ...from, provedBy: other => proofOf(other, from) }),
    ownerLives: owner => ownerLives(owner, tenant.spec.database, from),
    freshUuid: randomUUID(),
    shape,
    secret: found.current === undefined ? undefined : viewCurrentToken(found.current, shape, context),
    formerSecrets: found.former.map(secret => viewToken(secret, shape, context)),
  }
  const endpoints = await look(known, { connection: connectionKey, looks, from }, signal)
  return {
    ...known,
    endpoints,
    naming: namingOf(connectionKey, { endpoints, database: tenant.spec.database }, from),
  }
}

interface Looking {
  readonly connection: ObjectKey | undefined
  readonly looks: Looks
  readonly from: Pick<Sources, 'fleet' | 'clock'>
}

async function look(
  known: Known,
  { connection, looks, from }: Looking,
  signal: AbortSignal,
): Promise<readonly ObservedEndpoint[]> {
  const server = connection === undefined ? undefined : from.fleet.get(connection)
  if (connection === undefined || server === undefined) return []
  const { database } = known.tenant.spec
  const latest = server.latest()
  const endpoints = latest === undefined ? undefined : endpointsOf(latest, database)
  const purpose = purposeOfLook(endpoints === undefined ? known : { ...known, endpoints })
  const asking = { tenant: known.key, connection, elapsed: from.clock.monotonic(), takenAt: latest?.takenAt }
  const maxAgeMs = looks.maxAge(purpose, asking)
  if (maxAgeMs === 'any') return endpoints ?? []
  return endpointsOf(await server.snapshot({ maxAgeMs }, signal), database)
}

function proofOf(tenant: ConnectorTenant, { secretLookup, keyRing }: Sources): Proof {
  return provedBy(secretLookup.cached(tokenSecretKey(tenant)), tenant, keyRing.get(partnerKeyOf(tenant)))
}

/** Whether the owner exists. One that cannot be seen from here counts as existing. */
function ownerLives(owner: TenantName, database: string, { tenants, watches }: Sources): boolean {
  if (!watches(owner.namespace)) return true
  return tenants.get(`${owner.namespace}/${owner.name}`)?.spec.database === database
}

function namingOf(
  connection: ObjectKey | undefined,
  { endpoints, database }: { readonly endpoints: readonly ObservedEndpoint[]; readonly database: string },
  from: Sources,
): Naming {
  if (connection === undefined) return 'none'
  const status = from.connections.get(connection)?.status
  const standing = { firstOn: new Set(status?.firstOn), laterOn: new Set(status?.laterOn) }
  if (isAlone(from) && standing.laterOn.size === 0) return 'none'
  const server = from.fleet.get(connection)
  const doubtful = endpoints.flatMap(endpoint => {
    if (!endpoint.reachable || endpoint.database === undefined) return []
    const identity = server?.identityOf(endpoint.url)
    if (standing.firstOn.has(identity ?? '')) return []
    return [{ ...endpoint.database, database, server: identity }]
  })
  if (doubtful.length === 0) return 'ifWritten'
  const others = otherWays(connection, from)
  return doubtful.some(found => needsName(found, standing, others)) ? 'needed' : 'ifWritten'
}

function endpointsOf(snapshot: Snapshot, database: string): ObservedEndpoint[] {
  return snapshot.endpoints.map(view => {
    if (!view.ok) return { url: view.url, reachable: false }
    const found = view.data.databases.get(database)
    return {
      url: view.url,
      reachable: true,
      granted: view.data.reader.covers(database),
      readable: view.data.reader.touchesItself(database),
      byRole: view.data.reader.rolesThatOpen(database).length > 0,
      ...(found === undefined ? {} : { database: { uuid: found.uuid, comment: found.comment } }),
    }
  })
}
