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

/** A database as a connection sees it. */
export interface SeenDatabase {
  readonly database: string
  readonly uuid: string
  readonly comment: string
}

/** Whether the other connection sees this very database now. It cannot be made up without its uuid. */
export function shows(found: SeenDatabase, { endpoints }: OtherWay): boolean {
  return endpoints.some(({ view }) => isSame(view?.data.databases.get(found.database), found))
}

/**
 * Whether the other connection leads, or may lead, to this database.
 *
 * @param server the uuid of the server that has it. Undefined: it does not tell
 */
export function contests(
  found: SeenDatabase & { readonly server: string | undefined },
  way: OtherWay,
): boolean {
  const isAway = (endpoint: WayIn): boolean =>
    endpoint.view === undefined && (saysItIs(found.server, endpoint) || isUnknown(endpoint))
  return shows(found, way) || way.endpoints.some(isAway)
}

/** Whether the other connection was first on the server, and sees this database there. */
export function precedes(
  found: SeenDatabase & { readonly server: string | undefined },
  way: OtherWay,
): boolean {
  return isFirstOn(found.server, way) && shows(found, way)
}

/**
 * The endpoints of a connection on whose servers it was first. It stays so for as long as its status is there: nobody
 * who comes later changes it. Where a server was replaced, or the endpoint's name moved, it takes that along, unless
 * it comes to a server with another's databases.
 */
export function firstOn(
  { status }: ClickHouseConnection,
  endpoints: readonly EndpointView[],
  others: readonly OtherWay[],
): ReadonlySet<string> {
  const listed = new Map((status?.endpoints ?? []).map(each => [each.url, each]))
  const isFirst = (view: EndpointView): boolean => {
    const before = listed.get(view.url)
    const server = view.servers?.server
    if (before?.first !== true) return view.ok && isNewTo(server, others)
    const isUnchanged = server === undefined || server === before.server
    return isUnchanged || !others.some(way => isFirstOn(server, way) && sharesDatabase(view, way))
  }
  return new Set(endpoints.filter(isFirst).map(({ url }) => url))
}

/** While another was never looked at, or only by a release that kept no servers, nobody can tell. */
function isNewTo(server: string | undefined, others: readonly OtherWay[]): boolean {
  if (server === undefined) return false
  return others.every(
    ({ isTried, endpoints }) =>
      isTried && !endpoints.some(endpoint => saysItIs(server, endpoint) || isUnknown(endpoint)),
  )
}

function isFirstOn(server: string | undefined, { endpoints }: OtherWay): boolean {
  return endpoints.some(({ first, servers }) => first && server !== undefined && servers?.server === server)
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
function sharesDatabase(view: EndpointView, way: OtherWay): boolean {
  if (!view.ok) return false
  for (const [database, found] of view.data.databases)
    if (found.comment !== '' && shows({ ...found, database }, way)) return true
  return false
}

function isSame(
  other: Pick<SeenDatabase, 'uuid' | 'comment'> | undefined,
  { uuid, comment }: SeenDatabase,
): boolean {
  return other !== undefined && other.uuid === uuid && (uuid !== noUuid || other.comment === comment)
}
