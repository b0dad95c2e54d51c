import { expect, test } from 'vitest'
import { MarkLocks } from '../../../src/clickhouse/locks/mark-locks.ts'
import { newDepartureMemory } from '../../../src/clickhouse-connection/departure/memory.ts'
import type { DepartureTask } from '../../../src/clickhouse-connection/departure/plan.ts'
import { runDepartures, type DeparturesContext } from '../../../src/clickhouse-connection/departure/run.ts'
import { neverAborts, untilAborted } from '../../../src/core/abort.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const url = 'http://ch1:8123'

function revokes(namespace: string, at: number): DepartureTask {
  const tenant = { namespace, name: `t${at}` }
  const database = `${namespace}__${at}`
  return {
    key: database,
    departed: { ...tenant, database },
    takes: 'access',
    steps: [{ kind: 'revokeRead', tenant, database, urls: [url], expected: new Map([[url, 'mark']]) }],
  }
}

type Revoke = (database: string, at: unknown, signal: AbortSignal) => Promise<void>

function setUp(revokeRead: Revoke, ending = neverAborts) {
  const clock = new VirtualClock()
  const server = {
    latest: () => undefined,
    identityOf: () => undefined,
    readDatabase: () => Promise.resolve({ uuid: '', comment: 'mark', engine: 'Atomic' }),
    revokeRead,
  }
  const context = {
    connection: 'datalens/default',
    locks: new MarkLocks(),
    server,
    tenants: { get: () => Promise.resolve(undefined) },
    watches: () => true,
    claimed: () => false,
    memory: newDepartureMemory(),
    clock,
    random: () => 0,
    log: createLogger({ level: 'silent' }),
    ending,
  } as unknown as DeparturesContext
  return { clock, context }
}

test('what one namespace left takes as long as it may, and another’s does not wait for it', async () => {
  const revoked: string[] = []
  const { clock, context } = setUp(async (database, _at, signal) => {
    if (database.startsWith('slow')) await untilAborted(signal)
    signal.throwIfAborted()
    revoked.push(database)
  })
  const tasks = [...Array.from({ length: 100 }, (_, at) => revokes('slow', at)), revokes('other', 0)]
  const run = runDepartures(tasks, context, neverAborts)
  await clock.advance(20_000)
  expect((await run).map(({ database }) => database)).toEqual(['other__0'])
  expect(revoked).toEqual(['other__0'])
})

test('an operator that is told to end does what it has begun, and leaves the rest to the next one', async () => {
  const ending = new AbortController()
  const revoked: string[] = []
  const { context } = setUp(async database => {
    ending.abort()
    revoked.push(database)
  }, ending.signal)
  const tasks = Array.from({ length: 100 }, (_, at) => revokes('left', at))
  const done = await runDepartures(tasks, context, neverAborts)
  expect(done.map(({ database }) => database).toSorted()).toEqual(revoked.toSorted())
  expect(revoked.length).toBeLessThan(20)
})
