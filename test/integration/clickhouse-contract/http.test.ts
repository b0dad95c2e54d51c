/** What the operator takes for granted of a ClickHouse server’s HTTP interface. */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { codeOfFailure, type Login } from '../../cluster/clickhouse-under-test.ts'
import { literal, useContract } from './contract.ts'

const contract = useContract()
const { http, rows, databaseName, makeDatabase } = contract

describe('HTTP interface', () => {
  test('is of the release that the run is about, where that is said', async () => {
    const [[version] = []] = await rows('SELECT version()')
    expect(version).toMatch(/^\d+\.\d+\./)
    expect(version).toBe(process.env['EXPECTED_CLICKHOUSE'] ?? version)
  })

  test('answers a ping without credentials', async () => {
    const answer = await fetch(new URL('/ping', contract.server.url))
    expect(await answer.text()).toBe('Ok.\n')
    expect(await contract.admin.ping()).toEqual({ success: true })
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
    const username = login.username === 'admin' ? contract.server.admin.username : login.username
    const answer = await http('SELECT 1', {}, { username, password: login.password })
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('516')
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain(
      `${username}: Authentication failed: password is incorrect, or there is no user with such name`,
    )
  })

  test('tells which server it is: by a uuid that stays, and by a name with each answer', async () => {
    const [[uuid] = []] = await rows('SELECT toString(serverUUID())')
    expect(uuid).toMatch(/^[0-9a-f]{8}-/)
    expect(uuid).not.toMatch(/^[0-]+$/)
    expect(
      await rows('SELECT toString(serverUUID()) AS uuid UNION ALL SELECT toString(serverUUID())'),
    ).toEqual([[uuid], [uuid]])
    const name = databaseName('named')
    const answers = [
      await http('SELECT 1'),
      await http(`CREATE DATABASE ${name}`),
      await http('SELECT throwIf(1)'),
    ]
    const names = new Set(answers.map(({ headers }) => headers.get('x-clickhouse-server-display-name')))
    expect(names.size).toBe(1)
    expect([...names]).not.toContain(null)
  })

  test('keeps a setting in a named session of its user, which one statement at a time may use', async () => {
    const id = randomUUID()
    const session = { session_id: id, session_timeout: '60' }
    const ask = async (search: Record<string, string>, login?: Login): Promise<string> =>
      await (await http("SELECT getSetting('log_comment') AS said", search, login)).text()
    expect(await ask(session)).toBe('\n')
    const set = await http("SET log_comment = 'it''s me'", { ...session, wait_end_of_query: '1' })
    expect([set.status, await set.text()]).toEqual([200, ''])
    expect(await ask(session)).toBe("it\\'s me\n")
    expect(await ask({ ...session, session_check: '1' })).toBe("it\\'s me\n")
    expect(await ask({ session_id: randomUUID() })).toBe('\n')
    expect(await ask({})).toBe('\n')
    const another = await contract.makeUser('in_a_session')
    expect(await ask(session, another)).toBe('\n')
    const answers = await Promise.all([1, 2].map(() => http('SELECT sleep(0.5) AS slept', session)))
    const codes = answers.map(({ headers }) => headers.get('x-clickhouse-exception-code') ?? 'none')
    expect(new Set(codes)).toEqual(new Set(['373', 'none']))
    const codeOf = async (search: Record<string, string>) =>
      (await http('SELECT 1', search)).headers.get('x-clickhouse-exception-code')
    expect(await codeOf({ session_id: randomUUID(), session_check: '1' })).toBe('372')
    expect(await codeOf({ ...session, session_timeout: '3601' })).toBe('374')
  })

  test('keeps in a session the roles of its beginning', async () => {
    const user = await contract.makeUser('without_roles')
    const role = `${user.username}_later`
    contract.made.roles.add(role)
    const session = { session_id: randomUUID(), session_timeout: '60' }
    const codeOf = async (search: Record<string, string>) => {
      const { headers } = await http('SELECT count() FROM system.users', search, user)
      return headers.get('x-clickhouse-exception-code') ?? 'none'
    }
    expect(await codeOf(session)).toBe('497')
    await contract.run(`CREATE ROLE ${role}`)
    await contract.run(`GRANT SHOW USERS, SHOW ROLES ON *.* TO ${role}`)
    await contract.run(`GRANT ${role} TO ${user.username}`)
    expect(await codeOf({})).toBe('none')
    expect(await codeOf(session)).toBe('497')
    expect(await codeOf({ session_id: randomUUID() })).toBe('none')
  })

  test('takes credentials from X-ClickHouse headers', async () => {
    const headers = {
      'x-clickhouse-user': contract.server.admin.username,
      'x-clickhouse-key': contract.server.admin.password,
    }
    const answer = await fetch(contract.server.url, { method: 'POST', body: 'SELECT 7', headers })
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
    await contract.admin.command({ query: 'CREATE DATABASE {name:Identifier}', query_params: { name } })
    expect(await rows(`SELECT name FROM system.databases WHERE name = ${literal(name)}`)).toEqual([[name]])
    const grant = contract.admin.command({
      query: 'GRANT SELECT ON {name:Identifier}.* TO x',
      query_params: { name },
    })
    expect(await codeOfFailure(grant)).toBe(62)
  })

  test('gives a bound value to the statement as it is, whatever is in it', async () => {
    const value = "tab\t newline\n quote' backslash\\ brace}"
    const result = await contract.admin.query({
      query: 'SELECT {value:String} AS value, {list:Array(UInt8)} AS list',
      query_params: { value, list: [1, 2] },
      format: 'JSONEachRow',
    })
    expect(await result.json()).toEqual([{ value, list: [1, 2] }])
  })
})
