import { scopeOfGlob, scopeText, type Scope } from '../scope.ts'
import { grantRight, type Right } from '../statements.ts'

/** How much of the reader is the operator's business, as the connection declares it. */
export type ReaderMode =
  /** The operator creates the reader and grants. */
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

/** Not among them: `databases` and `tables`, which everybody may read, each with the rows that they may see. */
const systemTables: readonly (readonly [table: string, purpose: string])[] = [
  ['users', 'see whether the reader exists'],
  ['grants', 'see what the reader may read'],
  ['role_grants', 'see what its roles let it read'],
  ['user_directories', 'see whether users are replicated'],
]

/**
 * All rights that the operator's account needs, and no others. The account sees the tenants' databases and tables
 * because it may make and drop them.
 */
export function accountRights(request: AccountRequest): readonly AccountRight[] {
  return rightsOn(distinct(request.patterns.map(scopeOfGlob)), request)
}

/** What the account needs on these databases, besides what it needs whatever the databases are. */
export function rightsOnDatabases(
  databases: readonly string[],
  request: Omit<AccountRequest, 'patterns'>,
): readonly AccountRight[] {
  const scopes = databases.map(database => ({ kind: 'database', database }) as const)
  return rightsOn(scopes, request).filter(({ scope }) => scope.kind === 'database')
}

function rightsOn(
  tenants: readonly Scope[],
  request: Omit<AccountRequest, 'patterns'>,
): readonly AccountRight[] {
  const on = (scope: Scope, privileges: string, purpose: string): AccountRight => ({
    privileges,
    scope,
    grantOption: false,
    purpose,
  })
  const onTenants = (privileges: string, purpose: string): AccountRight[] =>
    tenants.map(scope => on(scope, privileges, purpose))
  const rights = [
    ...onTenants('CREATE DATABASE', 'make the tenants’ databases'),
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

/** Each scope once, since several globs may have the same. */
function distinct(scopes: readonly Scope[]): readonly Scope[] {
  return [...new Map(scopes.map(scope => [scopeText(scope), scope])).values()]
}

/** What an administrator runs to make the account work; the account itself has to exist. One statement each. */
export function accountStatements(
  request: AccountRequest & { readonly username: string },
): readonly string[] {
  return accountRights(request).map(right => grantRight(right, request.username))
}
