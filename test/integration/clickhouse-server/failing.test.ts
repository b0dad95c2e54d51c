import { beforeEach, describe, expect, test } from 'vitest'
import type { ClickHouseMetrics } from '../../../src/clickhouse/metrics.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { eventually } from '../../time/eventually.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'
import { failure, useServers } from './servers.ts'

const never = new AbortController().signal
const servers = useServers()
const { fresh, open } = servers
let server: Server
let first: string
let second: string

beforeEach(() => {
  ;({ server, first, second } = servers)
})

describe('an endpoint that is down', () => {
  test('is a view that says so, delays nobody twice, and is found again by itself', async () => {
    const changes: boolean[] = []
    server.subscribe(() => changes.push(true))
    await servers.clickHouse.stopReplica(1)
    const snapshot = await server.snapshot({ maxAgeMs: 0 }, never)
    expect(snapshot.endpoints.map(view => view.ok)).toEqual([true, false])
    expect(snapshot.endpoints[1]).toMatchObject({ error: { code: 'unreachable' } })
    expect(changes).toHaveLength(1)
    const refused = await failure(server.createDatabase(second, { name: fresh(), comment: 'm' }, never))
    expect(refused).toMatchObject({ code: 'unreachable', uncertain: false, retryable: true })
    const name = fresh()
    await server.createDatabase(first, { name, comment: 'm' }, never)
    await servers.clickHouse.startReplica(1)
    await eventually(async () => {
      const again = await server.snapshot({ maxAgeMs: 3_600_000 }, never)
      return again.endpoints.every(view => view.ok)
    })
    expect(changes).toHaveLength(2)
  })

  test('that hangs is given up after the time-out, and remembered', async () => {
    const { hasty, clock, answered } = openHasty()
    await hasty.snapshot({ maxAgeMs: 0 }, never)
    const met = answered()
    await clock.advance(1)
    await hasty.snapshot({ maxAgeMs: 0 }, never)
    const before = answered()
    const ofEach = (before - met) / 2
    await clock.advance(1)
    await servers.clickHouse.setFault(1, { kind: 'hang' })
    const reading = hasty.snapshot({ maxAgeMs: 0 }, never)
    // The time goes on only when the one has given all its answers and the other hangs.
    await eventually(async () => answered() === before + ofEach && (await servers.clickHouse.heldBack(1)) > 0)
    const snapshot = await passing(clock, reading)
    expect(snapshot.endpoints.map(view => view.ok)).toEqual([true, false])
    expect(snapshot.endpoints[1]).toMatchObject({ error: { code: 'timeout', uncertain: false } })
    const asked = await statementsAt(1)
    await passing(clock, failure(hasty.grantRead(fresh(), { urls: [second] }, never)), { stepMs: 1 })
    expect(await statementsAt(1)).toBe(asked)
    await hasty.close()
  })

  test('a create that timed out may have been done: it says so', async () => {
    const { hasty, clock } = openHasty()
    await servers.clickHouse.setFault(0, { kind: 'hang', matching: /^CREATE DATABASE/ })
    const failed = failure(hasty.createDatabase(first, { name: fresh(), comment: 'm' }, never))
    await eventually(async () => (await servers.clickHouse.heldBack(0)) > 0)
    expect(await passing(clock, failed)).toMatchObject({ code: 'timeout', uncertain: true })
    await hasty.close()
  })

  /** A server that gives a statement up after 300 ms, of a clock that stands still. */
  function openHasty() {
    const clock = new VirtualClock()
    let answers = 0
    const metrics: ClickHouseMetrics = {
      statement: (_kind, code) => {
        if (code === 'ok') answers += 1
      },
    }
    const hasty = open({ clock, metrics, timeouts: { statementMs: 300, probeMs: 200 } })
    return { hasty, clock, answered: () => answers }
  }

  /** Lets time pass until the work is done. */
  async function passing<T>(clock: VirtualClock, work: Promise<T>, { stepMs = 300 } = {}): Promise<T> {
    let done = false
    const noted = work.finally(() => (done = true))
    await eventually(async () => {
      await clock.advance(stepMs)
      return done
    })
    return await noted
  }

  async function statementsAt(replica: number): Promise<number> {
    return (await servers.clickHouse.statistics()).replicas[replica]?.total ?? 0
  }
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
    await servers.clickHouse.setFault(0, { kind: 'delay', ms: 600_000, matching: /^CREATE DATABASE/ })
    const controller = new AbortController()
    const work = failure(server.createDatabase(first, { name, comment: 'm' }, controller.signal))
    // A request made after it, over another socket, is answered: the first one is on its way.
    await server.readDatabase(first, name, never)
    controller.abort()
    expect(await work).toMatchObject({ code: 'aborted', uncertain: true })
    await servers.clickHouse.setFault(0)
    await eventually(async () => (await server.readDatabase(first, name, never)) !== undefined)
  })

  test('nothing works after close', async () => {
    await server.close()
    expect(await failure(server.snapshot({ maxAgeMs: 0 }, never))).toMatchObject({ code: 'aborted' })
    expect(await failure(server.grantRead('a', {}, never))).toMatchObject({ code: 'aborted' })
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
