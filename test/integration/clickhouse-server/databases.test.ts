import { beforeEach, describe, expect, test } from 'vitest'
import { broaderText } from '../../../src/clickhouse/scope.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { connect } from '../../cluster/clickhouse-under-test.ts'
import { aloneDatabase, openGivenClickHouse } from '../../cluster/given/clickhouse.ts'
import { dataOf, failure, useServers } from './servers.ts'

const never = new AbortController().signal
const servers = useServers()
const { byHand, fresh } = servers
let server: Server
let first: string
let second: string

beforeEach(() => {
  ;({ server, first, second } = servers)
})

describe('databases', () => {
  test('are created with the uuid and the mark that were given, once', async () => {
    const name = fresh()
    const uuid = crypto.randomUUID()
    const comment = "mark of `it's` \\ one"
    await server.snapshot({ maxAgeMs: 0 }, never)
    expect(await server.createDatabase(first, { name, uuid, comment }, never)).toEqual({ uuid })
    const view = await server.readDatabase(first, name, never)
    expect(view).toMatchObject({ uuid, comment, engine: 'Atomic' })
    expect(await server.readDatabase(second, name, never)).toBeUndefined()
    const again = await failure(server.createDatabase(first, { name, comment: 'other' }, never))
    expect(again).toMatchObject({ code: 'databaseExists', uncertain: false })
    expect((await server.readDatabase(first, name, never))?.comment).toBe(comment)
  })

  test('never share a uuid, which the engine would not survive', async () => {
    const [name, renamed] = [fresh(), fresh()]
    const { uuid } = await server.createDatabase(first, { name, comment: 'm' }, never)
    await byHand(0, `RENAME DATABASE ${name} TO ${renamed}`)
    await server.snapshot({ maxAgeMs: 0 }, never)
    const made = await server.createDatabase(first, { name, uuid, comment: 'm' }, never)
    expect(made.uuid).not.toBe(uuid)
    expect(await server.readDatabase(first, name, never)).toMatchObject({ uuid: made.uuid })
  })

  test('show only the first 1024 characters of a comment', async () => {
    const name = fresh()
    await byHand(0, `CREATE DATABASE ${name} COMMENT '${'x'.repeat(5_000)}'`)
    expect((await server.readDatabase(first, name, never))?.comment).toBe('x'.repeat(1024))
    const snapshot = await server.snapshot({ maxAgeMs: 0 }, never)
    expect(dataOf(snapshot, first).databases.get(name)?.comment).toHaveLength(1024)
  })

  test('a new mark is written and known at once; a missing database says so', async () => {
    const name = fresh()
    await server.createDatabase(first, { name, comment: 'one' }, never)
    await server.snapshot({ maxAgeMs: 0 }, never)
    await server.setComment(first, name, 'two', never)
    expect(dataOf(server.latest(), first).databases.get(name)?.comment).toBe('two')
    expect(await server.readDatabase(first, name, never)).toMatchObject({ comment: 'two' })
    expect(await failure(server.setComment(first, fresh(), 'x', never))).toMatchObject({
      code: 'databaseMissing',
    })
  })
})

describe('the snapshot', () => {
  test('has what we wrote, without another reading, and one begun earlier does not undo it', async () => {
    const name = fresh()
    await server.snapshot({ maxAgeMs: 0 }, never)
    await servers.clickHouse.setFault(0, {
      kind: 'delay',
      ms: 600_000,
      matching: /FROM system\.databases\s+FORMAT/,
    })
    let arrived = false
    const slow = server.snapshot({ maxAgeMs: 0 }, never).finally(() => {
      arrived = true
    })
    await server.createDatabase(first, { name, comment: 'm' }, never)
    await server.grantRead(name, { urls: [first] }, never)
    expect(dataOf(server.latest(), first).databases.has(name)).toBe(true)
    expect(dataOf(server.latest(), first).reader.covers(name)).toBe(true)
    expect(arrived).toBe(false)
    await servers.clickHouse.setFault(0)
    const after = dataOf(await slow, first)
    expect(after.databases.get(name)?.comment).toBe('m')
    expect(after.reader.covers(name)).toBe(true)
  })

  test('costs the same number of statements however many databases and callers there are', async () => {
    // Who answers is asked besides while nobody knows it.
    await server.snapshot({ maxAgeMs: 0 }, never)
    const count = async (): Promise<number> => {
      const before = (await servers.clickHouse.statistics()).total
      await Promise.all([1, 2, 3].map(() => server.snapshot({ maxAgeMs: 0 }, never)))
      return (await servers.clickHouse.statistics()).total - before
    }
    const few = await count()
    for (let index = 0; index < 20; index++) {
      const name = fresh()
      await server.createDatabase(first, { name, comment: 'm' }, never)
      await server.grantRead(name, { urls: [first] }, never)
    }
    const many = await count()
    // Three callers at once need at most the one that runs and the one after it.
    expect(few).toBeLessThanOrEqual(2 * 2 * 4)
    expect(many).toBeLessThanOrEqual(few)
  })

  test('sees what happened behind our back: grants widened, revoked, partly revoked', async () => {
    const [kept, partly, gone] = [fresh(), fresh(), fresh()]
    for (const name of [kept, partly, gone]) await server.grantRead(name, { urls: [first] }, never)
    await byHand(
      0,
      `REVOKE SELECT ON ${partly}.secret FROM datalens`,
      `REVOKE SELECT ON ${gone}.* FROM datalens`,
      'GRANT SELECT ON wide_*.* TO datalens',
    )
    const { reader } = dataOf(await server.snapshot({ maxAgeMs: 0 }, never), first)
    expect([kept, partly, gone].map(name => reader.covers(name))).toEqual([true, false, false])
    expect([kept, partly, gone].map(name => reader.touches(name))).toEqual([true, true, false])
    expect(reader.covers('wide_1')).toBe(true)
    expect(reader.broader.map(broaderText)).toEqual(['wide_*.*'])
    await byHand(0, 'REVOKE SELECT ON wide_*.* FROM datalens')
    await server.grantRead(partly, { urls: [first] }, never)
    const mended = dataOf(await server.snapshot({ maxAgeMs: 0 }, never), first).reader
    expect(mended.covers(partly)).toBe(true)
    expect(mended.broader).toEqual([])
  })
})

describe('tables', () => {
  test('are listed in an order in which they can be dropped', async () => {
    const name = fresh()
    await server.createDatabase(first, { name, comment: 'm' }, never)
    await byHand(
      0,
      `CREATE TABLE ${name}.t (a UInt64, b String) ENGINE = MergeTree ORDER BY a`,
      `INSERT INTO ${name}.t SELECT number, toString(number) FROM numbers(1000)`,
      `CREATE TABLE ${name}.\`odd ; DROP \\\`x\` (a Int8) ENGINE = Memory`,
      `CREATE VIEW ${name}.v AS SELECT 1`,
      `CREATE MATERIALIZED VIEW ${name}.mv ENGINE = MergeTree ORDER BY a AS SELECT a FROM ${name}.t`,
      `CREATE DICTIONARY ${name}.d (a UInt64, b String) PRIMARY KEY a ` +
        `SOURCE(CLICKHOUSE(TABLE 't' DB '${name}')) LAYOUT(FLAT()) LIFETIME(0)`,
    )
    const tables = await server.tables(first, name, never)
    expect(tables.find(table => table.name === 't')?.bytes).toBeGreaterThan(0)
    for (const table of tables) {
      const error = await failure(server.dropTable(first, { database: name, table }, never))
      // What a materialized view keeps its rows in goes with it.
      if (error !== undefined) expect(error).toMatchObject({ code: 'tableMissing' })
    }
    expect(await server.tables(first, name, never)).toEqual([])
    expect(await server.readDatabase(first, name, never)).toBeDefined()
  })

  test('the size up to which they may be dropped is known', async () => {
    expect(await server.dropLimit(first, never)).toBe(50_000_000_000)
  })
})

describe('servers that CLICKHOUSE_URL names', () => {
  const env = (): Readonly<Record<string, string>> => ({
    CLICKHOUSE_URL: servers.clickHouse.endpoints.join(','),
    CLICKHOUSE_USER: 'admin',
    CLICKHOUSE_PASSWORD: 'admin-pass',
  })
  const names = async (index: number): Promise<readonly string[]> => {
    const login = { username: 'admin', password: 'admin-pass' }
    const client = connect(servers.clickHouse.endpoints[index] ?? '', login)
    const all = 'SELECT name FROM system.databases UNION ALL SELECT name FROM system.users ORDER BY ALL'
    const rows = await client.query({ query: all, format: 'JSONCompact' })
    const { data } = await rows.json<[string]>()
    await client.close()
    return data.map(([name]) => name)
  }

  test('are taken for worlds only if every one says that it is for tests alone', async () => {
    expect(await openGivenClickHouse(1, {})).toBeUndefined()
    expect(await openGivenClickHouse(1, env())).toBeUndefined()
    await servers.byHand(0, `CREATE DATABASE ${aloneDatabase}`)
    expect(await openGivenClickHouse(1, env())).toBeUndefined()
  })

  test('are what they were when a world has ended, which had a login of its own', async () => {
    for (const index of [0, 1]) await servers.byHand(index, `CREATE DATABASE IF NOT EXISTS ${aloneDatabase}`)
    await expect(openGivenClickHouse(3, env())).rejects.toThrow('names 2 replicas, and this takes 3')
    const before = [await names(0), await names(1)]
    const given = await openGivenClickHouse(2, env())
    const { endpoints = [], username = '', password = '' } = given?.access ?? {}
    expect(endpoints).toEqual(servers.clickHouse.endpoints)
    for (const url of endpoints) {
      const client = connect(url, { username, password })
      await client.command({ query: 'CREATE DATABASE client_left' })
      await client.command({ query: 'CREATE TABLE client_left.t (x UInt8) ENGINE = MergeTree ORDER BY x' })
      await client.command({ query: 'CREATE USER left_reader' })
      await client.command({ query: 'GRANT SELECT ON client_left.* TO left_reader WITH GRANT OPTION' })
      await client.close()
    }
    expect(await names(1)).toEqual(expect.arrayContaining(['client_left', 'left_reader', username]))
    await given?.close()
    expect([await names(0), await names(1)]).toEqual(before)
  })
})
