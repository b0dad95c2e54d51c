import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantIn } from '../../../src/clickhouse/catalog/catalog-rows.ts'
import type { Row } from '../../../src/clickhouse/endpoint/answer.ts'
import { broaderText } from '../../../src/clickhouse/scope.ts'
import { readerRights, type LiveRights } from '../../../src/clickhouse/catalog/reader-rights.ts'

// The judge is the engine: a hundred users get random grants and revokes, and then each of them tries to read.
const databases = ['a', 'ab', 'abc', 'b', 'b_']
const tables = ['t', 'u']
const columns = ['c', 'd']
const targets = [
  '*.*',
  'a*.*',
  'ab*.*',
  'b*.*',
  'a.*',
  'ab.*',
  'abc.*',
  'b.*',
  'b_.*',
  'a.t',
  'ab.t*',
  'abc.u',
  'b.t',
]

const statement = fc.oneof(
  fc.constantFrom(...targets).map(target => `GRANT SELECT ON ${target}`),
  fc.constantFrom(...targets).map(target => `REVOKE SELECT ON ${target}`),
  fc.constantFrom(...targets).map(target => `GRANT SELECT ON ${target} WITH GRANT OPTION`),
  fc.constantFrom(...targets).map(target => `REVOKE GRANT OPTION FOR SELECT ON ${target}`),
  fc.constantFrom('a.t', 'abc.u', 'b.t').map(target => `GRANT SELECT(c) ON ${target}`),
  fc.constantFrom('a.t', 'abc.u', 'b.t').map(target => `REVOKE SELECT(d) ON ${target}`),
  fc.constantFrom('a', 'b').map(database => `GRANT ALL ON ${database}.*`),
  fc.constantFrom('a', 'b').map(database => `REVOKE ALL ON ${database}.*`),
)
const seed = 20260101
const samples = fc.sample(fc.array(statement, { maxLength: 6 }), { numRuns: 60, seed })

interface User {
  readonly name: string
  readonly statements: readonly string[]
}

const users: readonly User[] = samples.flatMap((statements, index) => [
  { name: `u${index}`, statements },
  { name: `u${index}_granted`, statements: [...statements, 'GRANT SELECT ON ab.*'] },
  { name: `u${index}_revoked`, statements: [...statements, 'REVOKE SELECT ON ab.*'] },
])

let directory: string
let session: Session
const rights = new Map<string, LiveRights>()

function rows(sql: string): Row[] {
  const lines = session.query(sql, 'JSONCompactEachRow').split('\n')
  return lines.flatMap(line => (line === '' ? [] : [JSON.parse(line) as Row]))
}

function usersXml(): string {
  const user = ({ name, statements }: User): string =>
    `<${name}><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>` +
    `<grants>${statements.map(sql => `<query>${sql}</query>`).join('')}</grants></${name}>`
  const admin =
    '<default><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>' +
    '<access_management>1</access_management></default>'
  return (
    '<clickhouse><profiles><default/></profiles><quotas><default/></quotas>' +
    `<users>${admin}${users.map(user).join('')}</users></clickhouse>`
  )
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-rights-'))
  writeFileSync(join(directory, 'users.xml'), usersXml())
  const config = `<clickhouse><users_config>${join(directory, 'users.xml')}</users_config></clickhouse>`
  writeFileSync(join(directory, 'config.xml'), config)
  session = new Session(join(directory, 'data'), {
    connectionArgs: [`--config-file=${join(directory, 'config.xml')}`],
  })
  session.query('CREATE DATABASE probe')
  for (const database of databases) {
    session.query(`CREATE DATABASE ${database}`)
    for (const table of tables)
      session.query(`CREATE TABLE ${database}.${table} (c Int8, d Int8) ENGINE = Memory`)
  }
  const all = rows(
    'SELECT user_name, role_name, database, table, column, is_partial_revoke, grant_option, is_wildcard ' +
      "FROM system.grants WHERE access_type IN ('SELECT', 'ALL')",
  ).flatMap(row => grantIn(row) ?? [])
  for (const { name } of users) {
    const grants = all.filter(row => row.holder.name === name)
    rights.set(name, readerRights({ exists: true, user: name, grants, roles: [] }))
  }
})

afterAll(() => {
  session.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Whether the engine lets the user read this. */
function reads(user: string, what: string): boolean {
  session.query(`CREATE OR REPLACE VIEW probe.v DEFINER = ${user} SQL SECURITY DEFINER AS SELECT ${what}`)
  try {
    session.query('SELECT * FROM probe.v')
    return true
  } catch (error) {
    expect(String(error)).toContain('ACCESS_DENIED')
    return false
  }
}

function of(user: string): LiveRights {
  const found = rights.get(user)
  if (found === undefined) throw new Error(`no rights of ${user}`)
  return found
}

describe.each(samples.map((statements, index) => ({ user: `u${index}`, statements })))(
  '$user: $statements',
  ({ user, statements }) => {
    test('what is covered can be read, and what is not touched cannot', () => {
      for (const database of databases) {
        const whole = tables.every(table => reads(user, `c, d FROM ${database}.${table}`))
        const some =
          whole ||
          tables.some(table => columns.some(column => reads(user, `${column} FROM ${database}.${table}`)))
        expect(of(user).touches(database), `touches ${database}`).toBe(some)
        if (of(user).covers(database)) expect(whole, `covers ${database}`).toBe(true)
        // Tables granted one by one may add up to all that there are now; that is no grant on the database.
        else if (!statements.some(sql => /^GRANT .* ON \w+\.\w/.test(sql))) expect(whole).toBe(false)
      }
    })

    test('our own GRANT and REVOKE change the rights as the engine does', () => {
      const live = of(user)
      const seen = (source: LiveRights): unknown =>
        databases.map(database => [
          database,
          source.covers(database),
          source.touches(database),
          source.granted.has(database),
        ])
      const copy = readerRightsAgain(user)
      copy.noteGrant('ab')
      const others = (source: LiveRights): unknown => source.broader.map(broaderText)
      expect(copy.covers('ab')).toBe(true)
      expect(covering(copy)).toEqual(covering(of(`${user}_granted`)))
      copy.noteRevoke('ab')
      expect(covering(copy)).toEqual(covering(of(`${user}_revoked`)))
      expect(copy.touches('ab')).toBe(false)
      expect(others(copy)).toEqual(others(live))
      expect(seen(live)).toEqual(seen(readerRightsAgain(user)))
    })
  },
)

function covering(source: LiveRights): unknown {
  return databases.map(database => [database, source.covers(database), source.touches(database)])
}

function readerRightsAgain(user: string): LiveRights {
  const grants = rows(
    'SELECT user_name, role_name, database, table, column, is_partial_revoke, grant_option, is_wildcard ' +
      `FROM system.grants WHERE access_type IN ('SELECT', 'ALL') AND user_name = '${user}'`,
  ).flatMap(row => grantIn(row) ?? [])
  return readerRights({ exists: true, user, grants, roles: [] })
}

test('the samples are worth something: rights of every kind occur', () => {
  const all = samples.map((_, index) => of(`u${index}`))
  expect(all.some(one => one.broader.map(broaderText).includes('*.*'))).toBe(true)
  expect(all.some(one => one.broader.map(broaderText).includes('ab*.*'))).toBe(true)
  expect(all.some(one => one.covers('a') && !one.covers('b'))).toBe(true)
  expect(all.some(one => one.touches('a') && !one.covers('a'))).toBe(true)
})
