import { describe, expect, test } from 'vitest'
import { DatabaseList } from '../../../src/clickhouse/catalog/catalog-rows.ts'
import type { DatabaseView } from '../../../src/clickhouse/catalog/snapshot.ts'
import type { Row } from '../../../src/clickhouse/endpoint/answer.ts'

const server = '11111111-1111-1111-1111-111111111111'
const known: DatabaseView = { uuid: 'u1', comment: 'c1', engine: 'Atomic' }

function read(rows: readonly Row[]): DatabaseList {
  const list = new DatabaseList(new Map([['a', known]]))
  for (const row of rows) list.add(row)
  return list
}

describe('a list of databases', () => {
  test('says who lists them, in a row that is no database', () => {
    const list = read([
      ['', server, '', ''],
      ['a', 'u1', 'c1', 'Atomic'],
    ])
    expect([list.lister, [...list.databases.keys()]]).toEqual([server, ['a']])
    expect(read([['a', 'u1', 'c1', 'Atomic']]).lister).toBeUndefined()
  })

  test('holds the known copy of what is as it was', () => {
    expect(read([['a', 'u1', 'c1', 'Atomic']]).databases.get('a')).toBe(known)
  })

  test.each([
    ['the uuid', ['a', 'u2', 'c1', 'Atomic']],
    ['the comment', ['a', 'u1', 'c2', 'Atomic']],
    ['the engine', ['a', 'u1', 'c1', 'Memory']],
    ['the name', ['b', 'u1', 'c1', 'Atomic']],
  ] as const)('is right where %s is another one', (_, row) => {
    const [name, uuid, comment, engine] = row
    expect(read([row]).databases).toEqual(new Map([[name, { uuid, comment, engine }]]))
  })
})
