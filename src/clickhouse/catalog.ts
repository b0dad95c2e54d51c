import type { Clock } from '../core/clock.ts'
import type { Cell, Endpoint, Row } from './endpoint.ts'
import { quoteIdentifier, quoteLiteral } from './quote.ts'
import { readerRights, rolesOf, type GrantRow, type Holder, type RoleRow } from './rights.ts'
import type { AccessStorage, DatabaseView, LiveEndpoint } from './snapshot.ts'
import type { Statement } from './statements.ts'

/** Characters of a comment that are read; a mark is never longer. */
export const commentLimit = 1024

const facts = (reader: string): Statement => ({
  kind: 'readServer',
  sql:
    'SELECT version(), ' +
    '(SELECT groupArray([name, type]) FROM (SELECT name, type FROM system.user_directories ORDER BY precedence)), ' +
    `(SELECT groupArray(storage) FROM system.users WHERE name = ${quoteLiteral(reader)}), ` +
    "(SELECT count() FROM system.columns WHERE database = 'system' AND table = 'grants' AND name = 'is_wildcard')",
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

const roleGrants: Statement = {
  kind: 'readRoles',
  sql: 'SELECT user_name, role_name, granted_role_name, granted_role_is_default FROM system.role_grants',
  what: 'list the grants of roles',
  write: false,
  needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
}

function selectGrants(reader: string, roles: readonly string[], hasWildcard: boolean): Statement {
  const ofRoles = roles.length === 0 ? '' : ` OR role_name IN (${roles.map(quoteLiteral).join(', ')})`
  return {
    kind: 'readGrants',
    sql:
      'SELECT user_name, role_name, database, table, column, is_partial_revoke, grant_option, ' +
      `${hasWildcard ? 'is_wildcard' : '0'} FROM system.grants ` +
      `WHERE access_type IN ('SELECT', 'ALL') AND (user_name = ${quoteLiteral(reader)}${ofRoles})`,
    what: `list the rights of ${reader}`,
    write: false,
    needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
  }
}

/** Before 26.3 `system.grants` shows `client_*.*` as if it were a database `client_`; SHOW GRANTS has the asterisk. */
function showGrants(reader: string, roles: readonly string[]): Statement {
  return {
    kind: 'readGrants',
    sql: `SHOW GRANTS FOR ${[reader, ...roles].map(quoteIdentifier).join(', ')}`,
    what: `list the rights of ${reader}`,
    write: false,
    needs: { right: 'SHOW USERS, SHOW ROLES ON *.*' },
  }
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
  signal: AbortSignal,
): Promise<LiveEndpoint> {
  const [about, named, roleRows] = await Promise.all([
    endpoint.rows(facts(reader), signal),
    endpoint.rows(databases, signal),
    endpoint.rows(roleGrants, signal),
  ])
  const server = parseServer(about)
  const roles = parseRoles(roleRows)
  const reachable = [...rolesOf(reader, roles).keys()]
  const exists = server.readerStorages.length > 0
  const grantRows = exists
    ? await endpoint.rows(selectGrants(reader, reachable, server.hasWildcard), signal)
    : []
  const shown =
    exists && !server.hasWildcard ? await endpoint.rows(showGrants(reader, reachable), signal) : []
  const grants = markWildcards(parseGrants(grantRows), parseWildcards(shown))
  return {
    url: endpoint.url,
    version: server.version,
    databases: parseDatabases(named),
    reader: readerRights({ exists, user: reader, grants, roles }),
    accessStorage: server.accessStorage,
  }
}

/** Reads one database as it is now. @returns undefined when there is none, or none that the operator may see */
export async function readDatabaseOf(
  endpoint: Endpoint,
  name: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<(DatabaseView & { readonly takenAt: number }) | undefined> {
  const takenAt = clock.monotonic()
  const sql = `${databases.sql} WHERE name = ${quoteLiteral(name)}`
  const rows = await endpoint.rows(
    { ...databases, kind: 'readDatabase', sql, what: `look at the database ${name}` },
    signal,
  )
  const view = parseDatabases(rows).get(name)
  return view && { ...view, takenAt }
}

interface ServerFacts {
  readonly version: string
  readonly accessStorage: AccessStorage
  readonly readerStorages: readonly string[]
  readonly hasWildcard: boolean
}

const writableStorages: ReadonlySet<string> = new Set([
  'local_directory',
  'local directory',
  'replicated',
  'memory',
])

export function parseServer(rows: readonly Row[]): ServerFacts {
  const [version, directories, storages, wildcard] = rows[0] ?? []
  const declared = asList(directories).map(pair => ({
    name: text(asList(pair)[0]),
    type: text(asList(pair)[1]),
  }))
  const readerStorages = asList(storages).map(text)
  const home = declared.find(({ name }) => name === readerStorages[0])
  const chosen = home ?? declared.find(({ type }) => writableStorages.has(type))
  return {
    version: text(version),
    readerStorages,
    hasWildcard: Number(wildcard) > 0,
    accessStorage: { replicated: chosen?.type === 'replicated', name: chosen?.name, type: chosen?.type },
  }
}

export function parseDatabases(rows: readonly Row[]): Map<string, DatabaseView> {
  return new Map(
    rows.map(([name, uuid, comment, engine]) => [
      text(name),
      { uuid: text(uuid), comment: text(comment), engine: text(engine) },
    ]),
  )
}

export function parseRoles(rows: readonly Row[]): RoleRow[] {
  return rows.flatMap(([user, role, granted, byDefault]) => {
    const holder = holderOf(user, role)
    return holder === undefined ? [] : [{ holder, role: text(granted), byDefault: Number(byDefault) === 1 }]
  })
}

export function parseGrants(rows: readonly Row[]): GrantRow[] {
  return rows.flatMap(([user, role, database, table, column, revoke, grantOption, wildcard]) => {
    const holder = holderOf(user, role)
    if (holder === undefined) return []
    return [
      {
        holder,
        database: textOrNull(database),
        table: textOrNull(table),
        column: textOrNull(column),
        revoke: Number(revoke) === 1,
        grantOption: Number(grantOption) === 1,
        wildcard: Number(wildcard) === 1,
      },
    ]
  })
}

const wildcardTarget = / ON (?:`((?:[^`\\]|\\.)*)`|([A-Za-z_][A-Za-z0-9_]*))\*\.\* (?:TO|FROM) /s

/** @returns the prefixes of databases that lines of SHOW GRANTS name with an asterisk */
export function parseWildcards(rows: readonly Row[]): ReadonlySet<string> {
  const prefixes = new Set<string>()
  for (const [line] of rows) {
    const found = wildcardTarget.exec(text(line))
    if (found) prefixes.add(found[2] ?? (found[1] ?? '').replace(/\\(.)/gs, '$1'))
  }
  return prefixes
}

/** Where both `client_` and `client_*` are granted, the wider reading is the safe one. */
export function markWildcards(rows: readonly GrantRow[], prefixes: ReadonlySet<string>): GrantRow[] {
  return rows.map(row =>
    row.database !== null && row.table === null && prefixes.has(row.database)
      ? { ...row, wildcard: true }
      : row,
  )
}

function holderOf(user: Cell | undefined, role: Cell | undefined): Holder | undefined {
  if (typeof user === 'string') return { kind: 'user', name: user }
  if (typeof role === 'string') return { kind: 'role', name: role }
  return undefined
}

function asList(cell: Cell | undefined): readonly Cell[] {
  return Array.isArray(cell) ? (cell as readonly Cell[]) : []
}

function text(cell: Cell | undefined): string {
  return typeof cell === 'string' || typeof cell === 'number' ? String(cell) : ''
}

function textOrNull(cell: Cell | undefined): string | null {
  return typeof cell === 'string' ? cell : null
}
