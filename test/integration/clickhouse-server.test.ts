import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accountRights } from '../../src/clickhouse/accounts/operator-account.ts'
import { checkAccount } from '../../src/clickhouse/accounts/account-check.ts'
import { loginAsReader } from '../../src/clickhouse/accounts/reader-login.ts'
import { broaderText } from '../../src/clickhouse/scope.ts'
import { grantRight, rightText } from '../../src/clickhouse/statements.ts'
import { Endpoint } from '../../src/clickhouse/endpoint/endpoint.ts'
import type { ClickHouseMetrics } from '../../src/clickhouse/metrics.ts'
import { Server, type ServerOptions } from '../../src/clickhouse/server.ts'
import type { EndpointSnapshot, Snapshot } from '../../src/clickhouse/catalog/snapshot.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Redacted } from '../../src/core/redacted.ts'
import {
  startEmbeddedClickHouse,
  type EmbeddedClickHouse,
} from '../../src/dev/clickhouse/embedded-clickhouse.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { eventually } from '../time/eventually.ts'

const admin = { username: 'admin', password: 'admin-pass' }
const readerPassword = new Redacted('reader-pass')
const never = new AbortController().signal

let directory: string
let clickHouse: EmbeddedClickHouse
let server: Server
let first: string
let second: string
let names = 0

/** A database name that no other test has. */
function fresh(): string {
  names += 1
  return `client_${names}`
}

function open(options: Partial<ServerOptions> = {}): Server {
  return new Server({
    endpoints: clickHouse.endpoints,
    credentials: { username: admin.username, password: new Redacted(admin.password) },
    readerUser: 'datalens',
    clock: systemClock,
    random: Math.random,
    log: createLogger({ level: 'silent' }),
    timeouts: { statementMs: 5_000, probeMs: 1_000 },
    spacingMs: 0,
    ...options,
  })
}

/** Statements as the administrator, to change things behind the operator's back. */
async function byHand(index: number, ...sqls: readonly string[]): Promise<void> {
  const endpoint = openEndpoint(index, admin)
  for (const sql of sqls)
    await endpoint.run({ kind: 'probe', sql, what: 'do it by hand', write: true }, never)
  await endpoint.close()
}

function openEndpoint(index: number, user: { username: string; password: string }): Endpoint {
  const url = clickHouse.endpoints[index] ?? ''
  const credentials = { username: user.username, password: new Redacted(user.password) }
  return new Endpoint({ url, credentials, clock: systemClock })
}

function dataOf(snapshot: Snapshot | undefined, url: string): EndpointSnapshot {
  const view = snapshot?.endpoints.find(endpoint => endpoint.url === url)
  if (view?.ok !== true) throw new Error(`no data of ${url}: ${view?.error.message}`)
  return view.data
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lenskeeper-clickhouse-'))
  clickHouse = await startEmbeddedClickHouse({ directory, replicas: 2, admin })
  first = clickHouse.endpoints[0] ?? ''
  second = clickHouse.endpoints[1] ?? ''
  const setup = open()
  for (const url of clickHouse.endpoints) await setup.createReader(url, readerPassword, never)
  await setup.close()
})

afterAll(async () => {
  await clickHouse.stop()
  await rm(directory, { recursive: true, force: true })
})

beforeEach(() => {
  server = open()
})

afterEach(async () => {
  await server.close()
  for (const index of [0, 1]) await clickHouse.setFault(index)
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
    await clickHouse.setFault(0, { kind: 'delay', ms: 1_000, matching: /FROM system\.databases\s+FORMAT/ })
    let arrived = false
    const slow = server.snapshot({ maxAgeMs: 0 }, never).finally(() => {
      arrived = true
    })
    await server.createDatabase(first, { name, comment: 'm' }, never)
    await server.grantRead(name, { urls: [first] }, never)
    expect(dataOf(server.latest(), first).databases.has(name)).toBe(true)
    expect(dataOf(server.latest(), first).reader.covers(name)).toBe(true)
    expect(arrived).toBe(false)
    const after = dataOf(await slow, first)
    expect(after.databases.get(name)?.comment).toBe('m')
    expect(after.reader.covers(name)).toBe(true)
  })

  test('costs the same number of statements however many databases and callers there are', async () => {
    const count = async (): Promise<number> => {
      const before = (await clickHouse.statistics()).total
      await Promise.all([1, 2, 3].map(() => server.snapshot({ maxAgeMs: 0 }, never)))
      return (await clickHouse.statistics()).total - before
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

describe('grants', () => {
  test('of many callers travel in few statements, to every endpoint', async () => {
    const wanted = Array.from({ length: 40 }, fresh)
    const before = await clickHouse.statistics()
    await Promise.all(wanted.map(name => server.grantRead(name, {}, never)))
    const after = await clickHouse.statistics()
    expect((after.byVerb['GRANT'] ?? 0) - (before.byVerb['GRANT'] ?? 0)).toBeLessThanOrEqual(4)
    const snapshot = await server.snapshot({ maxAgeMs: 0 }, never)
    for (const url of clickHouse.endpoints) {
      expect(wanted.every(name => dataOf(snapshot, url).reader.granted.has(name))).toBe(true)
    }
    await Promise.all(wanted.map(name => server.revokeRead(name, {}, never)))
    const revoked = await server.snapshot({ maxAgeMs: 0 }, never)
    for (const url of clickHouse.endpoints) {
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
    await clickHouse.setFault(0, { kind: 'loseAnswer', matching: /^GRANT/, times: 1 })
    expect(await failure(server.grantRead(name, { urls: [first] }, never))).toMatchObject({ uncertain: true })
    expect(dataOf(server.latest(), first).reader.covers(name)).toBe(false)
    await eventually(async () => {
      const snapshot = await server.snapshot({ maxAgeMs: 3_600_000 }, never)
      return dataOf(snapshot, first).reader.covers(name)
    })
  })
})

describe('an endpoint that is down', () => {
  test('is a view that says so, delays nobody twice, and is found again by itself', async () => {
    const changes: boolean[] = []
    server.subscribe(() => changes.push(true))
    await clickHouse.stopReplica(1)
    const snapshot = await server.snapshot({ maxAgeMs: 0 }, never)
    expect(snapshot.endpoints.map(view => view.ok)).toEqual([true, false])
    expect(snapshot.endpoints[1]).toMatchObject({ error: { code: 'unreachable' } })
    expect(changes).toHaveLength(1)
    const refused = await failure(server.createDatabase(second, { name: fresh(), comment: 'm' }, never))
    expect(refused).toMatchObject({ code: 'unreachable', uncertain: false, retryable: true })
    const name = fresh()
    await server.createDatabase(first, { name, comment: 'm' }, never)
    await clickHouse.startReplica(1)
    await eventually(async () => {
      const again = await server.snapshot({ maxAgeMs: 3_600_000 }, never)
      return again.endpoints.every(view => view.ok)
    })
    expect(changes).toHaveLength(2)
  })

  test('that hangs is given up after the time-out, and remembered', async () => {
    const hasty = open({ timeouts: { statementMs: 300, probeMs: 200 } })
    await clickHouse.setFault(1, { kind: 'hang' })
    const snapshot = await hasty.snapshot({ maxAgeMs: 0 }, never)
    expect(snapshot.endpoints.map(view => view.ok)).toEqual([true, false])
    expect(snapshot.endpoints[1]).toMatchObject({ error: { code: 'timeout', uncertain: false } })
    const before = (await clickHouse.statistics()).replicas[1]?.total
    await failure(hasty.grantRead(fresh(), { urls: [second] }, never))
    expect((await clickHouse.statistics()).replicas[1]?.total).toBe(before)
    await hasty.close()
  })

  test('a create that timed out may have been done: it says so', async () => {
    const hasty = open({ timeouts: { statementMs: 300, probeMs: 200 } })
    await clickHouse.setFault(0, { kind: 'hang', matching: /^CREATE DATABASE/ })
    const error = await failure(hasty.createDatabase(first, { name: fresh(), comment: 'm' }, never))
    expect(error).toMatchObject({ code: 'timeout', uncertain: true })
    await hasty.close()
  })
})

describe('signals', () => {
  test('an aborted one sends nothing', async () => {
    const name = fresh()
    const aborted = AbortSignal.abort()
    const error = await failure(server.createDatabase(first, { name, comment: 'm' }, aborted))
    expect(error).toMatchObject({ code: 'aborted', uncertain: false })
    expect(await server.readDatabase(first, name, never)).toBeUndefined()
  })

  test('one that aborts during a statement leaves a doubt, and what was done is found', async () => {
    const name = fresh()
    await clickHouse.setFault(0, { kind: 'delay', ms: 500, matching: /^CREATE DATABASE/ })
    const controller = new AbortController()
    const work = failure(server.createDatabase(first, { name, comment: 'm' }, controller.signal))
    // A request made after it, over another socket, is answered: the first one is on its way.
    await server.readDatabase(first, name, never)
    controller.abort()
    expect(await work).toMatchObject({ code: 'aborted', uncertain: true })
    await eventually(async () => (await server.readDatabase(first, name, never)) !== undefined)
  })

  test('nothing works after close', async () => {
    await server.close()
    expect(await failure(server.snapshot({ maxAgeMs: 0 }, never))).toMatchObject({ code: 'aborted' })
    expect(await failure(server.grantRead('a', {}, never))).toMatchObject({ code: 'aborted' })
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
    const request = { password: readerPassword, open: granted, refuse: withheld }
    expect(await loginAsReader(server, { url: first, ...request }, never)).toEqual({
      readonly: 2,
      settingsAccepted: true,
      opens: true,
      refuses: true,
    })
    const swapped = { password: readerPassword, open: withheld, refuse: granted }
    expect(await loginAsReader(server, { url: first, ...swapped }, never)).toMatchObject({
      opens: false,
      refuses: false,
    })
  })

  test('an empty database that is granted opens', async () => {
    const [granted, withheld] = [fresh(), fresh()]
    for (const name of [granted, withheld]) await server.createDatabase(first, { name, comment: 'm' }, never)
    await server.grantRead(granted, { urls: [first] }, never)
    const request = { password: readerPassword, open: granted, refuse: withheld }
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

describe('the account that `sql` describes', () => {
  const account = { username: 'operator', password: 'op-pass' }
  const request = {
    mode: 'managed',
    patterns: ['acct_*'],
    readerUser: 'acct_reader',
    allowDrop: true,
  } as const
  const rights = accountRights(request)

  async function renew(rightsToGive: readonly string[]): Promise<Server> {
    await byHand(
      0,
      'DROP USER IF EXISTS operator',
      'DROP USER IF EXISTS acct_reader',
      'DROP DATABASE IF EXISTS acct_1',
      `CREATE USER operator IDENTIFIED WITH sha256_password BY '${account.password}'`,
      ...rightsToGive,
    )
    return open({
      endpoints: [first],
      credentials: { username: account.username, password: new Redacted(account.password) },
      readerUser: 'acct_reader',
    })
  }

  /** Everything the operator ever does, in the order in which it does it. */
  async function doEverything(restricted: Server): Promise<void> {
    const snapshot = await restricted.snapshot({ maxAgeMs: 0 }, never)
    for (const view of snapshot.endpoints) if (!view.ok) throw view.error
    await restricted.createReader(first, readerPassword, never)
    await restricted.createDatabase(first, { name: 'acct_1', comment: 'm' }, never)
    await restricted.setComment(first, 'acct_1', 'n', never)
    await restricted.grantRead('acct_1', {}, never)
    await byHand(
      0,
      'CREATE TABLE acct_1.t (a UInt64) ENGINE = MergeTree ORDER BY a',
      'CREATE VIEW acct_1.v AS SELECT 1',
      "CREATE DICTIONARY acct_1.d (a UInt64) PRIMARY KEY a SOURCE(CLICKHOUSE(TABLE 't' DB 'acct_1')) LAYOUT(FLAT()) LIFETIME(0)",
    )
    await restricted.revokeRead('acct_1', {}, never)
    await restricted.dropLimit(first, never)
    const tables = await restricted.tables(first, 'acct_1', never)
    expect(tables).toHaveLength(3)
    for (const table of tables) await restricted.dropTable(first, { database: 'acct_1', table }, never)
  }

  test('is enough, and can do nothing to other databases and users', async () => {
    const restricted = await renew(rights.map(right => grantRight(right, 'operator')))
    await doEverything(restricted)
    const held = await checkAccount(restricted, { url: first, request }, never)
    expect(held.filter(right => !right.held)).toEqual([])
    const refused = await failure(restricted.createDatabase(first, { name: 'other_1', comment: 'm' }, never))
    expect(refused).toMatchObject({ code: 'missingPrivileges' })
    expect(String(refused)).toContain('GRANT CREATE DATABASE ON `other_1`.* TO `operator`')
    expect(await failure(restricted.grantRead('other_1', {}, never))).toMatchObject({
      code: 'missingPrivileges',
    })
    expect(await failure(restricted.setComment(first, 'default', 'x', never))).toMatchObject({
      code: 'missingPrivileges',
    })
    await restricted.close()
  })

  // The embedded engine lets everybody read its system tables; on a server those rights are needed as well.
  test.each(
    rights
      .map(right => ({ ...right, right: rightText(right) }))
      .filter(({ scope }) => scope.kind !== 'systemTable'),
  )('without $right something is refused, and the check says which', async missing => {
    const others = rights.filter(right => rightText(right) !== missing.right)
    const restricted = await renew(others.map(right => grantRight(right, 'operator')))
    expect(await failure(doEverything(restricted))).toMatchObject({ code: 'missingPrivileges' })
    if (!missing.privileges.startsWith('SHOW USERS')) {
      const checked = await checkAccount(restricted, { url: first, request }, never)
      const statement = grantRight(missing, 'operator')
      expect(checked.filter(right => !right.held).map(right => grantRight(right, right.username))).toEqual([
        statement,
      ])
    }
    await restricted.close()
  })

  test('a right to read without the right to pass it on is not enough, and the check sees that', async () => {
    const weaker = rights.map(right => grantRight({ ...right, grantOption: false }, 'operator'))
    const restricted = await renew(weaker)
    expect(await failure(doEverything(restricted))).toMatchObject({ code: 'missingPrivileges' })
    const checked = await checkAccount(restricted, { url: first, request }, never)
    expect(checked.filter(right => !right.held).map(rightText)).toEqual(['SELECT ON `acct_`*.*'])
    await restricted.close()
  })
})

test('statements are counted by kind and outcome', async () => {
  const seen: string[] = []
  const metrics: ClickHouseMetrics = { statement: (kind, code) => seen.push(`${kind} ${code}`) }
  const counted = open({ metrics })
  const name = fresh()
  await counted.createDatabase(first, { name, comment: 'm' }, never)
  await failure(counted.createDatabase(first, { name, comment: 'm' }, never))
  expect(seen).toEqual(['createDatabase ok', 'createDatabase databaseExists'])
  await counted.close()
})
