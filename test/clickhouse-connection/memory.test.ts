import { describe, expect, test } from 'vitest'
import { changedDatabases, type DatabaseSight, viewOf } from '../../src/clickhouse-connection/wake/changes.ts'
import { Departures } from '../../src/clickhouse-connection/memory.ts'
import { answering, mark, urls } from '../builders/connection-observed.ts'

const acme = { namespace: 'tenants', name: 'acme', database: 'client_1' }
const sight = (elapsed: number, over: { complete?: boolean; lives?: boolean } = {}) => ({
  elapsed,
  complete: over.complete ?? true,
  lives: () => over.lives ?? false,
})

describe('since when tenants are missed', () => {
  test('the first time counts, as long as they stay away', () => {
    const departures = new Departures()
    expect(departures.update([acme], sight(100))).toEqual([{ ...acme, since: 100, noted: false }])
    expect(departures.update([acme], sight(200))).toEqual([{ ...acme, since: 100, noted: false }])
    departures.update([], sight(300, { lives: true }))
    expect(departures.update([acme], sight(400))).toEqual([{ ...acme, since: 400, noted: false }])
  })

  test('an outage does not begin the time anew', () => {
    const departures = new Departures()
    departures.update([acme], sight(100))
    departures.update([], sight(200, { complete: false }))
    expect(departures.update([acme], sight(300))).toEqual([{ ...acme, since: 100, noted: false }])
  })

  test('what the watch told is known until every endpoint has been seen without anything left', () => {
    const departures = new Departures()
    departures.note(acme, 50)
    departures.update([], sight(10 * 60_000, { complete: false }))
    expect(departures.update([acme], sight(11 * 60_000))).toEqual([{ ...acme, since: 50, noted: true }])
    departures.update([], sight(12 * 60_000))
    expect(departures.update([acme], sight(13 * 60_000))).toEqual([
      { ...acme, since: 13 * 60_000, noted: false },
    ])
  })

  test('a tenant that came back and is missed later was not seen leaving', () => {
    const departures = new Departures()
    departures.note(acme, 50)
    departures.update([], sight(60, { lives: true }))
    expect(departures.update([acme], sight(70))).toEqual([{ ...acme, since: 70, noted: false }])
  })

  test('one departure is counted once, though its last endpoint comes back later', () => {
    const departures = new Departures()
    departures.acted(acme, 1000)
    expect(departures.recent([])).toEqual([1000])
    expect(departures.recent([acme])).toEqual([])
    departures.update([], sight(1000 + 10 * 60_000 + 1))
    expect(departures.recent([])).toEqual([])
  })
})

describe('what changed on the server', () => {
  const at = (databases: Readonly<Record<string, string>>, grants: readonly string[] = []) => {
    const view = answering(urls[0], { databases, grants })
    if (!view.ok) throw new Error('it answers')
    return viewOf(view.data)
  }
  const before = at({ client_1: mark(), client_2: mark({ name: 'two' }) }, ['client_1', 'client_2'])
  const never = (): boolean => false
  const always = (): boolean => true

  test('nothing', () => {
    expect(changedDatabases(before, before, never)).toEqual([])
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
