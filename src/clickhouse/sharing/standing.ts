/**
 * How a connection stands among those that lead to one server. Whoever may make a connection may say that it leads
 * anywhere, have anything answer there, or be let in by rights of their own. So what others say never counts against the
 * connection that was first: marks that name none are its own. Pure.
 */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { EndpointView } from '../catalog/snapshot.ts'
import type { OtherWay, WayIn } from './ways.ts'

/** Of an engine that gives databases no uuid. */
const noUuid = '00000000-0000-0000-0000-000000000000'
/** As many as a status holds. */
const mostServers = 32

/** A database as a connection sees it. */
export interface SeenDatabase {
  readonly database: string
  readonly uuid: string
  readonly comment: string
}

/** With the uuid of the server that has it. Undefined: it does not tell, or that is open. */
export type PlacedDatabase = SeenDatabase & { readonly server: string | undefined }

/** Whether the other connection sees this very database now. It cannot be made up without its uuid. */
export function shows(found: SeenDatabase, { endpoints }: OtherWay): boolean {
  return endpoints.some(({ view }) => isSame(view?.data.databases.get(found.database), found))
}

/** Whether the other connection leads, or may lead, to this database. */
export function contests(found: PlacedDatabase, way: OtherWay): boolean {
  const mayLead = (endpoint: WayIn): boolean =>
    endpoint.view === undefined && (saysItIs(found.server, endpoint) || isUnknown(endpoint))
  return shows(found, way) || way.endpoints.some(mayLead)
}

/** Whether the other connection was first on the server, and sees this database there. */
export function precedes(found: PlacedDatabase, way: OtherWay): boolean {
  return found.server !== undefined && way.firstOn.has(found.server) && shows(found, way)
}

/**
 * The servers on which a connection was first, by uuid. None is lost for as long as its status is there: nobody who
 * comes later changes it. Where a server was replaced, or the endpoint's name moved, it is first there as well, unless
 * it comes to a server with databases of another that was first.
 */
export function firstOn(
  { status }: ClickHouseConnection,
  endpoints: readonly EndpointView[],
  others: readonly OtherWay[],
): ReadonlySet<string> {
  const before = new Set(status?.firstOn ?? [])
  const found = endpoints.flatMap(view => {
    const { server, others: former = [] } = view.servers ?? {}
    if (!view.ok || server === undefined || before.has(server)) return []
    const isFirst = former.some(each => before.has(each))
      ? !others.some(way => way.firstOn.has(server) && sharesDatabase(view.data.databases, way))
      : isNewTo(server, others)
    return isFirst ? [server] : []
  })
  return new Set([...before, ...found].slice(-mostServers))
}

/** While another was never looked at, or only by a release that kept no servers, nobody can tell. */
function isNewTo(server: string, others: readonly OtherWay[]): boolean {
  const knows = (endpoint: WayIn): boolean => saysItIs(server, endpoint) || isUnknown(endpoint)
  return others.every(way => way.isTried && !way.firstOn.has(server) && !way.endpoints.some(knows))
}

/** By its own word, now or before. */
function saysItIs(server: string | undefined, { servers }: WayIn): boolean {
  if (server === undefined || servers === undefined) return false
  return servers.server === server || servers.candidate === server || servers.others.includes(server)
}

/** It answered once, and did not tell who it is. */
function isUnknown({ servers, wasSeen }: WayIn): boolean {
  const tells = (servers?.server ?? servers?.candidate) !== undefined || (servers?.others.length ?? 0) > 0
  return wasSeen && !tells
}

/** Without comment there is no mark, and some databases without are on every server. */
function sharesDatabase(
  databases: ReadonlyMap<string, Omit<SeenDatabase, 'database'>>,
  way: OtherWay,
): boolean {
  for (const [database, found] of databases)
    if (found.comment !== '' && shows({ ...found, database }, way)) return true
  return false
}

function isSame(
  other: Pick<SeenDatabase, 'uuid' | 'comment'> | undefined,
  { uuid, comment }: SeenDatabase,
): boolean {
  return other !== undefined && other.uuid === uuid && (uuid !== noUuid || other.comment === comment)
}
