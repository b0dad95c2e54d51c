/** The statements that read something, as far as the operator sends them. */
import { ServerError } from '../../src/dev/clickhouse/sql/server-error.ts'
import { tokenize } from '../../src/dev/clickhouse/sql/tokens.ts'
import type { World } from './world.ts'

export type Cell = string | number | null | readonly Cell[]
export type Row = readonly Cell[]

export interface Question {
  readonly user: string
  readonly sql: string
  /** What the session that it comes in has set `log_comment` to. */
  readonly logComment: string
}

type Answer = (world: World, question: Question) => readonly Row[]

/** A release that is supported, and whose `system.grants` tells wildcards. */
const version = '26.3.1.1'

/** By what is in the statement; the first that fits. */
const answers: readonly (readonly [RegExp, Answer])[] = [
  [/^SELECT 1\b/, () => [[1]]],
  [/^SELECT version\(\) AS version/, facts],
  [/^SELECT toString\(serverUUID\(\)\) AS server\b/, ({ serverUuid }) => [[serverUuid]]],
  [/^SELECT getSetting\('readonly'\)/, ({ admin }, { user }) => [[user === admin ? 0 : 2]]],
  [/^CHECK GRANT /, checkGrant],
  [/^SELECT count\(\) FROM system\.databases WHERE/, countVisible],
  [/ FROM system\.databases\b/, listDatabases],
  [/ FROM system\.role_grants\b/, () => []],
  [/ FROM system\.grants\b/, listGrants],
  [/ FROM system\.tables\b/, () => []],
]

/** @throws ServerError 48 for a statement that it does not know */
export function answer(world: World, question: Question): readonly Row[] {
  const found = answers.find(([form]) => form.test(question.sql))
  if (found !== undefined) return found[1](world, question)
  const why = `The stand-in for ClickHouse does not know this statement: ${question.sql.slice(0, 200)}`
  throw new ServerError(48, 'NOT_IMPLEMENTED', why)
}

function facts({ serverUuid, users }: World, { sql, logComment }: Question): readonly Row[] {
  const [reader = ''] = literalsIn(sql)
  const row: Row = [
    version,
    [['local_directory', 'local_directory']],
    users.has(reader) ? ['local_directory'] : [],
    String(Date.now()),
    serverUuid,
  ]
  return [sql.includes("getSetting('log_comment')") ? [...row, logComment] : row]
}

/** With the server itself as the first row. */
function listDatabases({ serverUuid, databases }: World, { sql }: Question): readonly Row[] {
  const name = / WHERE name = /.test(sql) ? literalsIn(sql).at(-1) : undefined
  const found = name === undefined ? databases : new Map([...databases].filter(([each]) => each === name))
  return [
    ['', serverUuid, '', ''],
    ...[...found].map(([each, { uuid, comment }]) => [each, uuid, comment, 'Atomic']),
  ]
}

/** The administrator has every right, and others those to read a database. */
function checkGrant({ admin, users }: World, { user, sql }: Question): readonly Row[] {
  const database = tokenize(sql).find(({ kind }) => kind === 'identifier')?.text ?? ''
  return [[user === admin || users.get(user)?.reads.has(database) === true ? 1 : 0]]
}

function countVisible({ users, databases }: World, { user, sql }: Question): readonly Row[] {
  const [name = ''] = literalsIn(sql)
  return [[users.get(user)?.reads.has(name) === true && databases.has(name) ? 1 : 0]]
}

function listGrants({ admin, users }: World, { sql }: Question): readonly Row[] {
  const [user = ''] = literalsIn(sql.slice(sql.indexOf('user_name = ')))
  if (user === admin) return [[user, null, null, null, null, 0, 1, 0]]
  return [...(users.get(user)?.reads ?? [])].map(name => [user, null, name, null, null, 0, 0, 0])
}

function literalsIn(sql: string): readonly string[] {
  return tokenize(sql).flatMap(({ kind, text }) => (kind === 'string' ? [text] : []))
}
