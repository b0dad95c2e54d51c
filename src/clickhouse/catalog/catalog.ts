import {
  markWildcards,
  parseDatabases,
  parseGrants,
  parseRoles,
  parseServer,
  parseWildcards,
} from './catalog-rows.ts'
import type { Row } from '../endpoint/answer.ts'
import type { AnswerLease } from '../endpoint/answer-budget.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { quoteLiteral } from '../quote.ts'
import { readerRights, rolesOf, type GrantRow, type RoleRow } from './reader-rights.ts'
import type { DatabaseView, LiveEndpoint } from './snapshot.ts'
import { showGrants, type Statement } from '../statements.ts'

/** Characters of a comment that are read; a mark is never longer. */
export const commentLimit = 1024

const facts = (reader: string): Statement => ({
  kind: 'readServer',
  sql:
    'SELECT version() AS version, ' +
    '(SELECT groupArray([name, type]) FROM (SELECT name, type FROM system.user_directories ORDER BY precedence)) AS directories, ' +
    `(SELECT groupArray(storage) FROM system.users WHERE name = ${quoteLiteral(reader)}) AS storages, ` +
    'toString(toUnixTimestamp64Milli(now64(3))) AS time',
  what: 'read what the server is',
  write: false,
  needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
})

const databases: Statement = {
  kind: 'readDatabases',
  sql: `SELECT name, toString(uuid), substring(comment, 1, ${commentLimit}), engine FROM system.databases`,
  what: 'list the databases',
  write: false,
  needs: { right: 'SELECT ON system.databases' },
}

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

/** Where an answer that is kept is counted. */
interface Kept {
  readonly lease: AnswerLease
}

/**
 * Reads one replica: all databases, and all that the reader may read. The number of statements does not depend on
 * the number of tenants.
 *
 * @param kept.lease counts all of it
 * @throws ClickHouseError
 */
export async function readEndpoint(
  endpoint: Endpoint,
  reader: string,
  kept: Kept,
  signal: AbortSignal,
): Promise<LiveEndpoint> {
  const [about, named, rights] = await Promise.all([
    endpoint.rows(facts(reader), signal, kept),
    endpoint.rows(databases, signal, kept),
    readRights(endpoint, reader, kept, signal),
  ])
  const server = parseServer(about)
  return {
    url: endpoint.url,
    version: server.version,
    time: server.time,
    databases: parseDatabases(named),
    reader: readerRights({ exists: server.readerExists, user: reader, ...rights }),
    accessStorage: server.accessStorage,
  }
}

/** Reads what a user and its roles may SELECT; nothing when there is no such user. @throws ClickHouseError */
export async function readRights(
  endpoint: Endpoint,
  user: string,
  kept: Partial<Kept>,
  signal: AbortSignal,
): Promise<{ readonly grants: readonly GrantRow[]; readonly roles: readonly RoleRow[] }> {
  const roles = parseRoles(await endpoint.rows(roleGrants(user), signal, kept))
  const reachable = [...rolesOf(user, roles).keys()]
  const rows = await endpoint.rows(selectGrants(user, reachable), signal, kept)
  const grants = parseGrants(rows)
  if (rows.length === 0 || hasWildcardColumn(rows)) return { grants, roles }
  const shown = await endpoint.rows(shownGrants(user, reachable), signal, kept)
  return { grants: markWildcards(grants, parseWildcards(shown)), roles }
}

function hasWildcardColumn(rows: readonly Row[]): boolean {
  return rows[0]?.length === 8
}

/** Reads one database as it is now. @returns undefined when there is none, or none that the operator may see */
export async function readDatabaseOf(
  endpoint: Endpoint,
  name: string,
  signal: AbortSignal,
): Promise<DatabaseView | undefined> {
  const sql = `${databases.sql} WHERE name = ${quoteLiteral(name)}`
  const rows = await endpoint.rows(
    { ...databases, kind: 'readDatabase', sql, what: `look at the database ${name}` },
    signal,
  )
  return parseDatabases(rows).get(name)
}
