import { expect, test } from 'vitest'
import type { TableView } from '../../../src/clickhouse/catalog/tables.ts'
import type { RetiredDatabase } from '../../../src/clickhouse-connection/departure/inventory.ts'
import { newDepartureMemory } from '../../../src/clickhouse-connection/departure/memory.ts'
import { findEmptiable } from '../../../src/clickhouse-connection/departure/emptiable.ts'
import { readMark } from '../../../src/tenancy/mark.ts'
import { aConnection, mark, now, urls } from '../../builders/connection-observed.ts'

const limit = 1_000
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
  all?: boolean,
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
  const known = { connection: aConnection({ dropAfter: '0s' }), inventory, now, all }
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
  expect(await found(200, () => 1, true)).toHaveLength(200)
})
