import {
  DatabaseList,
  grantIn,
  markWildcards,
  parseRoles,
  parseServer,
  parseWildcards,
  uuidOf,
} from './catalog-rows.ts'
import type { Sighting } from './answering.ts'
import type { Row } from '../endpoint/answer.ts'
import type { AnswerLease } from '../endpoint/answer-budget.ts'
import type { Endpoint, RequestOptions } from '../endpoint/endpoint.ts'
import type { Session } from '../endpoint/session.ts'
import { ClickHouseError } from '../errors.ts'
import { announcedColumn } from '../presence/announcement.ts'
import { quoteLiteral } from '../quote.ts'
import { readerRights, rolesOf, type GrantRow, type RoleRow } from './reader-rights.ts'
import type { DatabaseView, LiveEndpoint } from './snapshot.ts'
import { showGrants, type Statement } from '../statements.ts'

/** Characters of a comment that are read; a mark is never longer. */
export const commentLimit = 1024

const facts = (reader: string, more = ''): Statement => ({
  kind: 'readServer',
  sql:
    'SELECT version() AS version, ' +
    '(SELECT groupArray([name, type]) FROM (SELECT name, type FROM system.user_directories ORDER BY precedence)) AS directories, ' +
    `(SELECT groupArray(storage) FROM system.users WHERE name = ${quoteLiteral(reader)}) AS storages, ` +
    `toString(toUnixTimestamp64Milli(now64(3))) AS time, toString(serverUUID()) AS server${more}`,
  what: 'read what the server is',
  write: false,
  needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
})

/** The first row is the server itself: a list and a name that came apart would not tell whose list it is. */
const databases: Statement = {
  kind: 'readDatabases',
  sql: `SELECT '' AS name, toString(serverUUID()) AS uuid, '' AS comment, '' AS engine UNION ALL SELECT name, toString(uuid), substring(comment, 1, ${commentLimit}), engine FROM system.databases`,
  what: 'list the databases',
  write: false,
  needs: { right: 'SELECT ON system.databases' },
}

const whoAnswers: Statement = {
  kind: 'readServer',
  sql: 'SELECT toString(serverUUID()) AS server',
  what: 'read what the server is',
  write: false,
}

/** Each on a connection of its own, together with the others of a look. */
const questions = 5

/** The user's own, and those of roles to roles, which are few. Not those of all other users. */
const roleGrants = (user: string): Statement => ({
  kind: 'readRoles',
  sql:
    'SELECT user_name, role_name, granted_role_name, granted_role_is_default FROM system.role_grants ' +
    `WHERE user_name = ${quoteLiteral(user)} OR role_name IS NOT NULL`,
  what: 'list the grants of roles',
  write: false,
  needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
})

/** COLUMNS picks the columns that exist: `is_wildcard`, the last of the three, came with 26.3. */
function selectGrants(user: string, roles: readonly string[]): Statement {
  const ofRoles = roles.length === 0 ? '' : ` OR role_name IN (${roles.map(quoteLiteral).join(', ')})`
  return {
    kind: 'readGrants',
    sql:
      'SELECT user_name, role_name, database, table, column, ' +
      "COLUMNS('^(is_partial_revoke|grant_option|is_wildcard)$') FROM system.grants " +
      `WHERE access_type IN ('SELECT', 'ALL') AND (user_name = ${quoteLiteral(user)}${ofRoles})`,
    what: `list the rights of ${user}`,
    write: false,
    needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
  }
}

/** Before 26.3 `system.grants` shows `client_*.*` as if it were a database `client_`; SHOW GRANTS has the asterisk. */
function shownGrants(reader: string, roles: readonly string[]): Statement {
  return {
    kind: 'readGrants',
    sql: showGrants([reader, ...roles]),
    what: `list the rights of ${reader}`,
    write: false,
    needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
  }
}

export interface Look {
  /** Counts all that is read, as it is kept. */
  readonly lease: AnswerLease
  /** The databases as they were last read. */
  readonly known: ReadonlyMap<string, DatabaseView> | undefined
  /** Whether to ask besides, a few times, who answers: nobody knows it yet. */
  readonly askWho: boolean
  /** In which operators announce themselves. Default: nobody asks for that. */
  readonly session?: Session | undefined
  /** Called when it refuses what is allowed without it. */
  readonly onStaleSession?: (() => void) | undefined
}

export interface LookedAt {
  readonly data: LiveEndpoint
  readonly sighting: Sighting
  /** What the session says. Undefined when it could not be asked. */
  readonly announced: string | undefined
}

/**
 * Reads one replica: all databases, and all that the reader may read. The number of statements does not depend on
 * the number of tenants.
 *
 * @throws ClickHouseError
 */
export async function readEndpoint(
  endpoint: Endpoint,
  reader: string,
  { lease, known, askWho, session, onStaleSession }: Look,
  signal: AbortSignal,
): Promise<LookedAt> {
  const names = new Set<string>()
  const kept = { lease, onServer: (name: string) => void names.add(name) }
  const list = new DatabaseList(known)
  const [about, rights, _listed, ...who] = await Promise.all([
    readFacts(endpoint, reader, { ...kept, session, onStaleSession }, signal),
    readRights(endpoint, reader, kept, signal),
    endpoint.rows(databases, signal, { ...kept, onRow: row => list.add(row) }),
    ...Array.from({ length: askWho ? questions : 0 }, () => endpoint.rows(whoAnswers, signal, kept)),
  ])
  const server = parseServer(about)
  if (server.uuid === undefined)
    throw new ClickHouseError(
      'other',
      `${endpoint.host} does not tell who it is: serverUUID() is what every supported release answers. Let spec.endpoints lead to ClickHouse itself`,
    )
  const uuids = [server.uuid, list.lister, ...who.map(rows => uuidOf(rows[0]?.[0]))]
  const sighting = { uuids: new Set(uuids.filter(uuid => uuid !== undefined)), names }
  const [name] = names
  const data: LiveEndpoint = {
    url: endpoint.url,
    version: server.version,
    ...(server.uuid === undefined ? {} : { server: { uuid: server.uuid, name } }),
    time: server.time,
    databases: list.databases,
    reader: readerRights({ exists: server.readerExists, user: reader, ...rights }),
    accessStorage: server.accessStorage,
  }
  return { data, sighting, announced: session === undefined ? undefined : server.announced }
}

/** `SESSION_IS_LOCKED`, by a statement that we gave up. */
const lockedCode = 373

/**
 * In the session, with what that says. A session keeps the roles and the profile of its beginning, so whatever it
 * refuses is asked once more without it, and that counts.
 */
async function readFacts(
  endpoint: Endpoint,
  reader: string,
  { session, onStaleSession, ...kept }: RequestOptions & Pick<Look, 'onStaleSession'>,
  signal: AbortSignal,
): Promise<Row[]> {
  if (session === undefined) return await endpoint.rows(facts(reader), signal, kept)
  try {
    return await endpoint.rows(facts(reader, `, ${announcedColumn}`), signal, { ...kept, session })
  } catch (error) {
    if (!(error instanceof ClickHouseError) || error.serverCode === undefined) throw error
    const rows = await endpoint.rows(facts(reader), signal, kept)
    if (error.serverCode !== lockedCode) onStaleSession?.()
    return rows
  }
}

/** All of them are asked for each database. A reader needs none. */
const mostRoles = 200
/** Of `selectGrants`. Older servers have one less. */
const columnsWithWildcard = 8

/** Reads what a user and its roles may SELECT; nothing when there is no such user. @throws ClickHouseError */
export async function readRights(
  endpoint: Endpoint,
  user: string,
  kept: RequestOptions,
  signal: AbortSignal,
): Promise<{ readonly grants: readonly GrantRow[]; readonly roles: readonly RoleRow[] }> {
  const roles = parseRoles(await endpoint.rows(roleGrants(user), signal, kept))
  const reachable = [...rolesOf(user, roles).keys()]
  if (reachable.length > mostRoles) throw tooManyRoles(endpoint.host, user)
  const grants: GrantRow[] = []
  let columns: number | undefined
  const onRow = (row: Row): void => {
    columns ??= row.length
    const grant = grantIn(row)
    if (grant !== undefined) grants.push(grant)
  }
  await endpoint.rows(selectGrants(user, reachable), signal, { ...kept, onRow })
  if (columns === undefined || columns === columnsWithWildcard) return { grants, roles }
  const shown = await endpoint.rows(shownGrants(user, reachable), signal, kept)
  return { grants: markWildcards(grants, parseWildcards(shown)), roles }
}

function tooManyRoles(host: string, user: string): ClickHouseError {
  const message = `${host}: the account ${user} has more than ${mostRoles} roles, and no more are read: revoke those that it does not need`
  return new ClickHouseError('answerTooBig', message)
}

export interface FoundDatabase {
  /** Undefined when there is none, or none that the operator may see. */
  readonly database: DatabaseView | undefined
  /** The uuid of the server that says so. */
  readonly server: string | undefined
}

/** Reads one database as it is now. */
export async function readDatabaseOf(
  endpoint: Endpoint,
  name: string,
  signal: AbortSignal,
): Promise<FoundDatabase> {
  const sql = `${databases.sql} WHERE name = ${quoteLiteral(name)}`
  const rows = await endpoint.rows(
    { ...databases, kind: 'readDatabase', sql, what: `look at the database ${name}` },
    signal,
  )
  const list = new DatabaseList()
  for (const row of rows) list.add(row)
  return { database: list.databases.get(name), server: list.lister }
}
