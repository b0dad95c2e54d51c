import { expect, test } from 'vitest'
import type { TableView } from '../../../src/clickhouse/catalog/tables.ts'
import type { RetiredDatabase } from '../../../src/clickhouse-connection/departure/inventory.ts'
import { newDepartureMemory } from '../../../src/clickhouse-connection/departure/memory.ts'
import { emptyingKey } from '../../../src/clickhouse-connection/departure/departed.ts'
import { findEmptiable } from '../../../src/clickhouse-connection/departure/emptiable.ts'
import type { DepartureObserved } from '../../../src/clickhouse-connection/departure/observed.ts'
import { readMark } from '../../../src/tenancy/mark.ts'
import { aConnection, mark, now, urls } from '../../builders/connection-observed.ts'

const limit = 1_000
const elapsed = 50_000
const table = (bytes: number): TableView => ({ name: 'events', bytes, engine: 'MergeTree' })

function retired(database: string): RetiredDatabase {
  const comment = mark({ state: 'retired', retiredAt: now - 1, onDelete: 'Drop' })
  const read = readMark(comment)
  if (read.kind !== 'mark') throw new Error('not a mark')
  return { url: urls[0], database, comment, mark: read.mark }
}

async function found(
  count: number,
  bytesOf: (database: string) => number | undefined,
  { all, failed = new Map() }: { readonly all?: boolean; readonly failed?: DepartureObserved['failed'] } = {},
): Promise<string[]> {
  const looks: string[] = []
  const server = {
    tables: (_: string, database: string) => {
      looks.push(database)
      const bytes = bytesOf(database)
      return Promise.resolve(bytes === undefined ? [] : [table(bytes)])
    },
    dropLimit: () => Promise.resolve(limit),
  }
  const databases = Array.from({ length: count }, (_, at) => `client_${String(at).padStart(4, '0')}`)
  const inventory = { retired: databases.map(retired) } as never
  const known = { connection: aConnection({ dropAfter: '0s' }), inventory, now, elapsed, failed, all }
  const emptiable = await findEmptiable(server, known, newDepartureMemory(), new AbortController().signal)
  expect(looks.length).toBeLessThanOrEqual(500)
  return emptiable.map(({ database }) => database)
}

test('a mass of databases that are too big to drop holds up no other', async () => {
  const databases = await found(200, database => (database < 'client_0199' ? limit + 1 : 1))
  expect(databases).toContain('client_0199')
})

test('only so many are emptied at once', async () => {
  expect(await found(200, () => 1)).toHaveLength(50)
})

test('a person who asks is shown them all', async () => {
  expect(await found(200, () => 1, { all: true })).toHaveLength(200)
})

test('a mass of databases that could not be emptied holds up no other, until their time has come again', async () => {
  const keyOf = (at: number): string =>
    emptyingKey(urls[0], {
      namespace: 'tenants',
      name: 'acme',
      database: `client_${String(at).padStart(4, '0')}`,
    })
  const failed = (retryAt: number) =>
    new Map(Array.from({ length: 100 }, (_, at) => [keyOf(at), { retryAt, error: undefined }] as const))
  const meanwhile = await found(200, () => 1, { failed: failed(elapsed + 1) })
  expect([meanwhile.length, meanwhile[0]]).toEqual([50, 'client_0100'])
  const then = await found(200, () => 1, { failed: failed(elapsed) })
  expect(then[0]).toBe('client_0000')
})
