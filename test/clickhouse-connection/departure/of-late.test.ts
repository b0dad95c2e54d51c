import { describe, expect, test } from 'vitest'
import type { ClickHouseConnectionStatus } from '../../../src/api/clickhouse-connection.ts'
import {
  type DepartureMemory,
  newDepartureMemory,
} from '../../../src/clickhouse-connection/departure/memory.ts'
import { recall } from '../../../src/clickhouse-connection/departure/of-late.ts'
import { Memories } from '../../../src/clickhouse-connection/memory.ts'
import { aSight, answering, down, mark, now, urls } from '../../builders/connection-observed.ts'

const minute = 60_000
const [url] = urls
const tenant = (name: string, namespace = 'tenants') => ({ namespace, name, database: `client_${name}` })
const waiting = (...names: readonly string[]) =>
  names.map(name => ({ ...tenant(name), on: new Set([url]), since: 0, noted: true }))

interface Situation {
  readonly status?: ClickHouseConnectionStatus
  readonly names?: readonly string[]
  readonly marks?: number
  readonly named?: number
  readonly isFirst?: boolean
  readonly elapsed?: number
  readonly alive?: readonly string[]
  readonly away?: boolean
  readonly comments?: Readonly<Record<string, string>>
}

function look(memory: DepartureMemory, situation: Situation = {}) {
  const { status, names = [], marks = 9, named = 0, isFirst = true, elapsed = 0 } = situation
  const { alive = [], away = false, comments = {} } = situation
  const endpoints = away
    ? [answering(url), down(urls[1])]
    : [answering(url, { databases: comments, time: now + elapsed })]
  return recall(
    {
      connection: status === undefined ? {} : { status },
      endpoints,
      inventory: { own: marks, named },
      isFirst,
      elapsed,
      now: now + elapsed,
      departed: waiting(...names),
      unemptied: aSight({ endpoints, tenants: {} }).inventory.retired,
      lives: ({ name }) => alive.includes(name),
    },
    memory,
  )
}

const known: ClickHouseConnectionStatus = { databaseCount: 9 }
const loss = (name: string, agoMs: number, pending = false) => ({
  tenant: `tenants/${name}`,
  database: `client_${name}`,
  at: `${new Date(now - agoMs).toISOString().slice(0, 19)}Z`,
  ...(pending ? { pending } : {}),
})

describe('who was let go of late', () => {
  test('counts by namespace, without those that wait', () => {
    const status = {
      ...known,
      recentDepartures: [loss('a', minute), loss('b', minute), loss('c', 11 * minute)],
    }
    const found = look(newDepartureMemory(), { status, names: ['b', 'd'] })
    expect([...found.recentDepartures]).toEqual([['tenants', 1]])
    expect(found.departed.map(({ letGo }) => letGo)).toEqual([false, false])
  })

  test('goes on after a restart, without being asked about, however long it takes', () => {
    const status = { ...known, recentDepartures: [loss('a', minute, true), loss('b', 60 * minute, true)] }
    const found = look(newDepartureMemory(), { status, names: ['a', 'b', 'c'] })
    expect(found.departed.map(({ letGo }) => letGo)).toEqual([true, true, false])
    expect([...found.recentDepartures]).toEqual([['tenants', 1]])
  })

  test.each<readonly [string, Situation, boolean]>([
    ['is back', { alive: ['a'] }, false],
    ['has nothing left', {}, false],
    ['may have something left on an endpoint that is away', { away: true }, true],
    ['is back, an endpoint away', { away: true, alive: ['a'] }, false],
  ])('that %s, and leaves anew: let go is %s', (_what, between, letGo) => {
    const memory = newDepartureMemory()
    memory.losses.access.letGo(tenant('a'), { elapsed: 0, time: now })
    look(memory, { ...between, status: known })
    expect(look(memory, { status: known, names: ['a'] }).departed[0]?.letGo).toBe(letGo)
  })

  test('a database that was retired since then is asked about anew', () => {
    const comment = (retiredAt: number): string =>
      mark({ name: 'a', onDelete: 'Drop', state: 'retired', retiredAt, dropsAt: retiredAt })
    const released = (retiredAt: number): number => {
      const status = { ...known, recentEmptyings: [loss('a', 0, true)] }
      return look(newDepartureMemory(), { status, comments: { client_a: comment(retiredAt) } }).released.size
    }
    expect([released(now - minute), released(now + 1), released(now + 1_000)]).toEqual([1, 1, 0])
  })
})

describe('a connection that was made anew', () => {
  test('lets nobody go for ten minutes, if nobody knows who went before', () => {
    const memory = newDepartureMemory()
    const first = look(memory)
    expect([first.waitMs, first.waitsUntil]).toEqual([10 * minute, '2026-01-02T00:10:00Z'])
    const status = { ...known, ...(first.waitsUntil === undefined ? {} : { waitsUntil: first.waitsUntil }) }
    const later = look(newDepartureMemory(), { status, elapsed: 4 * minute })
    expect([later.waitMs, later.waitsUntil]).toEqual([6 * minute, first.waitsUntil])
    const over = look(memory, { status, elapsed: 10 * minute })
    expect([over.waitMs, over.waitsUntil]).toEqual([0, undefined])
  })

  test.each<readonly [string, Situation]>([
    ['one that is new altogether', { marks: 0 }],
    ['one of an older release', { status: known }],
    ['one more for a server where another one has tenants', { isFirst: false }],
  ])('%s is none', (_what, situation) => {
    expect(look(newDepartureMemory(), situation).waitMs).toBe(0)
  })

  test('is told from one more by the marks that name it', () => {
    expect(look(newDepartureMemory(), { isFirst: false, named: 1 }).waitMs).toBe(10 * minute)
  })

  test('goes on counting where the last one ended, and asks about all that is left', () => {
    const memories = new Memories()
    const before = memories.get('datalens/default').departure
    look(before, { status: known })
    for (const name of ['a', 'b']) before.losses.access.letGo(tenant(name), { elapsed: 0, time: now })
    memories.forget('datalens/default')
    const { departure } = memories.get('datalens/default')
    expect(departure).not.toBe(before)
    const found = look(departure, { names: ['a'], elapsed: minute })
    expect([...found.recentDepartures]).toEqual([['tenants', 1]])
    expect([found.waitMs, found.departed[0]?.letGo]).toEqual([0, false])
    expect([...look(departure, { elapsed: 10 * minute }).recentDepartures]).toEqual([])
  })
})
