import { expect, test } from 'vitest'
import { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import { lookInside } from '../../../src/clickhouse-connection/departure/emptiable.ts'
import { newDepartureMemory } from '../../../src/clickhouse-connection/departure/memory.ts'
import { aSight, answering, mark, now, urls, type Situation } from '../../builders/connection-observed.ts'

const never = new AbortController().signal
const limit = 1_000
const day = 24 * 3_600_000
const comment = (dropsAt: number): string =>
  mark({ state: 'retired', onDelete: 'Drop', retiredAt: now - 7 * day, dropsAt })
const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `client_${String(at).padStart(4, '0')}`)

/** What is seen of so many retired databases, of which `bytesOf` tells the size of their one table. */
async function look(
  count: number,
  bytesOf: (database: string) => number | undefined,
  { dropsAt = now, ...more }: Situation & { readonly dropsAt?: number } = {},
) {
  const databases = Object.fromEntries(names(count).map(name => [name, comment(dropsAt)]))
  const spec = { sweep: { limit: 1_000, grace: '0s' } }
  const seen = aSight({
    tenants: {},
    spec,
    endpoints: [answering(urls[0], { databases })],
    ...more,
  })
  const statements: string[] = []
  const memory = newDepartureMemory()
  const server = {
    totals: (_: string, asked: readonly string[]) => {
      statements.push('totals')
      const found = asked.flatMap(name => {
        const bytes = bytesOf(name)
        return bytes === undefined ? [] : [[name, { tables: 1, bytes, largest: bytes }] as const]
      })
      return Promise.resolve(new Map(found))
    },
    dropLimit: () => Promise.resolve(limit),
    tables: (_: string, database: string) => {
      statements.push('tables')
      return Promise.resolve([{ name: 'events', bytes: bytesOf(database) ?? 0, engine: 'MergeTree' }])
    },
  }
  const inside = await lookInside(server, seen, memory, never)
  return { ...inside, statements, memory, seen, server }
}

test('a mass of databases that are too big to drop holds up no other', async () => {
  const { emptiable } = await look(200, database => (database < 'client_0199' ? limit + 1 : 1))
  expect(emptiable.map(({ database }) => database)).toEqual(['client_0199'])
})

test('only so many are emptied at once', async () => {
  expect((await look(200, () => 1)).emptiable).toHaveLength(50)
})

test('a person who asks is shown them all', async () => {
  const more = { dropsAt: now + day, over: { anyTime: true } }
  expect((await look(200, () => 1, more)).emptiable).toHaveLength(200)
})

test('what waits for a person costs one look, however many they are', async () => {
  const { filled, emptiable, statements } = await look(200, () => 1, {
    spec: { sweep: { limit: 5, grace: '0s' } },
  })
  expect(filled).toHaveLength(200)
  expect(emptiable).toEqual([])
  expect(statements).toEqual(['totals'])
})

test('an empty one is remembered, once its time has come', async () => {
  expect((await look(3, () => undefined)).memory.emptied.size).toBe(3)
  expect((await look(3, () => undefined, { dropsAt: now + 60_000 })).memory.emptied.size).toBe(0)
})

test('nothing is asked while none is due soon, or an endpoint is away', async () => {
  expect((await look(3, () => 1, { dropsAt: now + day })).statements).toEqual([])
  const databases = { client_1: comment(now) }
  const down = { url: urls[1], ok: false, takenAt: 0, error: new ClickHouseError('timeout', 'x') } as const
  const endpoints = [answering(urls[0], { databases }), down]
  expect((await look(0, () => 1, { endpoints })).statements).toEqual([])
})

test('an endpoint that cannot be asked now is asked at the next sync', async () => {
  const { seen, server, memory } = await look(1, () => 1)
  const failing = { ...server, totals: () => Promise.reject(new ClickHouseError('busy', 'x')) }
  expect(await lookInside(failing, seen, memory, never)).toEqual({ filled: [], emptiable: [] })
})

test('a server whose names fill the memory is listed no further than a run can hold', async () => {
  const { seen, server, memory } = await look(50, () => 1)
  let listed = 0
  const tables = () => {
    listed += 1
    return Promise.resolve([{ name: 'x'.repeat(1_000_000), bytes: 1, engine: 'MergeTree' }])
  }
  await lookInside({ ...server, tables }, seen, memory, never)
  expect(listed).toBe(9)
})
