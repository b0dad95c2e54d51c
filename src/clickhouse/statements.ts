/**
 * Every statement that changes something, and every one that a person is told to run. Those that only read stand
 * beside what makes sense of their rows.
 */
import { quoteIdentifier, quoteLiteral } from './quote.ts'
import { plainText, scopeText, type BroaderRight, type Scope } from './scope.ts'

export type StatementKind =
  | 'probe'
  | 'readServer'
  | 'readDatabases'
  | 'readDatabase'
  | 'readRoles'
  | 'readGrants'
  | 'readTables'
  | 'readReader'
  | 'createDatabase'
  | 'commentDatabase'
  | 'grantRead'
  | 'revokeRead'
  | 'dropTable'
  | 'createReader'
  | 'verifyReader'
  | 'checkRights'
  | 'announce'

/** One statement, ready to be sent, with the words for messages about it. */
export interface Statement {
  readonly kind: StatementKind
  readonly sql: string
  /** In words, continuing "cannot …". Holds no secret. */
  readonly what: string
  readonly write: boolean
  /** The right that it needs: `right` as it stands in a GRANT between `GRANT` and `TO`. */
  readonly needs?: { readonly right: string; readonly grantOption?: true }
}

/** A statement that a server answered with an error. */
export interface RefusedStatement {
  readonly statement: StatementKind
  /** The endpoint's host and port. */
  readonly host: string
  /** ClickHouse's number of the error, and its name if that looks like one. */
  readonly code: number
  readonly symbol: string | undefined
}

export interface NewDatabase {
  readonly name: string
  readonly uuid: string
  readonly comment: string
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Plain CREATE: its success is the proof that the database is new. IF NOT EXISTS would succeed over a foreign one. */
export function createDatabase({ name, uuid, comment }: NewDatabase): Statement {
  if (!uuidPattern.test(uuid)) throw new RangeError('a database needs a uuid in lower case')
  return {
    kind: 'createDatabase',
    sql: `CREATE DATABASE ${quoteIdentifier(name)} UUID ${quoteLiteral(uuid)} ENGINE = Atomic COMMENT ${quoteLiteral(comment)}`,
    what: `create the database ${name}`,
    write: true,
    needs: { right: `CREATE DATABASE ON ${quoteIdentifier(name)}.*` },
  }
}

export function commentDatabase(name: string, comment: string): Statement {
  return {
    kind: 'commentDatabase',
    sql: `ALTER DATABASE ${quoteIdentifier(name)} MODIFY COMMENT ${quoteLiteral(comment)}`,
    what: `mark the database ${name}`,
    write: true,
    needs: { right: `ALTER MODIFY DATABASE COMMENT ON ${quoteIdentifier(name)}.*` },
  }
}

/** @param databases at least one */
export function grantRead(databases: readonly string[], reader: string): Statement {
  return accessStatement('grantRead', databases, reader)
}

/** @param databases at least one */
export function revokeRead(databases: readonly string[], reader: string): Statement {
  return accessStatement('revokeRead', databases, reader)
}

function accessStatement(
  kind: 'grantRead' | 'revokeRead',
  databases: readonly string[],
  reader: string,
): Statement {
  if (databases.length === 0) throw new RangeError('no database to grant or revoke')
  const rights = databases.map(name => `SELECT ON ${quoteIdentifier(name)}.*`)
  const [verb, preposition] = kind === 'grantRead' ? ['GRANT', 'TO'] : ['REVOKE', 'FROM']
  const objects = databases.length === 1 ? `the database ${databases[0]}` : `${databases.length} databases`
  return {
    kind,
    sql: `${verb} ${rights.join(', ')} ${preposition} ${quoteIdentifier(reader)}`,
    what: kind === 'grantRead' ? `let ${reader} read ${objects}` : `take ${objects} from ${reader}`,
    write: true,
    needs: { right: databases.length === 1 ? (rights[0] ?? '') : 'SELECT ON …', grantOption: true },
  }
}

/** @param table with its engine, as a dictionary is dropped by another word */
export function dropTable(
  database: string,
  table: { readonly name: string; readonly engine: string },
): Statement {
  const word = table.engine === 'Dictionary' ? 'DICTIONARY' : table.engine.endsWith('View') ? 'VIEW' : 'TABLE'
  return {
    kind: 'dropTable',
    sql: `DROP ${word} ${quoteIdentifier(database)}.${quoteIdentifier(table.name)} SYNC`,
    what: `drop a table of the database ${database}`,
    write: true,
    needs: { right: `DROP ${word} ON ${quoteIdentifier(database)}.*` },
  }
}

/**
 * No IF NOT EXISTS: success has to mean that this password is the one in force.
 *
 * @param credential hex sha256 of password and salt together, and the salt
 */
export function createReader(
  reader: string,
  credential: { readonly hash: string; readonly salt: string },
): Statement {
  return {
    kind: 'createReader',
    sql:
      `CREATE USER ${quoteIdentifier(reader)} IDENTIFIED WITH sha256_hash BY ${quoteLiteral(credential.hash)} ` +
      `SALT ${quoteLiteral(credential.salt)} SETTINGS readonly = 2`,
    what: `create the user ${reader}`,
    write: true,
    needs: { right: `CREATE USER ON ${quoteIdentifier(reader)}` },
  }
}

/** One right of the operator's account. */
export interface Right {
  /** One or more, with commas: `DROP TABLE, DROP VIEW`. */
  readonly privileges: string
  readonly scope: Scope
  readonly grantOption: boolean
}

/** The right as it stands between GRANT and TO. */
export function rightText({ privileges, scope }: Omit<Right, 'grantOption'>): string {
  return `${privileges} ON ${scopeText(scope)}`
}

/** For an administrator: gives the user this right. */
export function grantRight(right: Right, user: string): string {
  return `GRANT ${rightText(right)} TO ${quoteIdentifier(user)}${right.grantOption ? ' WITH GRANT OPTION' : ''}`
}

/** For an administrator: takes a right beyond one database from the reader; if a role gives it, the whole role. */
export function revokeBroader({ scope, role }: BroaderRight, reader: string): string {
  if (role !== undefined) return revokeRole(role, reader)
  return `REVOKE SELECT ON ${plainText(scope)} FROM ${quoteIdentifier(reader)}`
}

/** For an administrator: takes a role from the reader. */
export function revokeRole(role: string, reader: string): string {
  return `REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(reader)}`
}

/** For an administrator: makes a user whose password stands as a blank in the statement. */
export function createUserByHand(user: string, blank: string): string {
  return `CREATE USER ${quoteIdentifier(user)} IDENTIFIED WITH sha256_password BY ${quoteLiteral(blank)}`
}

/** For an administrator: gives a user another password, which stands as a blank in the statement. */
export function setPasswordByHand(user: string, blank: string): string {
  return `ALTER USER ${quoteIdentifier(user)} IDENTIFIED WITH sha256_password BY ${quoteLiteral(blank)}`
}

/** For an administrator: makes the reader. */
export function createReaderByHand(reader: string, blank: string): string {
  return `${createUserByHand(reader, blank)} SETTINGS readonly = 2`
}

/** For an administrator: lets the reader read a database whose name stands as a blank in the statement. */
export function grantReadByHand(reader: string): string {
  return `GRANT SELECT ON <database>.* TO ${quoteIdentifier(reader)}`
}

/** For an administrator: gives the reader the one setting that DataLens needs. */
export function makeReadonly(reader: string): string {
  return changeSettings(reader, 'readonly = 2')
}

/** A table, or what looks like one. */
export interface NamedTable {
  readonly database: string
  readonly name: string
  readonly engine: string
}

/**
 * For an administrator: whoever may read the view sees what the administrator sees through it. Undefined for what is no
 * view, such as a Buffer.
 */
export function readAsDefiner({ database, name, engine }: NamedTable): string | undefined {
  if (!engine.endsWith('View')) return undefined
  return `ALTER TABLE ${quoteIdentifier(database)}.${quoteIdentifier(name)} MODIFY SQL SECURITY DEFINER`
}

/** For an administrator: gives a user settings, as in `allow_ddl = 1`. */
export function changeSettings(user: string, settings: string): string {
  return `ALTER USER ${quoteIdentifier(user)} SETTINGS ${settings}`
}

/** @param holders users and roles, at least one */
export function showGrants(holders: readonly string[]): string {
  return `SHOW GRANTS FOR ${holders.map(quoteIdentifier).join(', ')}`
}
