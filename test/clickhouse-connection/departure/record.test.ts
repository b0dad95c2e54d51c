import { describe, expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import { annotations } from '../../../src/api/labels.ts'
import type { Hold } from '../../../src/clickhouse-connection/departure/held/holds.ts'
import { type LossMemory, newDepartureMemory } from '../../../src/clickhouse-connection/departure/memory.ts'
import type { DepartureTask } from '../../../src/clickhouse-connection/departure/plan.ts'
import { type RecordTarget, recordLosses } from '../../../src/clickhouse-connection/departure/record.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { builtConnection } from '../../builders/connection.ts'
import { MemoryClient } from '../../builders/memory-client.ts'

const never = new AbortController().signal
const time = Date.UTC(2026, 0, 2)
const members = ['a', 'b', 'c'].map(name => ({ namespace: 'tenants', name, database: `client_${name}` }))
const record = { takes: 'Access', count: 3, since: '2026-01-01T00:00:00Z', confirm: '3-11111111' } as const
const other = { takes: 'Tables', count: 9, since: '2026-01-01T00:00:00Z', confirm: '9-22222222' } as const
const confirmed: readonly Hold[] = [{ record, members }]
const tasks = members.map(
  (departed): DepartureTask => ({ key: departed.name, departed, takes: 'access', steps: [] }),
)
const onRecord = members.map(({ name, database }) => ({
  tenant: `tenants/${name}`,
  database,
  at: '2026-01-02T00:00:00Z',
  pending: true,
}))

class Server extends MemoryClient<ClickHouseConnection> {
  #fault: 'lost' | 'unsent' | undefined

  fail(how: 'lost' | 'unsent'): void {
    this.#fault = how
  }

  override async mergePatch(key: string, patch: unknown): Promise<ClickHouseConnection> {
    const fault = this.#fault
    this.#fault = undefined
    const uncertain = fault === undefined ? {} : { uncertain: true }
    if (fault === 'unsent') throw new KubeError('unavailable', 'no answer', uncertain)
    const written = await super.mergePatch(key, patch)
    if (fault === 'lost') throw new KubeError('unavailable', 'no answer', uncertain)
    return written
  }
}

/** Of a process that has looked once. */
function knownLosses(): LossMemory {
  const { losses } = newDepartureMemory()
  losses.access.load([], { elapsed: 0, time })
  return losses
}

function world(said: string = record.confirm) {
  const client = new Server('connections')
  const connection = client.put(
    builtConnection({
      metadata: { annotations: { [annotations.confirmSweep]: said } },
      status: { held: [record, other] },
    }),
  )
  const to = { connections: client.store, connectionClient: client } as unknown as RecordTarget
  const losses = knownLosses()
  const write = (
    seen = connection,
    known: LossMemory = losses,
    over: { readonly confirmed?: readonly Hold[] } = {},
  ) =>
    recordLosses(
      { connection: seen, tasks, confirmed, elapsed: 0, time, ...over },
      { losses: known },
      to,
      never,
    )
  const status = () => client.store.get('datalens/default')?.status
  const letGo = () => members.map(each => losses.access.letGoAt(each) !== undefined)
  return { client, connection, losses, write, status, letGo }
}

describe('a confirmation', () => {
  test('is used up by the write that lets them go', async () => {
    const { write, status, letGo } = world()
    const written = await write()
    expect(status()).toMatchObject({ held: [other], recentDepartures: onRecord })
    expect(written.status).toEqual(status())
    expect(letGo()).toEqual([true, true, true])
  })

  test('may be the number alone', async () => {
    const { write, status } = world('3')
    await write()
    expect(status()).toMatchObject({ held: [other], recentDepartures: onRecord })
  })

  test.each<readonly [string, (client: Server, connection: ClickHouseConnection) => unknown]>([
    [
      'was a number that had been there before',
      (client, seen) => {
        const metadata = { ...seen.metadata, annotations: { [annotations.confirmSweep]: '3' } }
        client.put({ ...seen, metadata, status: { held: [{ ...record, spentNumbers: ['3'] }, other] } })
      },
    ],
    ['was used, which the cache does not show yet', (client, seen) => client.put({ ...seen, status: {} })],
    [
      'was withdrawn',
      (client, seen) => client.put({ ...seen, metadata: { ...seen.metadata, annotations: {} } }),
    ],
    [
      'was of an object that is another one by now',
      (client, seen) => client.put({ ...seen, metadata: { ...seen.metadata, uid: 'another' } }),
    ],
    [
      'was of a spec that is another one by now',
      (client, seen) => client.put({ ...seen, metadata: { ...seen.metadata, generation: 99 } }),
    ],
    [
      'was of an object that is gone',
      client => client.store.noteDelete('datalens/default', 'connection-uid'),
    ],
  ])('does nothing if it %s', async (_what, change) => {
    const { client, connection, write, status, letGo } = world()
    change(client, connection)
    const before = status()
    await expect(write(connection)).rejects.toMatchObject({ code: 'stale' })
    expect(status()).toEqual(before)
    expect(letGo()).toEqual([false, false, false])
  })

  test('is used by one of two processes', async () => {
    const { connection, write } = world()
    const results = await Promise.allSettled([write(connection), write(connection, knownLosses())])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('that is used up by a write whose answer is lost lets them go all the same', async () => {
    const { client, write, status, letGo, losses } = world()
    client.fail('lost')
    await expect(write()).rejects.toMatchObject({ code: 'unavailable' })
    expect(status()).toMatchObject({ held: [other], recentDepartures: onRecord })
    expect(letGo()).toEqual([true, true, true])
    const seen = client.store.get('datalens/default')
    expect((await write(seen, losses, { confirmed: [] })).metadata.resourceVersion).toBe(
      seen?.metadata.resourceVersion,
    )
  })

  test('whose write was lost on the way takes nothing before it is on record', async () => {
    const { client, write, status, letGo, losses, connection } = world()
    client.fail('unsent')
    await expect(write()).rejects.toMatchObject({ code: 'unavailable' })
    expect(status()?.recentDepartures).toBeUndefined()
    expect(letGo()).toEqual([true, true, true])
    await write(connection, losses, { confirmed: [] })
    expect(status()?.recentDepartures).toEqual(onRecord)
  })

  test('is read anew by a process that begins after it was used', async () => {
    const { write, status } = world()
    await write()
    const { losses } = newDepartureMemory()
    losses.access.load(status()?.recentDepartures ?? [], { elapsed: 0, time })
    expect(members.map(each => losses.access.letGoAt(each))).toEqual([time, time, time])
  })
})

test('nobody is let go by a spec that is another one by now: it may be suspended, or give them more time', async () => {
  const { client, connection, write, letGo } = world()
  client.put({ ...connection, metadata: { ...connection.metadata, generation: 99 } })
  await expect(write(connection, undefined, { confirmed: [] })).rejects.toMatchObject({ code: 'stale' })
  expect([client.store.get('datalens/default')?.status?.recentDepartures, letGo()]).toEqual([
    undefined,
    [false, false, false],
  ])
})

test('whoever is on record costs no write', async () => {
  const { client, write, losses } = world()
  await write()
  const seen = client.store.get('datalens/default')
  await write(seen, losses, { confirmed: [] })
  expect(client.store.get('datalens/default')?.metadata.resourceVersion).toBe(seen?.metadata.resourceVersion)
})
