/** The statements that change something, as far as the operator and the ceiling send them. */
import { randomUUID } from 'node:crypto'
import { digest } from '../../src/dev/clickhouse/rights/access-state.ts'
import { readAccessStatement } from '../../src/dev/clickhouse/rights/access-statement.ts'
import { ServerError } from '../../src/dev/clickhouse/sql/server-error.ts'
import { TokenReader } from '../../src/dev/clickhouse/sql/token-reader.ts'
import type { User, World } from './world.ts'

/**
 * @returns whether the statement is one that changes something
 * @throws ServerError as a server does, and 48 for what the stand-in does not know
 */
export function change(world: World, sql: string): boolean {
  const statement = new TokenReader(sql)
  switch (statement.tryWord('CREATE', 'ALTER', 'DROP', 'GRANT', 'REVOKE') ?? 'none') {
    case 'CREATE':
      if (statement.word('DATABASE', 'USER') === 'DATABASE') createDatabase(world, statement)
      else createUsers(world, sql)
      return true
    case 'ALTER':
      statement.word('DATABASE')
      comment(world, statement)
      return true
    case 'DROP':
      if (statement.word('DATABASE', 'USER') === 'DATABASE') world.databases.delete(statement.value())
      else world.users.delete(statement.value())
      return true
    case 'GRANT':
      changeAccess(world, statement, 'TO')
      return true
    case 'REVOKE':
      changeAccess(world, statement, 'FROM')
      return true
    default:
      return false
  }
}

function createDatabase({ databases }: World, statement: TokenReader): void {
  const name = statement.value()
  if (databases.has(name))
    throw new ServerError(82, 'DATABASE_ALREADY_EXISTS', `Database ${name} already exists.`)
  const uuid = statement.skip('UUID') ? statement.value() : randomUUID()
  statement.word('ENGINE')
  statement.skipSymbol('=')
  statement.word('ATOMIC')
  databases.set(name, { uuid, comment: statement.skip('COMMENT') ? statement.value() : '' })
}

function comment({ databases }: World, statement: TokenReader): void {
  const name = statement.value()
  const database = databases.get(name)
  if (database === undefined)
    throw new ServerError(81, 'UNKNOWN_DATABASE', `Database ${name} does not exist.`)
  statement.word('MODIFY')
  statement.word('COMMENT')
  databases.set(name, { ...database, comment: statement.value() })
}

function createUsers({ users }: World, sql: string): void {
  const made = readAccessStatement(sql)
  if (made.type !== 'create') return
  for (const name of made.names) {
    if (users.has(name))
      throw new ServerError(493, 'ACCESS_ENTITY_ALREADY_EXISTS', `user ${name} already exists`)
    const { authentication = { kind: 'none' } } = made.options
    users.set(name, { authentication: digest(authentication), reads: new Set() })
  }
}

function changeAccess(world: World, statement: TokenReader, preposition: 'TO' | 'FROM'): void {
  const databases: string[] = []
  do {
    statement.word('SELECT')
    statement.word('ON')
    databases.push(statement.value())
    statement.skipSymbol('.')
    statement.skipSymbol('*')
  } while (statement.skipSymbol(','))
  statement.word(preposition)
  const { reads } = userOf(world, statement.value())
  for (const name of databases) {
    if (preposition === 'TO') reads.add(name)
    else reads.delete(name)
  }
}

function userOf({ users }: World, name: string): User {
  const user = users.get(name)
  if (user === undefined) throw new ServerError(511, 'UNKNOWN_ROLE', `There is no user or role ${name}`)
  return user
}
