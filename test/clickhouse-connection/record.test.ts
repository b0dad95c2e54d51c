import { expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import type { Hold } from '../../src/clickhouse-connection/departure/held/holds.ts'
import { newDepartureMemory } from '../../src/clickhouse-connection/departure/memory.ts'
import type { RecordTarget } from '../../src/clickhouse-connection/departure/record.ts'
import { planConnection } from '../../src/clickhouse-connection/plan.ts'
import { record } from '../../src/clickhouse-connection/record.ts'
import { KubeError } from '../../src/kube/errors.ts'
import { answering, aSight, mark, now, urls, words } from '../builders/connection-observed.ts'
import { MemoryClient } from '../builders/memory-client.ts'

const never = new AbortController().signal
const member = { namespace: 'tenants', name: 'acme', database: 'client_1' }
const held = { takes: 'Access', count: 1, since: '2026-01-01T00:00:00Z', confirm: '1-11111111' } as const
const hold: Hold = { record: held, members: [member] }
const key = 'datalens/default'

class Server extends MemoryClient<ClickHouseConnection> {
  readonly refuses: { read?: KubeError; write?: KubeError } = {}

  override async get(name: string): Promise<ClickHouseConnection | undefined> {
    if (this.refuses.read !== undefined) throw this.refuses.read
    return await super.get(name)
  }

  override async mergePatch(name: string, patch: unknown): Promise<ClickHouseConnection> {
    if (this.refuses.write !== undefined) throw this.refuses.write
    return await super.mergePatch(name, patch)
  }
}

/** A tenant has left, and the reader is missing on one endpoint. */
function world(confirmed: readonly Hold[] = []) {
  const client = new Server('connections')
  const databases = { client_1: mark() }
  const sight = aSight({
    tenants: {},
    endpoints: [
      answering(urls[0], { databases, grants: ['client_1'] }),
      answering(urls[1], { databases, readerExists: false }),
    ],
  })
  const seen = { ...sight, connection: client.put(sight.connection) }
  const planned = planConnection(seen)
  const plan = { ...planned, departures: { ...planned.departures, confirmed } }
  const departure = newDepartureMemory()
  departure.losses.access.load([], { elapsed: 0, time: now })
  const to = { connections: client.store, connectionClient: client } as unknown as RecordTarget
  return {
    client,
    connection: seen.connection,
    run: () => record(seen, { plan, memory: { departure } }, to, never),
    isLetGo: () => departure.losses.access.letGoAt(member) !== undefined,
  }
}

test('whoever loses something is on record, and all is done', async () => {
  const { client, run, isLetGo } = world()
  const { seen, plan, refused } = await run()
  expect([words(plan), refused, isLetGo()]).toEqual([
    ['createReader@2', 'revokeRead client_1@1'],
    undefined,
    true,
  ])
  expect(seen.connection.status?.recentDepartures).toMatchObject([{ database: 'client_1', pending: true }])
  expect(client.store.get(key)?.status).toEqual(seen.connection.status)
})

const busy = new KubeError('throttled', 'later')

test.each<readonly [string, string, (client: Server, connection: ClickHouseConnection) => unknown]>([
  [
    'the spec is another one by now',
    'stale',
    (client, { metadata, ...rest }) => client.put({ ...rest, metadata: { ...metadata, generation: 99 } }),
  ],
  ['the connection is gone', 'stale', client => client.store.noteDelete(key, 'connection-uid')],
  ['the API server does not say', 'throttled', client => void (client.refuses.read = busy)],
  ['the API server takes no write', 'throttled', client => void (client.refuses.write = busy)],
])('if %s, nobody loses anything, and all else goes on', async (_why, code, change) => {
  const { client, connection, run, isLetGo } = world()
  change(client, connection)
  const { plan, refused } = await run()
  expect([words(plan), isLetGo()]).toEqual([['createReader@2'], false])
  expect(refused).toMatchObject({ code })
})

test('a confirmation that stands no more is told as a hold, as before', async () => {
  const { plan, refused } = await world([hold]).run()
  expect(plan.departures).toMatchObject({ tasks: [], held: [hold], confirmed: [] })
  expect([words(plan), refused]).toMatchObject([['createReader@2'], { code: 'stale' }])
})

test('after a write whose answer is lost nobody knows what is on record, so the run ends', async () => {
  const { client, run, isLetGo } = world()
  client.refuses.write = new KubeError('unavailable', 'no answer', { uncertain: true })
  await expect(run()).rejects.toMatchObject({ code: 'unavailable' })
  expect(isLetGo()).toBe(true)
})
