/** What must be so whenever the walk pauses, whatever it did before. */
import { findCondition, isTrue } from '../../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { conditionViolations } from '../../watchers/invariants.ts'
import { isOwnedBy, type SecretHistory, type TokenVersion } from '../../watchers/secret-history.ts'
import type { World } from '../../cluster/world.ts'
import type { Walker } from './walker.ts'

const forever = new AbortController().signal
const replicas = [0, 1] as const

interface Server {
  /** Comment by database, for all databases of the walk. */
  readonly comments: ReadonlyMap<string, string>
  readonly grants: ReadonlySet<string>
  readonly data: ReadonlySet<string>
}

/** @returns what is wrong now, in words: at rest, nothing */
export async function wrongNow(walker: Walker): Promise<readonly string[]> {
  const { world } = walker
  const tenants = await world.tenants.list({}, forever)
  const servers = await Promise.all(replicas.map(replica => look(world, replica)))
  const tokens = await Promise.all(tenants.map(tenant => opens(world, tenant)))
  return [
    ...(await conditionViolations(world)),
    ...servers.flatMap((server, replica) => [
      ...unexplainedGrants(server, tenants).map(text => `replica ${replica}: ${text}`),
      ...lostData(server, replica, walker),
    ]),
    ...tenants.flatMap((tenant, index) => [...served(tenant, servers), ...tokenIsOwn(tenant, tokens[index])]),
    ...stuckNames(tenants, servers),
  ]
}

/**
 * Tokens that were for somebody else's database when they were written. By the time that the history asks the server,
 * the database may have been dropped by hand, or its tenant may be gone and the mark retired; both are fine.
 */
export async function wrongEver(
  walker: Walker,
  history: SecretHistory,
  swapped: (token: TokenVersion) => boolean,
): Promise<readonly string[]> {
  const tokens = await history.tokens()
  return tokens
    .filter(token => !swapped(token))
    .flatMap(({ key, tenant, database, comments }) => {
      if (database === undefined) return [`${key} held a token that DataLens refuses`]
      const strange = comments.filter(
        comment =>
          !comment.includes(` tenant=${tenant} `) && !(comment === '' && walker.dropped.has(database)),
      )
      return strange.map(comment => `${key} opened ${database} while its comment was "${comment}"`)
    })
}

async function look(world: World, replica: number): Promise<Server> {
  const rows = (query: string) => world.sql(query, replica)
  const databases = await rows("SELECT name, comment FROM system.databases WHERE name LIKE 'walk%'")
  const tables = await rows("SELECT database FROM system.tables WHERE name = 'orders' AND total_rows = 1")
  return {
    comments: new Map(databases.map(([name = '', comment = '']) => [name, comment])),
    grants: new Set(await world.grants(replica)),
    data: new Set(tables.map(([name = '']) => name)),
  }
}

const keyOf = ({ metadata }: ConnectorTenant): string => `${metadata.namespace}/${metadata.name}`
const readyOf = (tenant: ConnectorTenant) => findCondition(tenant.status?.conditions, 'Ready')
const has = (tenant: ConnectorTenant, comment: string | undefined): boolean =>
  comment !== undefined && isOwnedBy(comment, keyOf(tenant))

/** Of a suspended tenant nothing is changed, so its grant may stay as it was. */
function unexplainedGrants({ comments, grants }: Server, tenants: readonly ConnectorTenant[]): string[] {
  return [...grants]
    .filter(
      database =>
        !tenants.some(
          tenant =>
            tenant.spec.database === database &&
            (tenant.spec.suspend ||
              (tenant.spec.access === 'Granted' && has(tenant, comments.get(database)))),
        ),
    )
    .filter(database => comments.has(database) && comments.get(database) !== '')
    .map(database => `${database} can be read, and is "${comments.get(database)}"`)
}

function lostData({ data }: Server, replica: number, walker: Walker): string[] {
  return [...walker.data]
    .filter(entry => entry.endsWith(` ${replica}`) && !data.has(entry.slice(0, -2)))
    .map(entry => `data are gone: ${entry}`)
}

/** Ready exactly when the mark says so on every endpoint, and then with what was asked for. */
function served(tenant: ConnectorTenant, servers: readonly Server[]): string[] {
  if (tenant.spec.suspend) return []
  const { database } = tenant.spec
  const owned = servers.every(({ comments }) => has(tenant, comments.get(database)))
  const isReady = isTrue(tenant.status?.conditions, 'Ready')
  const who = `${keyOf(tenant)} of ${database} (${readyOf(tenant)?.reason})`
  if (owned !== isReady) return [`${who} owns it: ${owned}, and is Ready: ${isReady}`]
  if (!isReady) return []
  const granted = tenant.spec.access === 'Granted'
  return servers.flatMap(({ grants }, replica) =>
    grants.has(database) === granted ? [] : [`${who} may be read on ${replica}: ${!granted}`],
  )
}

async function opens(world: World, tenant: ConnectorTenant): Promise<string | undefined> {
  const { namespace = '', name } = tenant.metadata
  const verdict = await world.judge(namespace, `${name}-datalens`)
  return verdict.ok ? verdict.database : undefined
}

function tokenIsOwn(tenant: ConnectorTenant, opened: string | undefined): string[] {
  if (opened === tenant.spec.database || tenant.spec.suspend) return []
  if (isTrue(tenant.status?.conditions, 'Ready'))
    return [`${keyOf(tenant)} is Ready with a token for ${opened}`]
  return []
}

/** Databases that tenants ask for, that nobody has, and that nobody gets. */
function stuckNames(tenants: readonly ConnectorTenant[], servers: readonly Server[]): string[] {
  const asked = Map.groupBy(
    tenants.filter(({ spec }) => !spec.suspend),
    ({ spec }) => spec.database,
  )
  return [...asked].flatMap(([database, asking]) => {
    if (servers.some(({ comments }) => comments.has(database))) return []
    const known = asking.some(tenant => readyOf(tenant)?.reason === 'DatabaseLost')
    const elsewhere = asking.every(tenant => readyOf(tenant)?.reason === 'DatabaseOwnedElsewhere')
    return known || elsewhere ? [] : [`nobody gets ${database}: ${asking.map(keyOf).join()}`]
  })
}
