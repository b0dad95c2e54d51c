/**
 * How a connection stands among those that lead to one server. Whoever may make a connection may say that it leads
 * anywhere, have anything answer there, or be let in by rights of their own. So what others say never counts against the
 * connection that was first: marks that name none are its own. Pure.
 */
import type { OtherWay } from './ways.ts'

/** Of an engine that gives databases no uuid. */
const noUuid = '00000000-0000-0000-0000-000000000000'
/** The servers to which a connection came first, and those to which it came after another, by uuid. */
export interface Standing {
  readonly firstOn: ReadonlySet<string>
  readonly laterOn: ReadonlySet<string>
}

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

/** Whether the other connection was first on the server, and sees this database there. */
export function precedes(found: PlacedDatabase, way: OtherWay): boolean {
  return found.server !== undefined && way.firstOn.has(found.server) && shows(found, way)
}

/**
 * Whether marks have to name the connection: it came after another, or one sees this database, too. Where it was first,
 * they stand for it without.
 */
export function needsName(
  found: PlacedDatabase,
  { firstOn, laterOn }: Standing,
  others: readonly OtherWay[],
): boolean {
  if (found.server !== undefined && firstOn.has(found.server)) return false
  if (found.server !== undefined && laterOn.has(found.server)) return true
  return others.some(other => shows(found, other))
}

/** Without comment there is no mark, and some databases without are on every server. */
export function sharesDatabase(
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
