import { createHash, randomUUID } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClickHouseUnderTest,
  codeOfFailure,
  connect,
  type Login,
  startClickHouseUnderTest,
} from '../cluster/clickhouse-under-test.ts'

// What the operator takes for granted of a ClickHouse server. It runs against the embedded engine, and with
// CLICKHOUSE_URL set against that server, so the stand-in cannot drift away from the real one unnoticed.

let server: ClickHouseUnderTest
let admin: ClickHouseClient
const clients: ClickHouseClient[] = []
const made = { databases: new Set<string>(), users: new Set<string>(), roles: new Set<string>() }

beforeAll(async () => {
  server = await startClickHouseUnderTest()
  admin = as(server.admin)
}, 60_000)

afterAll(async () => {
  if (server.embedded === undefined) {
    for (const name of made.databases) await run(`DROP DATABASE IF EXISTS ${quote(name)} SYNC`)
    for (const name of made.users) await run(`DROP USER IF EXISTS ${quote(name)}`)
    for (const name of made.roles) await run(`DROP ROLE IF EXISTS ${quote(name)}`)
  }
  await Promise.all(clients.map(client => client.close()))
  await server.close()
})

function as(login: Login): ClickHouseClient {
  const client = connect(server.url, login)
  clients.push(client)
  return client
}

async function run(query: string, client = admin): Promise<void> {
  await client.command({ query })
}

async function rows(query: string, client = admin): Promise<unknown[][]> {
  const result = await client.query({ query, format: 'JSONCompactEachRow' })
  return await result.json<unknown[]>()
}

const code = (query: string, client = admin): Promise<number> => codeOfFailure(run(query, client))

function quote(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function databaseName(name: string): string {
  const full = `${server.prefix}_${name}`
  made.databases.add(full)
  return full
}

async function makeDatabase(name: string, { tables = 0 } = {}): Promise<string> {
  const full = databaseName(name)
  await run(`CREATE DATABASE ${quote(full)}`)
  for (let table = 0; table < tables; table += 1) {
    await run(`CREATE TABLE ${quote(full)}.t${table} (x UInt32) ENGINE = MergeTree ORDER BY x`)
    await run(`INSERT INTO ${quote(full)}.t${table} VALUES (1), (2), (3)`)
  }
  return full
}

async function makeUser(name: string, settings = ''): Promise<Login & { readonly client: ClickHouseClient }> {
  const username = `${server.prefix}_${name}`
  made.users.add(username)
  const password = `password-of-${name}`
  const hash = createHash('sha256').update(`${password}c0ffee`).digest('hex')
  await run(`CREATE USER ${username} IDENTIFIED WITH sha256_hash BY '${hash}' SALT 'c0ffee' ${settings}`)
  return { username, password, client: as({ username, password }) }
}

const readerSettings = 'SETTINGS readonly = 2'

async function grantsOf(username: string): Promise<unknown[][]> {
  return await rows(
    `SELECT database, table, is_partial_revoke, is_wildcard FROM system.grants
     WHERE user_name = ${literal(username)} AND access_type = 'SELECT' ORDER BY ALL`,
  )
}

/** A bare HTTP request, for what the client hides. */
async function http(
  query: string,
  search: Record<string, string> = {},
  login = server.admin,
): Promise<Response> {
  const url = new URL(server.url)
  url.search = new URLSearchParams(search).toString()
  const basic = Buffer.from(`${login.username}:${login.password}`).toString('base64')
  return await fetch(url, { method: 'POST', body: query, headers: { authorization: `Basic ${basic}` } })
}

describe('HTTP interface', () => {
  test('answers a ping without credentials', async () => {
    const answer = await fetch(new URL('/ping', server.url))
    expect(await answer.text()).toBe('Ok.\n')
    expect(await admin.ping()).toEqual({ success: true })
  })

  test.each([
    ['a database that is missing', 'DROP DATABASE surely_not_there', 81, 404],
    ['a table that is missing', 'SELECT * FROM system.surely_not_there', 60, 404],
    ['a syntax error', 'SELEC 1', 62, 400],
    ['two statements', 'SELECT 1; SELECT 2', 62, 400],
    ['an unknown setting', 'SELECT 1 SETTINGS surely_no_setting = 1', 115, 404],
    ['an error while running', 'SELECT throwIf(1)', 395, 500],
  ])('tells %s by header and status', async (_, query, expected, status) => {
    const answer = await http(query, { wait_end_of_query: '1' })
    const body = await answer.text()
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe(String(expected))
    expect(answer.status).toBe(status)
    expect(body).toMatch(
      new RegExp(`^Code: ${expected}\\. DB::Exception: .*\\([A-Z_]+\\) \\(version .*\\)\\n$`, 's'),
    )
  })

  test.each([
    ['a wrong password', { username: 'admin', password: 'wrong' }],
    ['an unknown user', { username: 'nobody-at-all', password: 'wrong' }],
  ])('refuses %s with 516, and the same words', async (_, login) => {
    const username = login.username === 'admin' ? server.admin.username : login.username
    const answer = await http('SELECT 1', {}, { username, password: login.password })
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('516')
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain(
      `${username}: Authentication failed: password is incorrect, or there is no user with such name`,
    )
  })

  test('takes credentials from X-ClickHouse headers', async () => {
    const headers = { 'x-clickhouse-user': server.admin.username, 'x-clickhouse-key': server.admin.password }
    const answer = await fetch(server.url, { method: 'POST', body: 'SELECT 7', headers })
    expect(await answer.text()).toBe('7\n')
  })

  test('gives the query id back, a summary, and the format that was asked for', async () => {
    const id = randomUUID()
    const answer = await http('SELECT 1 AS one', { query_id: id, default_format: 'JSONEachRow' })
    expect(answer.headers.get('x-clickhouse-query-id')).toBe(id)
    expect(answer.headers.get('content-type')).toMatch(/json/)
    expect(JSON.parse(answer.headers.get('x-clickhouse-summary') ?? '')).toHaveProperty('read_rows')
    expect(await answer.json()).toEqual({ one: 1 })
  })

  test('uses the database of the URL, and fails with 81 when it is missing', async () => {
    const name = await makeDatabase('in_url', { tables: 1 })
    expect(await (await http('SELECT count() FROM t0', { database: name })).text()).toBe('3\n')
    const answer = await http('SELECT 1', { database: 'surely_not_there' })
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('81')
  })

  test('applies settings of the URL to that statement alone', async () => {
    const query = "SELECT getSetting('join_use_nulls')"
    expect(await (await http(query, { join_use_nulls: '1' })).text()).toMatch(/^(?:1|true)\n$/)
    expect(await (await http(query)).text()).toMatch(/^(?:0|false)\n$/)
  })

  test('reports an error after many rows as an error, with wait_end_of_query', async () => {
    expect(await codeOfFailure(rows('SELECT throwIf(number = 3000000) FROM numbers(4000000)'))).toBe(395)
  })

  test('binds an identifier in CREATE DATABASE, but not in GRANT', async () => {
    const name = databaseName('bound')
    await admin.command({ query: 'CREATE DATABASE {name:Identifier}', query_params: { name } })
    expect(await rows(`SELECT name FROM system.databases WHERE name = ${literal(name)}`)).toEqual([[name]])
    const grant = admin.command({ query: 'GRANT SELECT ON {name:Identifier}.* TO x', query_params: { name } })
    expect(await codeOfFailure(grant)).toBe(62)
  })

  test('gives a bound value to the statement as it is, whatever is in it', async () => {
    const value = "tab\t newline\n quote' backslash\\ brace}"
    const result = await admin.query({
      query: 'SELECT {value:String} AS value, {list:Array(UInt8)} AS list',
      query_params: { value, list: [1, 2] },
      format: 'JSONEachRow',
    })
    expect(await result.json()).toEqual([{ value, list: [1, 2] }])
  })
})

describe('databases', () => {
  const describeDatabase = async (name: string): Promise<unknown[] | undefined> =>
    (
      await rows(`SELECT toString(uuid), comment, engine FROM system.databases WHERE name = ${literal(name)}`)
    )[0]

  test('are created with a uuid and a comment of our choice, without special settings', async () => {
    const name = databaseName('with_uuid')
    const uuid = randomUUID()
    await run(`CREATE DATABASE ${quote(name)} UUID '${uuid}' ENGINE = Atomic COMMENT 'a mark'`)
    expect(await describeDatabase(name)).toEqual([uuid, 'a mark', 'Atomic'])
  })

  test('fail with 82 when the name is taken; IF NOT EXISTS succeeds and keeps the old comment', async () => {
    const name = databaseName('taken')
    await run(`CREATE DATABASE ${quote(name)} COMMENT 'first'`)
    expect(await code(`CREATE DATABASE ${quote(name)} COMMENT 'second'`)).toBe(82)
    await run(`CREATE DATABASE IF NOT EXISTS ${quote(name)} COMMENT 'third'`)
    expect((await describeDatabase(name))?.[1]).toBe('first')
  })

  test('are created once when many try at the same time', async () => {
    const name = databaseName('race')
    const codes = await Promise.all(Array.from({ length: 8 }, () => code(`CREATE DATABASE ${quote(name)}`)))
    expect(codes.filter(each => each === 0)).toHaveLength(1)
    expect(codes.filter(each => each !== 0 && each !== 82)).toEqual([])
  })

  test('get another comment and keep their uuid', async () => {
    const name = databaseName('comment')
    await run(`CREATE DATABASE ${quote(name)} COMMENT 'before'`)
    const before = await describeDatabase(name)
    await run(`ALTER DATABASE ${quote(name)} MODIFY COMMENT ${literal("it's \\ after")}`)
    expect(await describeDatabase(name)).toEqual([before?.[0], "it's \\ after", 'Atomic'])
    expect(await code(`ALTER DATABASE surely_not_there MODIFY COMMENT ''`)).toBe(81)
  })

  test('stay, with their comment, when their tables are truncated away', async () => {
    const name = await makeDatabase('emptied', { tables: 2 })
    await run(`ALTER DATABASE ${quote(name)} MODIFY COMMENT 'kept'`)
    await run(`TRUNCATE DATABASE ${quote(name)}`)
    expect(await rows(`SELECT name FROM system.tables WHERE database = ${literal(name)}`)).toEqual([])
    expect((await describeDatabase(name))?.[1]).toBe('kept')
  })

  test('tell the size of their tables; a table over the limit is not dropped (359)', async () => {
    const name = await makeDatabase('sizes', { tables: 1 })
    const sizes = await rows(
      `SELECT name, total_bytes > 0 FROM system.tables WHERE database = ${literal(name)}`,
    )
    expect(sizes).toEqual([['t0', 1]])
    expect(await code(`DROP TABLE ${quote(name)}.t0 SETTINGS max_table_size_to_drop = 1`)).toBe(359)
    expect(await code(`DROP TABLE ${quote(name)}.t0 SYNC`)).toBe(0)
    expect(await code(`DROP TABLE ${quote(name)}.t0 SYNC`)).toBe(60)
  })

  test.each(['with space', 'back`tick', "quo'te", 'back\\slash', 'aster*isk', 'ünï', '1digit', 'sel;ect'])(
    'can be called "%s" when quoted',
    async suffix => {
      const name = databaseName(suffix)
      const [formatted] = await rows(
        `SELECT formatQuerySingleLine(${literal(`CREATE DATABASE ${quote(name)}`)})`,
      )
      expect(formatted?.[0]).toMatch(/^CREATE DATABASE /)
      await run(`CREATE DATABASE ${quote(name)}`)
      expect(await rows(`SELECT name FROM system.databases WHERE name = ${literal(name)}`)).toEqual([[name]])
    },
  )
})

describe('users', () => {
  test('log in with the password behind a salted hash, and with no other', async () => {
    const { client, username } = await makeUser('salted')
    expect(await rows('SELECT 1', client)).toEqual([[1]])
    expect(
      await codeOfFailure(rows('SELECT 1', as({ username, password: 'password-of-saltedc0ffee' }))),
    ).toBe(516)
  })

  test('are said to be kept where SQL can change them', async () => {
    const { username } = await makeUser('kept')
    const stored = await rows(
      `SELECT u.storage, d.type FROM system.users AS u LEFT JOIN system.user_directories AS d ON d.name = u.storage WHERE u.name = ${literal(username)}`,
    )
    expect(stored).toHaveLength(1)
    expect(['local_directory', 'replicated']).toContain(stored[0]?.[1])
  })

  test('exist once: 493, unless IF NOT EXISTS', async () => {
    const { username, client } = await makeUser('once')
    expect(await code(`CREATE USER ${username} IDENTIFIED WITH no_password`)).toBe(493)
    await run(`CREATE USER IF NOT EXISTS ${username} IDENTIFIED WITH sha256_password BY 'other'`)
    expect(await rows('SELECT 1', client)).toEqual([[1]])
  })

  test('get another password and settings', async () => {
    const { username } = await makeUser('altered')
    await run(`ALTER USER ${username} IDENTIFIED WITH sha256_password BY 'changed'`)
    await run(`ALTER USER ${username} SETTINGS readonly = 2, max_threads = 1`)
    const changed = as({ username, password: 'changed' })
    expect(await rows("SELECT getSetting('readonly')", changed)).toEqual([[2]])
    await run(`ALTER USER ${username} SETTINGS readonly = 0`)
    expect(await rows("SELECT getSetting('readonly')", changed)).toEqual([[0]])
  })

  test('are gone after DROP: 516 for them, 192 for who looks for them', async () => {
    const { username, client } = await makeUser('dropped')
    await run(`DROP USER ${username}`)
    expect(await codeOfFailure(rows('SELECT 1', client))).toBe(516)
    expect(await code(`DROP USER ${username}`)).toBe(192)
    expect(await code(`ALTER USER ${username} SETTINGS readonly = 2`)).toBe(192)
    await run(`DROP USER IF EXISTS ${username}`)
    expect(await rows(`SELECT name FROM system.users WHERE name = ${literal(username)}`)).toEqual([])
  })
})

describe('grants', () => {
  test('to a user that is missing fail with 511', async () => {
    expect(await code('GRANT SELECT ON a.* TO surely_not_there')).toBe(511)
    expect(await code('REVOKE SELECT ON a.* FROM surely_not_there')).toBe(511)
  })

  test('come in batches, may precede the database, and are taken back in batches', async () => {
    const { username } = await makeUser('batched', readerSettings)
    const names = ['b_1', 'b_2', 'b_3'].map(name => `${server.prefix}_${name}`)
    await run(`GRANT ${names.map(name => `SELECT ON ${quote(name)}.*`).join(', ')} TO ${username}`)
    expect(await grantsOf(username)).toEqual(names.map(name => [name, null, 0, 0]))
    await run(
      `REVOKE ${names
        .slice(1)
        .map(name => `SELECT ON ${quote(name)}.*`)
        .join(', ')} FROM ${username}`,
    )
    expect(await grantsOf(username)).toEqual([[names[0], null, 0, 0]])
  })

  test('outlive a dropped database', async () => {
    const { username } = await makeUser('outlived', readerSettings)
    const name = await makeDatabase('short_lived')
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${username}`)
    await run(`DROP DATABASE ${quote(name)} SYNC`)
    expect(await grantsOf(username)).toEqual([[name, null, 0, 0]])
  })

  test('under a wider one leave no row; what is revoked from it is a row of its own', async () => {
    const { username } = await makeUser('wide', readerSettings)
    await run(`GRANT SELECT ON *.* TO ${username}`)
    await run(`GRANT SELECT ON narrow.* TO ${username}`)
    expect(await grantsOf(username)).toEqual([[null, null, 0, 0]])
    await run(`REVOKE SELECT ON taken_away.* FROM ${username}`)
    expect(await grantsOf(username)).toEqual([
      ['taken_away', null, 1, 0],
      [null, null, 0, 0],
    ])
  })

  test('take an asterisk outside of backticks for a wildcard, inside for itself', async () => {
    const { username } = await makeUser('wild', readerSettings)
    await run(`GRANT SELECT ON wild_*.*, SELECT ON ${quote('literal_*')}.* TO ${username}`)
    expect(await grantsOf(username)).toEqual([
      ['literal_*', null, 0, 0],
      ['wild_', null, 0, 1],
    ])
  })

  test('come through roles as well', async () => {
    const role = `${server.prefix}_role`
    made.roles.add(role)
    const name = await makeDatabase('by_role', { tables: 1 })
    const { username, client } = await makeUser('member', readerSettings)
    await run(`CREATE ROLE ${role}`)
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${role}`)
    await run(`GRANT ${role} TO ${username}`)
    expect(await rows(`SELECT toUInt8(count()) FROM ${quote(name)}.t0`, client)).toEqual([[3]])
    expect(
      await rows(`SELECT granted_role_name FROM system.role_grants WHERE user_name = ${literal(username)}`),
    ).toEqual([[role]])
    await run(`REVOKE ${role} FROM ${username}`)
    expect(await codeOfFailure(rows(`SELECT count() FROM ${quote(name)}.t0`, client))).toBe(497)
    await run(`DROP ROLE ${role}`)
  })
})

describe('the reader', () => {
  const dataLensSettings = {
    readonly: '2',
    join_use_nulls: '1',
    send_progress_in_http_headers: '0',
    output_format_json_quote_denormals: '1',
    max_result_rows: '1000',
    wait_end_of_query: '1',
  }

  test('reads what it was granted and nothing else', async () => {
    const [open, shut] = [
      await makeDatabase('open', { tables: 1 }),
      await makeDatabase('shut', { tables: 1 }),
    ]
    const { username, client, password } = await makeUser('reader', readerSettings)
    await run(`GRANT SELECT ON ${quote(open)}.* TO ${username}`)
    expect(await rows(`SELECT x FROM ${quote(open)}.t0 ORDER BY x DESC`, client)).toEqual([[3], [2], [1]])
    expect(await codeOfFailure(rows(`SELECT x FROM ${quote(shut)}.t0`, client))).toBe(497)
    const answer = await http(`SELECT count() FROM ${quote(shut)}.t0`, dataLensSettings, {
      username,
      password,
    })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain(`${username}: Not enough privileges.`)
    expect(await rows("SELECT database, name FROM system.tables WHERE database != 'system'", client)).toEqual(
      [[open, 't0']],
    )
    expect(await rows(`SELECT name FROM system.columns WHERE database = ${literal(shut)}`, client)).toEqual(
      [],
    )
  })

  test('loses access with the grant', async () => {
    const name = await makeDatabase('revoked', { tables: 1 })
    const { username, client } = await makeUser('cut_off', readerSettings)
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${username}`)
    expect(await rows(`SELECT toUInt8(count()) FROM ${quote(name)}.t0`, client)).toEqual([[3]])
    await run(`REVOKE SELECT ON ${quote(name)}.* FROM ${username}`)
    expect(await codeOfFailure(rows(`SELECT count() FROM ${quote(name)}.t0`, client))).toBe(497)
  })

  test('may send the settings of DataLens', async () => {
    const { username, password } = await makeUser('datalens', readerSettings)
    const query = "SELECT getSetting('readonly'), toUInt8(getSetting('join_use_nulls')) FORMAT TSV"
    expect(await (await http(query, dataLensSettings, { username, password })).text()).toBe('2\t1\n')
  })

  test('may not lift its readonly, and with readonly = 1 not send settings at all (164)', async () => {
    const two = await makeUser('readonly_two', readerSettings)
    const one = await makeUser('readonly_one', 'SETTINGS readonly = 1')
    const lifted = await http('SELECT 1', { readonly: '0' }, two)
    expect(lifted.headers.get('x-clickhouse-exception-code')).toBe('164')
    const setting = await http('SELECT 1', { join_use_nulls: '1' }, one)
    expect(setting.headers.get('x-clickhouse-exception-code')).toBe('164')
  })

  test('cannot write: 497 without the right, 164 with it', async () => {
    const name = await makeDatabase('written', { tables: 1 })
    const { username, client } = await makeUser('writer', readerSettings)
    const insert = `INSERT INTO ${quote(name)}.t0 VALUES (4)`
    expect(await code(`CREATE DATABASE ${server.prefix}_by_reader`, client)).toBe(497)
    expect(await code(insert, client)).toBe(497)
    await run(`GRANT SELECT, INSERT ON ${quote(name)}.* TO ${username}`)
    expect(await code(insert, client)).toBe(164)
  })

  test('describes and checks tables it may read', async () => {
    const name = await makeDatabase('described', { tables: 1 })
    const { username, client } = await makeUser('describer', readerSettings)
    await run(`GRANT SELECT ON ${quote(name)}.* TO ${username}`)
    expect((await rows(`DESCRIBE TABLE ${quote(name)}.t0`, client))[0]?.slice(0, 2)).toEqual(['x', 'UInt32'])
    expect(await rows(`EXISTS TABLE ${quote(name)}.t0`, client)).toEqual([[1]])
    expect(await rows(`EXISTS TABLE ${quote(name)}.t1`, client)).toEqual([[0]])
  })

  test('does not see the rights of others', async () => {
    const { client } = await makeUser('curious', readerSettings)
    expect(await codeOfFailure(rows('SELECT * FROM system.grants', client))).toBe(497)
  })
})

describe('an account with few rights', () => {
  test('creates, marks and grants on its names, and on no others', async () => {
    const { username, client } = await makeUser('operator')
    const reader = await makeUser('its_reader', readerSettings)
    const own = databaseName('own_1')
    const foreign = databaseName('foreign_1')
    await run(`GRANT CREATE DATABASE, ALTER DATABASE ON ${server.prefix}_own_*.* TO ${username}`)
    await run(`GRANT SELECT ON ${server.prefix}_own_*.* TO ${username} WITH GRANT OPTION`)

    await run(`CREATE DATABASE ${quote(own)} COMMENT 'mine'`, client)
    await run(`ALTER DATABASE ${quote(own)} MODIFY COMMENT 'still mine'`, client)
    await run(`GRANT SELECT ON ${quote(own)}.* TO ${reader.username}`, client)
    expect(await grantsOf(reader.username)).toEqual([[own, null, 0, 0]])
    expect(await rows(`SELECT comment FROM system.databases WHERE name = ${literal(own)}`, client)).toEqual([
      ['still mine'],
    ])

    expect(await code(`CREATE DATABASE ${quote(foreign)}`, client)).toBe(497)
    expect(await code(`GRANT SELECT ON ${quote(foreign)}.* TO ${reader.username}`, client)).toBe(497)
    expect(await code(`GRANT INSERT ON ${quote(own)}.* TO ${reader.username}`, client)).toBe(497)
    expect(await code(`CREATE USER ${server.prefix}_by_operator`, client)).toBe(497)
    expect(await code(`DROP USER ${reader.username}`, client)).toBe(497)
    expect(await codeOfFailure(rows('SELECT * FROM system.grants', client))).toBe(497)
  })

  test('is told which rights it has, though not whether it may pass them on', async () => {
    const { username, password } = await makeUser('asking')
    await run(`GRANT CREATE DATABASE ON asked_*.* TO ${username}`)
    const check = async (right: string): Promise<string> =>
      await (await http(`CHECK GRANT ${right}`, {}, { username, password })).text()
    expect(await check('CREATE DATABASE ON asked_1.*')).toBe('1\n')
    expect(await check('CREATE DATABASE ON another.*')).toBe('0\n')
    expect(await check('SELECT ON asked_1.*')).toBe('0\n')
  })

  test('with CREATE USER on one name makes that user alone', async () => {
    const { username, client } = await makeUser('maker')
    const allowed = `${server.prefix}_allowed`
    made.users.add(allowed)
    await run(`GRANT CREATE USER ON ${allowed} TO ${username}`)
    await run(`CREATE USER ${allowed} IDENTIFIED WITH sha256_password BY 'x' SETTINGS readonly = 2`, client)
    expect(await code(`CREATE USER ${server.prefix}_not_allowed IDENTIFIED BY 'x'`, client)).toBe(497)
  })
})
