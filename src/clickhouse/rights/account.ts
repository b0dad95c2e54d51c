import { readRights } from '../catalog/catalog.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { scopeOfGlob, scopeText, type Scope } from '../scope.ts'
import { grantRight, rightText, type Right } from '../statements.ts'
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
export interface AccountRight extends Right {
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
  const tenants = distinct(request.patterns.map(scopeOfGlob))
  const on = (scope: Scope, privileges: string, purpose: string): AccountRight => ({
    privileges,
    scope,
    grantOption: false,
    purpose,
  })
  const onTenants = (privileges: string, purpose: string): AccountRight[] =>
    tenants.map(scope => on(scope, privileges, purpose))
  const rights = [
    ...onTenants('CREATE DATABASE', "make the tenants' databases"),
    ...onTenants('ALTER MODIFY DATABASE COMMENT', 'mark whose a database is'),
    on({ kind: 'everything' }, 'SHOW USERS, SHOW ROLES', 'look at the reader and its rights'),
    ...systemTables.map(([table, purpose]) => on({ kind: 'systemTable', table }, 'SELECT', purpose)),
  ]
  if (request.mode !== 'externalGrants') {
    const passable = onTenants('SELECT', 'let the reader read them')
    rights.push(...passable.map(right => ({ ...right, grantOption: true })))
  }
  if (request.mode === 'managed') {
    rights.push(on({ kind: 'user', user: request.readerUser }, 'CREATE USER', 'make the reader'))
  }
  if (request.allowDrop) {
    rights.push(
      ...onTenants('DROP TABLE, DROP VIEW, DROP DICTIONARY', 'remove what a deleted tenant gave up'),
    )
    const settings = { kind: 'systemTable', table: 'server_settings' } as const
    rights.push(on(settings, 'SELECT', 'know how large a table may be dropped'))
  }
  return rights
}

/** Several globs may come to the same scope. */
function distinct(scopes: readonly Scope[]): readonly Scope[] {
  return [...new Map(scopes.map(scope => [scopeText(scope), scope])).values()]
}

/** One right of the account, and whether it has it. */
export interface CheckedRight extends AccountRight {
  readonly held: boolean
  /** The account that was asked about. */
  readonly username: string
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
      ? passable.covers(nameWithin(right.scope))
      : await hasRight(endpoint, right, signal)
    checked.push({ ...right, held, username: endpoint.username })
  }
  return checked
}

async function hasRight(endpoint: Endpoint, right: AccountRight, signal: AbortSignal): Promise<boolean> {
  const sql = `CHECK GRANT ${rightText(right)}`
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

/** Some database name that the scope holds: its own, or one that only a grant on all of the prefix can cover. */
function nameWithin(scope: Scope): string {
  if (scope.kind === 'database') return scope.database
  return scope.kind === 'prefix' ? `${scope.prefix}\u0001` : '\u0001'
}

/** What an administrator runs to make the account work; the account itself has to exist. One statement each. */
export function accountStatements(
  request: AccountRequest & { readonly username: string },
): readonly string[] {
  return accountRights(request).map(right => grantRight(right, request.username))
}
