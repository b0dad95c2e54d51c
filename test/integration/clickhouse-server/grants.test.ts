import { beforeEach, describe, expect, test } from 'vitest'
import { loginAsReader } from '../../../src/clickhouse/accounts/reader-login.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { eventually } from '../../time/eventually.ts'
import { dataOf, failure, readerPassword, useServers } from './servers.ts'

const never = new AbortController().signal
const servers = useServers()
const { byHand, fresh, open } = servers
let server: Server
let first: string

beforeEach(() => {
  ;({ server, first } = servers)
})

describe('grants', () => {
  test('of many callers travel in few statements, to every endpoint', async () => {
    const wanted = Array.from({ length: 40 }, fresh)
    const before = await servers.clickHouse.statistics()
    await Promise.all(wanted.map(name => server.grantRead(name, {}, never)))
    const after = await servers.clickHouse.statistics()
    expect((after.byVerb['GRANT'] ?? 0) - (before.byVerb['GRANT'] ?? 0)).toBeLessThanOrEqual(4)
    const snapshot = await server.snapshot({ maxAgeMs: 0 }, never)
    for (const url of servers.clickHouse.endpoints) {
      expect(wanted.every(name => dataOf(snapshot, url).reader.granted.has(name))).toBe(true)
    }
    await Promise.all(wanted.map(name => server.revokeRead(name, {}, never)))
    const revoked = await server.snapshot({ maxAgeMs: 0 }, never)
    for (const url of servers.clickHouse.endpoints) {
      expect(wanted.some(name => dataOf(revoked, url).reader.touches(name))).toBe(false)
    }
  })

  test('to a reader that does not exist fail as such', async () => {
    const other = open({ readerUser: 'nobody' })
    expect(await failure(other.grantRead(fresh(), {}, never))).toMatchObject({
      code: 'readerMissing',
      retryable: false,
    })
    await other.close()
  })

  test('whose answer is lost are uncertain, and the next snapshot is read anew and tells', async () => {
    const name = fresh()
    await server.snapshot({ maxAgeMs: 0 }, never)
    await servers.clickHouse.setFault(0, { kind: 'loseAnswer', matching: /^GRANT/, times: 1 })
    expect(await failure(server.grantRead(name, { urls: [first] }, never))).toMatchObject({ uncertain: true })
    expect(dataOf(server.latest(), first).reader.covers(name)).toBe(false)
    await eventually(async () => {
      const snapshot = await server.snapshot({ maxAgeMs: 3_600_000 }, never)
      return dataOf(snapshot, first).reader.covers(name)
    })
  })
})

describe('the reader', () => {
  test('logs in with the password that it was given, at readonly 2, and sees what is granted only', async () => {
    const [granted, withheld] = [fresh(), fresh()]
    for (const name of [granted, withheld]) {
      await server.createDatabase(first, { name, comment: 'm' }, never)
      await byHand(0, `CREATE TABLE ${name}.t (a Int8) ENGINE = MergeTree ORDER BY a`)
    }
    await server.grantRead(granted, { urls: [first] }, never)
    const request = { password: readerPassword, open: [granted], refuse: withheld }
    expect(await loginAsReader(server, { url: first, ...request }, never)).toEqual({
      readonly: 2,
      settingsAccepted: true,
      opens: true,
      refuses: true,
    })
    const swapped = { password: readerPassword, open: [withheld], refuse: granted }
    expect(await loginAsReader(server, { url: first, ...swapped }, never)).toMatchObject({
      opens: false,
      refuses: false,
    })
  })

  test('an empty database that is granted opens', async () => {
    const [granted, withheld] = [fresh(), fresh()]
    for (const name of [granted, withheld]) await server.createDatabase(first, { name, comment: 'm' }, never)
    await server.grantRead(granted, { urls: [first] }, never)
    const request = { password: readerPassword, open: [granted], refuse: withheld }
    expect(await loginAsReader(server, { url: first, ...request }, never)).toMatchObject({
      opens: true,
      refuses: true,
    })
  })

  test('a wrong password is called so, and is not told', async () => {
    const password = new Redacted('wrong-pass')
    const error = (await failure(loginAsReader(server, { url: first, password }, never))) as Error
    expect(error).toMatchObject({ code: 'authenticationFailed' })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('wrong-pass')
  })

  test('a profile that is not fit for DataLens is seen', async () => {
    const strict = open({ readerUser: 'strict' })
    await byHand(0, "CREATE USER strict IDENTIFIED WITH sha256_password BY 'p' SETTINGS readonly = 1")
    const password = new Redacted('p')
    expect(await loginAsReader(strict, { url: first, password }, never)).toEqual({
      readonly: 1,
      settingsAccepted: false,
    })
    await strict.close()
  })

  test('an existing one is not touched', async () => {
    const error = await failure(server.createReader(first, new Redacted('other-pass'), never))
    expect(error).toMatchObject({ code: 'readerExists' })
    expect(await loginAsReader(server, { url: first, password: readerPassword }, never)).toMatchObject({
      readonly: 2,
    })
    expect(dataOf(await server.snapshot({ maxAgeMs: 0 }, never), first).reader.exists).toBe(true)
  })
})
