// The stand-in answers what the operator asks as a server does. Judged by the operator's own eyes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openClickHouse, type ClickHouseUnderBench } from '../../bench/clickhouse.ts'
import { startStandIn } from '../../bench/stand-in/stand-in.ts'
import { checkAccount } from '../../src/clickhouse/accounts/account-check.ts'
import { accountRights } from '../../src/clickhouse/accounts/operator-account.ts'
import { loginAsReader } from '../../src/clickhouse/accounts/reader-login.ts'
import { announcedColumn } from '../../src/clickhouse/presence/announcement.ts'
import { Server } from '../../src/clickhouse/server.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Redacted } from '../../src/core/redaction/redacted.ts'
import { createLogger } from '../../src/telemetry/log.ts'

const admin = { username: 'operator', password: 'a-password' }
const readerPassword = new Redacted('reader-pass')
const never = new AbortController().signal
let standIn: ClickHouseUnderBench
let server: Server
let url = ''

beforeAll(async () => {
  standIn = await startStandIn({ admin, statementMs: 0 })
  url = standIn.endpoints[0] ?? ''
  const setup = open()
  await setup.createReader(url, readerPassword, never)
  await setup.close()
})
afterAll(() => standIn.stop())
beforeEach(() => {
  server = open()
})
afterEach(() => server.close())

function open(password = admin.password): Server {
  return new Server({
    endpoints: standIn.endpoints,
    credentials: { username: admin.username, password: new Redacted(password) },
    readerUser: 'datalens',
    clock: systemClock,
    random: Math.random,
    log: createLogger({ level: 'silent' }),
    spacingMs: 0,
  })
}

async function read(from = server) {
  const { endpoints } = await from.snapshot({ maxAgeMs: 0 }, never)
  const [view] = endpoints
  if (view?.ok !== true) throw view?.error ?? new Error('no endpoint')
  return view.data
}

describe('the stand-in', () => {
  test('has the databases that were made, once each, with uuid and comment', async () => {
    const { uuid } = await server.createDatabase(url, { name: 'a', comment: 'it’s `mine`' }, never)
    await expect(server.createDatabase(url, { name: 'a', comment: '' }, never)).rejects.toMatchObject({
      code: 'databaseExists',
    })
    const second = open()
    expect((await read(second)).databases.get('a')).toEqual({
      uuid,
      comment: 'it’s `mine`',
      engine: 'Atomic',
    })
    await second.setComment(url, 'a', 'changed', never)
    await second.close()
    expect(await server.readDatabase(url, 'a', never)).toMatchObject({ uuid, comment: 'changed' })
    expect(await server.readDatabase(url, 'b', never)).toBeUndefined()
    await expect(server.setComment(url, 'b', '', never)).rejects.toMatchObject({ code: 'databaseMissing' })
  })

  test('keeps grants, and the reader that logs in finds them', async () => {
    await server.createDatabase(url, { name: 'shop', comment: '' }, never)
    await server.createDatabase(url, { name: 'other', comment: '' }, never)
    await Promise.all(['shop', 'gone'].map(name => server.grantRead(name, {}, never)))
    await server.revokeRead('gone', {}, never)
    const { reader } = await read()
    expect([...reader.granted]).toEqual(['shop'])
    const asked = { url, password: readerPassword, open: ['shop'], refuse: 'other' }
    expect(await loginAsReader(server, asked, never)).toEqual({
      readonly: 2,
      settingsAccepted: true,
      refuses: true,
      opens: true,
    })
    await expect(
      loginAsReader(server, { ...asked, password: new Redacted('guess') }, never),
    ).rejects.toMatchObject({ code: 'authenticationFailed' })
    await expect(server.createReader(url, readerPassword, never)).rejects.toMatchObject({
      code: 'readerExists',
    })
  })

  test('gives the administrator every right, and nobody without the password any', async () => {
    const request = {
      mode: 'managed',
      patterns: ['bench_*'],
      readerUser: 'datalens',
      allowDrop: false,
    } as const
    const rights = await checkAccount(server, { url, rights: accountRights(request) }, never)
    expect(rights.filter(({ held }) => !held)).toEqual([])
    const stranger = open('guess')
    await expect(read(stranger)).rejects.toMatchObject({ code: 'authenticationFailed' })
    await stranger.close()
  })

  test('is one server, and keeps what its sessions say', async () => {
    const first = (await read()).server?.uuid
    expect(first).toMatch(/^[0-9a-f-]{36}$/)
    const session = { id: 's', timeoutSeconds: 60 }
    const statement = (sql: string) => ({ kind: 'probe', sql, what: 'try', write: false }) as const
    await server.ask(url, endpoint => endpoint.run(statement("SET log_comment = 'x'"), never, { session }))
    const facts = `SELECT version() AS version, '' AS storages, ${announcedColumn}`
    const rows = await server.ask(url, endpoint => endpoint.rows(statement(facts), never, { session }))
    expect(rows[0]?.at(-1)).toBe('x')
  })

  test('refuses what it does not know, and counts that, too', async () => {
    const before = await standIn.statistics()
    const clickhouse = openClickHouse(standIn, 1)
    await expect(clickhouse.run('OPTIMIZE TABLE a.b')).rejects.toThrow('does not know this statement')
    await clickhouse.createDatabase('plain', 'mark')
    await clickhouse.dropDatabase('plain')
    await clickhouse.close()
    expect((await standIn.statistics()).total - before.total).toBe(3)
    expect((await read()).databases.has('plain')).toBe(false)
  })
})
