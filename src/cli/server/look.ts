/** One look at a connection by the operator's own code, with the caller's rights. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Namespace, Secret } from '../../api/core-objects.ts'
import { connectionOf, partnerKeyOf, secretsOfConnection } from '../../api/names.ts'
import { splitKey, type ObjectKey, type KubeObject } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { Fleet } from '../../clickhouse/fleet.ts'
import type { AccountRight } from '../../clickhouse/accounts/operator-account.ts'
import type { Server } from '../../clickhouse/server.ts'
import { claimantsOf } from '../../clickhouse-connection/departure/found/claimants.ts'
import { Memories } from '../../clickhouse-connection/memory.ts'
import { observe, rightsFor } from '../../clickhouse-connection/observe.ts'
import type { Observed } from '../../clickhouse-connection/observed.ts'
import { systemClock } from '../../core/clock.ts'
import { isKubeError } from '../../kube/errors.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { Store } from '../../runtime/cache/store.ts'
import { createLogger, type Logger } from '../../telemetry/log.ts'
import { absent, readable, type Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'

export interface Look {
  readonly seen: Observed
  readonly server: Server
  readonly tenants: readonly ConnectorTenant[]
  /** Whether those are all that there are. Somebody who may not list them sees none. */
  readonly seesTenants: boolean
  /** Whether the tenant's PartnerKey is one of this connection. */
  readonly leadsHere: (tenant: ConnectorTenant) => boolean
  /** Whether a tenant names the database and is not surely refused it. */
  readonly claimed: (database: string) => boolean
  /** The tenants of which that is so: `namespace/name`, in order. */
  readonly claimants: (database: string) => readonly string[]
  /** The rights that the operator's account needs. */
  readonly rights: readonly AccountRight[]
}

export interface LookRequest {
  readonly key: ObjectKey
  /** The installation whose marks are ours; empty where that does not matter. */
  readonly installation: string
  /** Where to look for tenants; undefined: everywhere. */
  readonly namespaces: readonly string[] | undefined
  /** Whether every tenant must be seen. If not, a caller who may not list them goes on without. */
  readonly needsTenants: boolean
  /** Whether all retired databases are looked into, as if each was to be emptied. Default false. */
  readonly allRetired?: boolean
  /** The one database on which the reader is tried. Default: the first few. */
  readonly trialDatabase?: string | undefined
}

/**
 * Looks once, gives `work` what was seen, and closes all connections.
 *
 * @throws CommandError, KubeError, ClickHouseError
 */
export async function lookAtConnection<T>(
  cluster: Cluster,
  request: LookRequest,
  work: (look: Look) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const log = createLogger({ level: 'silent' })
  const fleet = new Fleet()
  try {
    const read = await readCluster(cluster, request, log, signal)
    const memory = new Memories().get(request.key)
    const sighting = await observe(
      request.key,
      memory,
      {
        ...read.stores,
        referencedSecrets: { get: key => read.referenced.get(key) },
        installation: request.installation,
        observing: true,
        allRetired: request.allRetired ?? false,
        ...(request.trialDatabase === undefined ? {} : { trialDatabase: request.trialDatabase }),
        watches: namespace => request.namespaces?.includes(namespace) ?? true,
        fleet,
        clock: systemClock,
        random: Math.random,
        log,
      },
      signal,
    )
    if (sighting?.server === undefined) throw noAccount(sighting?.seen)
    const tenants = read.stores.tenants.list()
    const { shared, single } = rightsFor(sighting.seen.connection, read.stores)
    const { seen, server } = sighting
    const { namespace } = splitKey(request.key)
    const claimants = (database: string): readonly string[] => claimantsOf(database, namespace, read.stores)
    const claimed = (database: string): boolean => claimants(database).length > 0
    const leadsHere = (tenant: ConnectorTenant): boolean => {
      const partnerKey = read.stores.partnerKeys.get(partnerKeyOf(tenant))
      return partnerKey !== undefined && connectionOf(partnerKey) === request.key
    }
    const { seesTenants } = read
    const rights = [...shared, ...single]
    return await work({ seen, server, tenants, seesTenants, leadsHere, claimed, claimants, rights })
  } finally {
    await fleet.close()
  }
}

function noAccount(seen: Observed | undefined): CommandError {
  const account = seen?.account
  return new CommandError(
    account?.kind === 'missing'
      ? account.problem.message
      : 'there is no account to log in to ClickHouse with',
  )
}

async function readCluster(cluster: Cluster, request: LookRequest, log: Logger, signal: AbortSignal) {
  const { key } = request
  const connection = await cluster.connections.get(key, signal)
  if (connection === undefined) throw absent('ClickHouseConnection', key)
  const [partnerKeys, tenants, referenced] = await Promise.all([
    listPartnerKeys(cluster.partnerKeys, request, signal),
    listTenants(cluster.tenants, request, signal),
    readSecrets(connection, cluster.secrets, signal),
  ])
  const stores = {
    connections: storeOf<ClickHouseConnection>('connections', [connection], log),
    partnerKeys: storeOf<PartnerKey>('partner keys', partnerKeys, log),
    tenants: storeOf<ConnectorTenant>('tenants', tenants === 'forbidden' ? [] : tenants, log),
    ownSecrets: storeOf<Secret>('secrets', [], log),
    namespaces: await namespacesFor(partnerKeys, cluster, log, signal),
  }
  stores.partnerKeys.addIndex('connection', partnerKey => [connectionOf(partnerKey)])
  stores.tenants.addIndex('database', tenant => [tenant.spec.database])
  stores.tenants.addIndex('partnerKey', tenant => [partnerKeyOf(tenant)])
  return { stores, referenced, seesTenants: tenants !== 'forbidden' }
}

/** Labels of namespaces decide who is let in. Absent where they may not be read. */
async function namespacesFor(
  partnerKeys: readonly PartnerKey[],
  cluster: Cluster,
  log: Logger,
  signal: AbortSignal,
): Promise<Store<Namespace> | undefined> {
  if (!partnerKeys.some(({ spec }) => spec.tenants.namespaces.from === 'Selector')) return undefined
  const listed = await readable(cluster.namespaces.list({}, signal))
  return listed === 'forbidden' ? undefined : storeOf<Namespace>('namespaces', listed ?? [], log)
}

function storeOf<T extends KubeObject>(name: string, objects: readonly T[], log: Logger): Store<T> {
  const store = new Store<T>({ name, log })
  for (const object of objects) store.noteWrite(object)
  return store
}

/** Those of the connection; where databases may be emptied, all beside it: a tenant of another one may claim them. */
async function listPartnerKeys(
  client: ResourceClient<PartnerKey>,
  { key, allRetired = false }: LookRequest,
  signal: AbortSignal,
): Promise<readonly PartnerKey[]> {
  const { namespace } = splitKey(key)
  const listed = await client.list({ namespace }, signal)
  return allRetired ? listed : listed.filter(partnerKey => connectionOf(partnerKey) === key)
}

async function listTenants(
  client: ResourceClient<ConnectorTenant>,
  { namespaces, needsTenants }: LookRequest,
  signal: AbortSignal,
): Promise<readonly ConnectorTenant[] | 'forbidden'> {
  try {
    if (namespaces === undefined) return await client.list({}, signal)
    const lists = namespaces.map(namespace => client.list({ namespace }, signal))
    return (await Promise.all(lists)).flat()
  } catch (error) {
    if (!needsTenants && isKubeError(error, 'forbidden')) return 'forbidden'
    throw error
  }
}

/** Reads one by one the Secrets that the connection refers to, and nothing else of the namespace. */
async function readSecrets(
  connection: ClickHouseConnection,
  client: ResourceClient<Secret>,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectKey, Secret | undefined>> {
  const found = await Promise.all(
    secretsOfConnection(connection).map(
      async (key): Promise<[ObjectKey, Secret | undefined]> => [key, await client.get(key, signal)],
    ),
  )
  return new Map(found)
}
