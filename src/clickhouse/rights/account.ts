import { readRights } from '../catalog/catalog.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { quoteIdentifier } from '../quote.ts'
import { readerRights, type GrantRow } from './reader-rights.ts'

/** How much of the reader is the operator's business, as the connection declares it. */
export type ReaderMode =
  /** It creates the reader and grants. */
  | 'managed'
  /** The reader exists; the operator grants. */
  | 'externalReader'
  /** The reader exists and somebody else grants. */
  | 'externalGrants'

export interface AccountRequest {
  readonly mode: ReaderMode
  /** Globs of the tenants' database names, such as `client_*`. */
  readonly patterns: readonly string[]
  readonly readerUser: string
  /** Whether tenants may have their tables dropped. */
  readonly allowDrop: boolean
}

/** One right that the operator's account needs. */
export interface AccountRight {
  /** As it stands between GRANT and TO. */
  readonly right: string
  readonly grantOption: boolean
  /** What it is for, continuing "to …". */
  readonly purpose: string
}

/** `databases` and `tables` are open to everybody, with the rows that one may see. */
const systemTables: readonly (readonly [table: string, purpose: string])[] = [
  ['users', 'see whether the reader exists'],
  ['grants', 'see what the reader may read'],
  ['role_grants', 'see what its roles let it read'],
  ['user_directories', 'see whether users are replicated'],
]

/**
 * Everything that the account of the operator needs, and nothing that it does not. That databases and tables of
 * these names can be seen follows from the rights to make and to drop them.
 */
export function accountRights(request: AccountRequest): readonly AccountRight[] {
  const targets = [...new Set(request.patterns.map(grantTarget))]
  const plain = (right: string, purpose: string, grantOption = false): AccountRight => ({
    right,
    grantOption,
    purpose,
  })
  const onTenants = (privileges: string, purpose: string, grantOption = false): AccountRight[] =>
    targets.map(target => plain(`${privileges} ON ${target}`, purpose, grantOption))
  const rights = [
    ...onTenants('CREATE DATABASE', "make the tenants' databases"),
    ...onTenants('ALTER MODIFY DATABASE COMMENT', 'mark whose a database is'),
    plain('SHOW USERS, SHOW ROLES ON *.*', 'look at the reader and its rights'),
    ...systemTables.map(([table, purpose]) => plain(`SELECT ON system.${table}`, purpose)),
  ]
  if (request.mode !== 'externalGrants') {
    rights.push(...onTenants('SELECT', 'let the reader read them', true))
  }
  if (request.mode === 'managed') {
    rights.push(plain(`CREATE USER ON ${quoteIdentifier(request.readerUser)}`, 'make the reader'))
  }
  if (request.allowDrop) {
    rights.push(
      ...onTenants('DROP TABLE, DROP VIEW, DROP DICTIONARY', 'remove what a deleted tenant gave up'),
    )
    rights.push(plain('SELECT ON system.server_settings', 'know how large a table may be dropped'))
  }
  return rights
}

/** The GRANT that gives this right. */
export function grantStatement({ right, grantOption }: AccountRight, username: string): string {
  return `GRANT ${right} TO ${quoteIdentifier(username)}${grantOption ? ' WITH GRANT OPTION' : ''}`
}

/** One right of the account, and whether it has it. */
export interface CheckedRight extends AccountRight {
  readonly held: boolean
  /** What gives it. */
  readonly statement: string
}

/**
 * Asks the server, right by right, whether the operator's account has it.
 *
 * @throws ClickHouseError; `syntax` from a server older than 24.10
 */
export async function checkAccount(
  endpoint: Endpoint,
  request: AccountRequest,
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  const { grants, roles } = await readRights(endpoint, endpoint.username, signal)
  const passable = readerRights({
    exists: true,
    user: endpoint.username,
    grants: grants.flatMap(asGrantOption),
    roles,
  })
  const checked: CheckedRight[] = []
  for (const right of accountRights(request)) {
    // CHECK GRANT knows nothing of GRANT OPTION, so that is worked out from the account's own grants.
    const held = right.grantOption
      ? passable.covers(nameWithin(right.right))
      : await hasRight(endpoint, right, signal)
    checked.push({ ...right, held, statement: grantStatement(right, endpoint.username) })
  }
  return checked
}

async function hasRight(endpoint: Endpoint, { right }: AccountRight, signal: AbortSignal): Promise<boolean> {
  const sql = `CHECK GRANT ${right}`
  const rows = await endpoint.plainRows(
    { kind: 'checkRights', sql, what: 'check its own rights', write: false },
    signal,
  )
  return Number(rows[0]?.[0]) === 1
}

/** The same row as one about passing the right on: a revoke of the right or of the option takes that away. */
function asGrantOption(row: GrantRow): readonly GrantRow[] {
  return row.grantOption || row.revoke ? [{ ...row, grantOption: false }] : []
}

/** Some database name that the right is about: its own, or one that only a grant on the prefix can cover. */
function nameWithin(right: string): string {
  const quoted = /ON `((?:[^`\\]|\\.)*)`(\*?)\.\*$/s.exec(right)
  const name = (quoted?.[1] ?? '').replace(/\\(.)/gs, '$1')
  return quoted?.[2] === '' ? name : `${name}\u0001`
}

/** What an administrator runs to make the account work; the account itself has to exist. One statement each. */
export function accountStatements(
  request: AccountRequest & { readonly username: string },
): readonly string[] {
  return accountRights(request).map(right => grantStatement(right, request.username))
}

/**
 * What a glob of names is in a GRANT, which knows exact names and prefixes only: the part before the first special
 * character and an asterisk, so sometimes more than the glob. From 24.10.
 */
export function grantTarget(pattern: string): string {
  const end = pattern.search(/[*?[\]{}]/)
  if (end === -1) return `${quoteIdentifier(pattern)}.*`
  return end === 0 ? '*.*' : `${quoteIdentifier(pattern.slice(0, end))}*.*`
}
