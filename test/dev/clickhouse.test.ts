import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
} from '../../src/dev/clickhouse/embedded-clickhouse.ts'
import { codeOfFailure, connect } from '../cluster/clickhouse-under-test.ts'
import { eventually } from '../time/eventually.ts'
import { isRunning } from '../cluster/running-process.ts'

// What the embedded ClickHouse offers beyond a server: persistence over crashes, faults, counts. What it shares
// with a server is in the contract suite.

// Each case is bounded work of a real engine, not a wait. How long it takes is for the machine's other load to say:
// some 20 s when it is busy. So the deadline is there for what hangs only.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const admin = { username: 'admin', password: 'a-password-of-the-admin' }
const directory = mkdtempSync(join(tmpdir(), 'lenskeeper-embedded-'))
let clickhouse: EmbeddedClickHouse
let clients: ClickHouseClient[]

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse({ directory, replicas: 2, admin })
  clients = clickhouse.endpoints.map(url => connect(url, admin))
})

afterAll(async () => {
  await Promise.all(clients.map(client => client.close()))
  await clickhouse.stop()
  rmSync(directory, { recursive: true, force: true })
})

function client(index: number): ClickHouseClient {
  return clients[index]!
}

async function run(query: string, index = 0): Promise<void> {
  await client(index).command({ query })
}

async function values(query: string, index = 0): Promise<unknown[]> {
  const result = await client(index).query({ query, format: 'JSONCompactEachRow' })
  return (await result.json<unknown[]>()).map(row => row[0])
}

const databases = (index = 0): Promise<unknown[]> =>
  values("SELECT name FROM system.databases WHERE name LIKE 'd\\_%' ORDER BY name", index)

describe('replicas', () => {
  test('are independent of one another', async () => {
    await run('CREATE DATABASE d_first', 0)
    expect(await databases(0)).toContain('d_first')
    expect(await databases(1)).not.toContain('d_first')
  })

  test('keep what they answered for when killed, and their address', async () => {
    await run("CREATE DATABASE d_kept COMMENT 'a mark'")
    await run("CREATE USER kept IDENTIFIED BY 'a-users-password' SETTINGS readonly = 2")
    await run('GRANT SELECT ON d_kept.* TO kept')
    const uuid = await values("SELECT uuid FROM system.databases WHERE name = 'd_kept'")
    await clickhouse.killReplica(0)
    await expect(values('SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
    await clickhouse.startReplica(0)
    expect(
      await values("SELECT uuid FROM system.databases WHERE name = 'd_kept' AND comment = 'a mark'"),
    ).toEqual(uuid)
    const kept = connect(clickhouse.endpoints[0]!, { username: 'kept', password: 'a-users-password' })
    const seen = await kept.query({
      query: "SELECT name FROM system.databases WHERE name LIKE 'd\\_%'",
      format: 'TabSeparated',
    })
    expect(await seen.text()).toBe('d_kept\n')
    await kept.close()
  })

  test('come back empty when emptied, the others as they were', async () => {
    const uuids = () => Promise.all([0, 1].map(at => values('SELECT serverUUID()', at)))
    const [first, second] = await uuids()
    await run('CREATE DATABASE d_lost', 1)
    await run('CREATE USER lost', 1)
    await clickhouse.emptyReplica(1)
    expect(await databases(1)).toEqual([])
    expect(await codeOfFailure(run('DROP USER lost', 1))).toBe(192)
    expect(await databases(0)).not.toEqual([])
    expect(await uuids()).toEqual([first, expect.not.arrayContaining(second ?? [])])
  })

  test('do not answer while frozen, and go on where they were', async () => {
    clickhouse.freezeReplica(1)
    const stop = new AbortController()
    const frozen = client(1).query({ query: 'SELECT 1', abort_signal: stop.signal })
    const other = await values('SELECT 1', 0)
    stop.abort()
    await expect(frozen).rejects.toThrow(/abort/i)
    clickhouse.thawReplica(1)
    expect(await values('SELECT 1', 1)).toEqual(other)
  })

  test('have no password in their arguments, and none in the clear on disk', () => {
    for (const pid of clickhouse.pids()) {
      const args = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
      expect(args).toContain('replica-process')
      expect(args).not.toContain(admin.password)
    }
    const journal = readFileSync(join(directory, 'replica-0', 'access.jsonl'), 'utf8')
    expect(journal).toContain('"kept"')
    expect(journal).not.toContain('a-users-password')
  })

  test('rights survive being summed up', async () => {
    await run('CREATE USER summed')
    for (let index = 0; index < 220; index += 1) await run(`GRANT SELECT ON s_${index % 110}.* TO summed`)
    await run('REVOKE SELECT ON s_0.* FROM summed')
    const query = "SELECT database FROM system.grants WHERE user_name = 'summed' ORDER BY ALL"
    const before = await values(query)
    expect(before).toHaveLength(109)
    await run('GRANT SELECT ON s_another.* TO summed')
    await clickhouse.killReplica(0)
    await clickhouse.startReplica(0)
    expect(await values(query)).toEqual([...before, 's_another'])
  })
})

describe('the engine', () => {
  const rightsOf = (user: string): Promise<unknown[]> =>
    values(`SELECT database FROM system.grants WHERE user_name = '${user}' ORDER BY ALL`)

  test('is told of every grant before it is asked, and replaced unnoticed when it was opened too often', async () => {
    await run('CREATE USER often')
    const names = Array.from({ length: 70 }, (_, index) => `o_${String(index).padStart(2, '0')}`)
    const enginePid = (): string => readFileSync(join(directory, 'replica-0', 'engine.pid'), 'utf8')
    const before = enginePid()
    for (const [index, name] of names.entries()) {
      await run(`GRANT SELECT ON ${name}.* TO often`)
      expect(await rightsOf('often')).toEqual(names.slice(0, index + 1))
    }
    expect(enginePid()).not.toBe(before)
  })

  test('answers about rights as promptly, and as truly, with many databases', async () => {
    await Promise.all(Array.from({ length: 1_050 }, (_, index) => run(`CREATE DATABASE many_${index}`)))
    await run("CREATE USER watcher IDENTIFIED BY 'x' SETTINGS readonly = 2")
    await run('CREATE USER watched')
    await run('GRANT SHOW USERS, SHOW ROLES ON *.* TO watcher')
    const watcher = connect(clickhouse.endpoints[0]!, { username: 'watcher', password: 'x' })
    const query = "SELECT database FROM system.grants WHERE user_name = 'watched' ORDER BY ALL"
    const seenByWatcher = async (): Promise<string> =>
      await (await watcher.query({ query, format: 'TabSeparated' })).text()
    expect(await rightsOf('watched')).toEqual([])
    await run('GRANT SELECT ON many_1.*, SELECT ON many_2.* TO watched')
    expect(await rightsOf('watched')).toEqual(['many_1', 'many_2'])
    await run('REVOKE SELECT ON many_1.* FROM watched')
    expect(await seenByWatcher()).toBe('many_2\n')
    await run('REVOKE SHOW USERS ON *.* FROM watcher')
    expect(await codeOfFailure(seenByWatcher())).toBe(497)
    await watcher.close()
  })
})

describe('faults', () => {
  test('refuse: nobody listens', async () => {
    await clickhouse.setFault(0, { kind: 'refuse' })
    await expect(run('SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
    await clickhouse.setFault(0)
    expect(await values('SELECT 1')).toEqual([1])
  })

  test('error: the code, for matching statements, after some, so many times; the statement is not run', async () => {
    await clickhouse.setFault(0, { kind: 'error', code: 202, matching: /CREATE DATABASE/, skip: 1, times: 2 })
    const codes: number[] = []
    for (const name of ['d_e1', 'd_e2', 'd_e3', 'd_e4'])
      codes.push(await codeOfFailure(run(`CREATE DATABASE ${name}`)))
    expect(codes).toEqual([0, 202, 202, 0])
    expect(await databases()).toEqual(expect.arrayContaining(['d_e1', 'd_e4']))
    expect(await databases()).not.toContain('d_e2')
  })

  test('loseAnswer: done, but the client cannot know', async () => {
    await clickhouse.setFault(0, { kind: 'loseAnswer', matching: /d_unsure/, times: 1 })
    await expect(run('CREATE DATABASE d_unsure')).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect(await databases()).toContain('d_unsure')
  })

  test('drop: not done, connection cut', async () => {
    await clickhouse.setFault(0, { kind: 'drop', matching: /d_dropped/, times: 1 })
    await expect(run('CREATE DATABASE d_dropped')).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect(await databases()).not.toContain('d_dropped')
  })

  test('hang: no answer until the fault is over', async () => {
    await clickhouse.setFault(0, { kind: 'hang', matching: /d_hung/ })
    const hung = run('CREATE DATABASE d_hung')
    await eventually(async () => (await clickhouse.heldBack(0)) === 1)
    expect(await databases()).not.toContain('d_hung')
    await clickhouse.setFault(0)
    await expect(hung).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect(await databases()).not.toContain('d_hung')
  })

  test('hangAnswer: done, and no answer until the fault is over', async () => {
    await clickhouse.setFault(0, { kind: 'hangAnswer', matching: /d_silent/ })
    const hung = run('CREATE DATABASE d_silent')
    await eventually(async () => (await clickhouse.heldBack(0)) === 1)
    expect(await databases()).toContain('d_silent')
    await clickhouse.setFault(0)
    await expect(hung).rejects.toThrow(/socket hang up|ECONNRESET/)
  })

  test('delay: held back until the fault is taken away at the latest', async () => {
    await clickhouse.setFault(0, { kind: 'delay', ms: 3_600_000, matching: /d_late/ })
    const late = run('CREATE DATABASE d_late')
    await eventually(async () => (await clickhouse.heldBack(0)) === 1)
    expect(await databases()).not.toContain('d_late')
    await clickhouse.setFault(0)
    await late
    expect(await databases()).toContain('d_late')
  })

  test('lie: said to be done, and is not', async () => {
    await clickhouse.setFault(0, { kind: 'lie', matching: /d_lie/ })
    await run('CREATE DATABASE d_lie')
    await clickhouse.setFault(0)
    expect(await databases()).not.toContain('d_lie')
  })
})

describe('statistics', () => {
  test('count every statement by what it does, refused ones too', async () => {
    const before = await clickhouse.statistics()
    await run('CREATE DATABASE d_counted')
    await codeOfFailure(run('CREATE DATABASE d_counted'))
    await run('CREATE USER counted')
    await run('GRANT SELECT ON a.* TO counted')
    await values('SELECT 1')
    await values('SELECT 1', 1)
    const after = await clickhouse.statistics()
    const grown = (kind: 'ddl' | 'access' | 'queries' | 'total'): number => after[kind] - before[kind]
    expect([grown('ddl'), grown('access'), grown('queries'), grown('total')]).toEqual([2, 2, 2, 6])
    expect((after.replicas[1]?.total ?? 0) - (before.replicas[1]?.total ?? 0)).toBe(1)
    expect(
      (await clickhouse.statements()).slice(-6).map(({ verb, code, user }) => [verb, code, user]),
    ).toEqual(
      expect.arrayContaining([
        ['CREATE DATABASE', 82, 'admin'],
        ['GRANT', 0, 'admin'],
      ]),
    )
  })
})

test('nothing is left running when the parent is killed', async () => {
  const module = new URL('../../src/dev/clickhouse/embedded-clickhouse.ts', import.meta.url).href
  const place = mkdtempSync(join(tmpdir(), 'lenskeeper-orphan-'))
  const script = `const { startEmbeddedClickHouse } = await import(${JSON.stringify(module)})
    const options = { directory: ${JSON.stringify(place)}, replicas: 1, admin: { username: 'a', password: 'b' } }
    const clickhouse = await startEmbeddedClickHouse(options)
    process.stdout.write(String(clickhouse.pids()[0]))`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(printed.toString())
  expect(isRunning(pid)).toBe(true)
  const engine = Number(readFileSync(join(place, 'replica-0', 'engine.pid'), 'utf8'))
  expect(isRunning(engine)).toBe(true)
  parent.kill('SIGKILL')
  await eventually(() => !isRunning(pid) && !isRunning(engine), { what: 'the end of the replica' })
  rmSync(place, { recursive: true, force: true })
})
