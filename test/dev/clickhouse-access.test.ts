import { mkdtempSync, rmSync, appendFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { namedClickHouse } from '../../src/dev/administrator.ts'
import { AccessJournal } from '../../src/dev/clickhouse/rights/access-journal.ts'
import {
  applyChange,
  passwordMatches,
  type Principals,
} from '../../src/dev/clickhouse/rights/access-state.ts'
import { readAccessStatement } from '../../src/dev/clickhouse/rights/access-statement.ts'
import { joinGrants } from '../../src/dev/clickhouse/rights/compact-rights.ts'
import {
  readStatement,
  requireSingle,
  splitFormat,
  substituteParameters,
} from '../../src/dev/clickhouse/sql/statement.ts'
import { renderUsersXml } from '../../src/dev/clickhouse/rights/users-xml.ts'

function after(...statements: readonly string[]): Principals {
  return statements.reduce<Principals>(
    (principals, sql) => applyChange(principals, readAccessStatement(sql)).next,
    new Map(),
  )
}

const hash = 'AB'.repeat(32)
const reader = `CREATE USER datalens IDENTIFIED WITH sha256_hash BY '${hash}' SALT 'aa' SETTINGS readonly = 2`

describe('users and rights', () => {
  test('a user has the hash, salt and settings that its statement gave', () => {
    expect(after(reader).get('datalens')).toMatchObject({
      authentication: { kind: 'sha256', hash, salt: 'aa' },
      settings: [{ name: 'readonly', value: '2', clauses: [] }],
    })
  })

  test('a password in the clear is not kept', () => {
    const principals = after("CREATE USER x IDENTIFIED BY 'in-the-clear'")
    const authentication = principals.get('x')?.authentication ?? { kind: 'none' }
    expect(JSON.stringify([...principals.values()])).not.toContain('in-the-clear')
    expect(passwordMatches(authentication, 'in-the-clear')).toBe(true)
    expect(passwordMatches(authentication, 'another')).toBe(false)
  })

  test.each([
    ['all settings', 'DROP ALL SETTINGS, DROP ALL PROFILES, ADD SETTING max_threads = 1', ['max_threads=1']],
    ['one more setting', 'ADD SETTING max_threads = 1', ['readonly=2', 'max_threads=1']],
    ['one setting less', 'DROP SETTING readonly', []],
    ['another value', 'MODIFY SETTING readonly = 1', ['readonly=1']],
  ])('ALTER USER replaces %s', (_, action, expected) => {
    const user = after(reader, `ALTER USER datalens ${action}`).get('datalens')
    expect(user?.settings.map(setting => `${setting.name}=${setting.value}`)).toEqual(expected)
  })

  test('GRANT and REVOKE are kept in order, without their grantee', () => {
    const user = after(
      reader,
      'GRANT SELECT ON a.*, SELECT ON b.* TO datalens',
      'REVOKE SELECT ON a.* FROM datalens',
      'GRANT SELECT ON `TO`.* TO datalens WITH GRANT OPTION',
    ).get('datalens')
    expect(user?.rights).toEqual([
      'GRANT SELECT ON a.*, SELECT ON b.*',
      'REVOKE SELECT ON a.*',
      'GRANT SELECT ON `TO`.* WITH GRANT OPTION',
    ])
  })

  test('a role that is dropped leaves those who had it', () => {
    const principals = after(reader, 'CREATE ROLE r', 'GRANT r TO datalens', 'DROP ROLE r')
    expect([...principals.keys()]).toEqual(['datalens'])
    expect(principals.get('datalens')?.roles.size).toBe(0)
  })

  test.each([
    ["CREATE USER x HOST IP '10.0.0.1'"],
    ['CREATE USER x DEFAULT ROLE a'],
    ['GRANT CURRENT GRANTS(ALL ON *.*) TO x'],
    ['GRANT SELECT ON a.* TO CURRENT_USER'],
    ['REVOKE SELECT ON a.* FROM ALL EXCEPT x'],
    ['CREATE SETTINGS PROFILE p SETTINGS readonly = 1'],
  ])('refuses what users.xml cannot say: %s', sql => {
    expect(() => readAccessStatement(sql)).toThrow(/does not support/)
  })

  test('the users file has nobody with more rights than were granted', () => {
    const xml = renderUsersXml(after(reader, 'GRANT SELECT ON `<a>`.* TO datalens'), {
      admin: 'admin',
      identity: { admin: false, user: 'datalens' },
      settings: {},
    })
    const grants = '<grants><query>GRANT SELECT ON `&lt;a&gt;`.*</query></grants>'
    expect(xml.split(grants)).toHaveLength(3)
    expect(xml.match(/<access_management>/g)).toHaveLength(1)
  })

  test('lines of SHOW GRANTS are joined, but never across a REVOKE', () => {
    expect(
      joinGrants([
        'GRANT SELECT ON a.* TO u',
        'GRANT SELECT, INSERT ON b.* TO u',
        'REVOKE SELECT ON b.x FROM u',
        'GRANT SELECT ON b.x1 TO u',
        'GRANT SELECT ON c.* TO u WITH GRANT OPTION',
        'GRANT r TO u',
      ]),
    ).toEqual([
      'GRANT SELECT ON a.*, SELECT, INSERT ON b.*',
      'REVOKE SELECT ON b.x',
      'GRANT SELECT ON b.x1',
      'GRANT SELECT ON c.* WITH GRANT OPTION',
    ])
  })
})

describe('the journal', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lenskeeper-journal-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  test('gives back what was written, whether compacted or not, without a line that was cut off', () => {
    const path = join(directory, 'access.jsonl')
    const journal = new AccessJournal(path)
    let principals: Principals = new Map()
    for (const sql of [
      reader,
      'CREATE ROLE r',
      'CREATE USER gone',
      'GRANT SELECT ON a.* TO datalens, r',
      'GRANT r TO datalens',
      'GRANT SELECT ON b.* TO datalens',
      'DROP USER gone',
    ]) {
      const { next, changed } = applyChange(principals, readAccessStatement(sql))
      for (const name of changed) journal.append(name, principals.get(name), next.get(name))
      principals = next
    }
    expect(journal.read()).toEqual(principals)
    appendFileSync(path, '{"name":"half","princ')
    expect(journal.read()).toEqual(principals)
    journal.compact(principals)
    expect(journal.read()).toEqual(principals)
  })
})

describe('statements', () => {
  test.each([
    ['SELECT 1', 'SELECT', 'select'],
    ['/* c */ -- d\n (select 1)', 'SELECT', 'select'],
    ['with x as (select 1) select * from x', 'WITH', 'select'],
    ['create or replace temporary table t (x Int8)', 'CREATE TABLE', 'other'],
    ['CREATE DATABASE `GRANT`', 'CREATE DATABASE', 'other'],
    ['drop user if exists x', 'DROP USER', 'access'],
    ['grant select on a.* to b', 'GRANT', 'access'],
    ['INSERT INTO t VALUES (1); x', 'INSERT', 'insert'],
    ['SHOW GRANTS', 'SHOW GRANTS', 'other'],
    ['', 'OTHER', 'select'],
  ])('%s is told as %s (%s)', (sql, verb, kind) => {
    expect(readStatement(sql)).toMatchObject({ verb, kind })
  })

  test.each([
    "SELECT ';'",
    'SELECT 1;',
    'SELECT 1 ; ;',
    'SELECT `a;b` /* ; */ -- ;',
    "INSERT INTO t VALUES (';'); 1",
  ])('a semicolon in %s does not make two of it', sql => {
    expect(() => requireSingle(readStatement(sql))).not.toThrow()
  })

  test.each([
    ['SELECT 1 FORMAT JSON', 'SELECT 1', 'JSON'],
    ['SELECT 1 FORMAT JSON SETTINGS a = 1;', 'SELECT 1   SETTINGS a = 1', 'JSON'],
    ["SELECT format('x') AS format", "SELECT format('x') AS format", undefined],
    ["SELECT 'FORMAT JSON'", "SELECT 'FORMAT JSON'", undefined],
  ])('the format of %s is cut off', (sql, body, format) => {
    const split = splitFormat(readStatement(sql))
    expect({ ...split, body: split.body.trim() }).toEqual({ body, format })
  })

  test('values go in as literals, identifiers quoted', () => {
    const values = new Map([
      ['a', "it's \\"],
      ['b', 'da`ta'],
      ['c', null],
    ])
    const sql = "SELECT {a:String}, {c:Nullable(String)}, '{a:String}' FROM {b:Identifier}.t WHERE {d:UInt8}"
    expect(substituteParameters(readStatement(sql), values).sql).toBe(
      "SELECT _CAST('it\\'s \\\\', 'String'), _CAST(NULL, 'Nullable(String)'), '{a:String}' FROM `da\\`ta`.t WHERE {d:UInt8}",
    )
  })
})

describe('the servers that CLICKHOUSE_URL names', () => {
  test.each<readonly [string, string | undefined, readonly string[] | undefined]>([
    ['none', undefined, undefined],
    ['none either', ' , ', undefined],
    ['one', 'http://a:8123', ['http://a:8123']],
    ['one a replica', 'http://a:8123, http://b:8123,', ['http://a:8123', 'http://b:8123']],
  ])('%s', (_, url, endpoints) => {
    const named = namedClickHouse({ CLICKHOUSE_URL: url, CLICKHOUSE_PASSWORD: 'p' })
    const login = { username: 'default', password: 'p' }
    expect(named).toEqual(endpoints && { url: endpoints[0], endpoints, ...login })
  })
})
