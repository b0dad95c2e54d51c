import { describe, expect, test } from 'vitest'
import {
  changedDatabases,
  type DatabaseSight,
  viewOf,
} from '../../../src/clickhouse-connection/wake/changes.ts'
import { answering, mark, urls } from '../../builders/connection-observed.ts'

describe('what changed on the server', () => {
  const at = (databases: Readonly<Record<string, string>>, grants: readonly string[] = []) => {
    const view = answering(urls[0], { databases, grants })
    if (!view.ok) throw new Error('it answers')
    return viewOf(view.data, name => name.startsWith('client_'))
  }
  const before = at({ client_1: mark(), client_2: mark({ name: 'two' }) }, ['client_1', 'client_2'])
  const never = (): boolean => false
  const always = (): boolean => true

  test('nothing', () => {
    expect(changedDatabases(before, before, never)).toEqual([])
  })

  test('nothing of what no tenant names, and none of it is held', () => {
    const now = at({ client_1: mark(), client_2: mark({ name: 'two' }), other: 'x' }, [
      'client_1',
      'client_2',
    ])
    expect([...now.keys()]).toEqual(['client_1', 'client_2'])
    expect(changedDatabases(before, now, never)).toEqual([])
  })

  test.each<readonly [string, ReturnType<typeof at>]>([
    ['dropped', at({ client_2: mark({ name: 'two' }) }, ['client_1', 'client_2'])],
    ['revoked', at({ client_1: mark(), client_2: mark({ name: 'two' }) }, ['client_2'])],
    [
      'marked otherwise',
      at({ client_1: mark({ name: 'x' }), client_2: mark({ name: 'two' }) }, ['client_1', 'client_2']),
    ],
  ])('%s is told, whether it is expected or not', (_what, now) => {
    expect(changedDatabases(before, now, never)).toEqual(['client_1'])
    expect(changedDatabases(before, now, always)).toEqual(['client_1'])
  })

  test('made anew under the same name', () => {
    const anew = new Map([...before].map(([name, view]) => [name, { ...view, uuid: 'another' }]))
    expect(changedDatabases(before, anew, always)).toEqual(['client_1', 'client_2'])
  })

  test('what a tenant has made itself is told only when it is not as that tenant wants it', () => {
    const made = at(
      { client_1: mark(), client_2: mark({ name: 'two' }), client_3: mark({ name: 'three' }) },
      ['client_1', 'client_2', 'client_3'],
    )
    const seen: (readonly [string, DatabaseSight])[] = []
    const isExpected = (database: string, view: DatabaseSight): boolean => {
      seen.push([database, view])
      return true
    }
    expect(changedDatabases(before, made, isExpected)).toEqual([])
    expect(seen).toMatchObject([['client_3', { comment: mark({ name: 'three' }), granted: true }]])
    expect(changedDatabases(before, made, never)).toEqual(['client_3'])
  })
})
