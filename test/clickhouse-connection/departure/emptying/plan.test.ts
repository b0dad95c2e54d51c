import { describe, expect, test } from 'vitest'
import { annotations } from '../../../../src/api/labels.ts'
import type { EndpointView } from '../../../../src/clickhouse/catalog/snapshot.ts'
import type { Filled } from '../../../../src/clickhouse-connection/departure/observed.ts'
import { planConnection } from '../../../../src/clickhouse-connection/plan.ts'
import type { Observed } from '../../../../src/clickhouse-connection/observed.ts'
import type { Mark } from '../../../../src/tenancy/mark.ts'
import {
  aSight,
  answering,
  down,
  judged,
  mark,
  now,
  urls,
  words,
  type Situation,
} from '../../../builders/connection-observed.ts'

const hour = 3_600_000
const day = 24 * hour
const ago = (ms: number, over: Partial<Mark> = {}): string =>
  mark({ onDelete: 'Drop', state: 'retired', retiredAt: now - ms - 7 * day, dropsAt: now - ms, ...over })
const due = ago(0)
/** As an older release wrote it. */
const old = (ms: number): string => mark({ onDelete: 'Drop', state: 'retired', retiredAt: now - ms })

const tables = [
  { name: 'big', bytes: 100, engine: 'MergeTree' },
  { name: 'view', bytes: 0, engine: 'View' },
]

/** Databases by their comment, the same on both endpoints unless told otherwise, each with two tables. */
function retired(
  comments: Readonly<Record<string, string>>,
  { endpoints, over = {}, maxTableBytes = 0, ...more }: Situation & { readonly maxTableBytes?: number } = {},
): Observed {
  const views = endpoints ?? urls.map(url => answering(url, { databases: comments }))
  const seen = aSight({ tenants: {}, ...more, endpoints: views })
  const filled = seen.inventory.retired.map(
    ({ url, database }): Filled => ({ url, database, tables: 2, bytes: 100, largest: 100, maxTableBytes }),
  )
  const emptiable = seen.inventory.retired.map(found => ({ ...found, tables }))
  return { ...seen, filled, emptiable, ...over }
}

const one = (comment: string, more: Situation & { readonly maxTableBytes?: number } = {}): Observed =>
  retired({ client_1: comment }, more)
const view = (url: string, comment: string, time?: number): EndpointView =>
  answering(url, { databases: { client_1: comment }, ...(time === undefined ? {} : { time }) })

/** What is seen after the status told of what is held, with this in the annotation. */
function confirmed(
  seen: Observed,
  say: (confirm: string) => string = confirm => confirm,
  annotation: string = annotations.confirmEmptying,
): Observed {
  const { status } = judged(seen)
  const said = (status.held ?? []).map(({ confirm }) => confirm).join(',')
  const metadata = { ...seen.connection.metadata, annotations: { [annotation]: say(said) } }
  return { ...seen, connection: { ...seen.connection, metadata, status } }
}

const dropped = ['dropTable client_1.view@1', 'dropTable client_1.big@1'].flatMap(word => [word])
const everywhere = [...dropped, ...dropped.map(word => word.replace('@1', '@2'))]

describe('the tables of a retired database', () => {
  test.each<readonly [string, Observed, readonly string[]]>([
    ['go when the mark says so, what reads others first', one(due), everywhere],
    ['stay until then', one(ago(-1)), []],
    ['do not go sooner by a dropAfter of today', one(ago(-1), { spec: { dropAfter: '0s' } }), []],
    ['stay longer by a dropAfter of today', one(due, { spec: { dropAfter: '169h' } }), []],
    ['do not go by the operator’s clock', one(ago(-1), { over: { now: now + 8 * day } }), []],
    [
      'stay while one server’s clock says that it is too soon',
      one('', { endpoints: [view(urls[0], due), view(urls[1], due, now - 1)] }),
      [],
    ],
    [
      'stay while a server says no time',
      one('', { endpoints: [view(urls[0], due), answering(urls[1], { time: undefined })] }),
      [],
    ],
    ['stay while an endpoint is away', one('', { endpoints: [view(urls[0], due), down(urls[1])] }), []],
    ['stay while a tenant names them', one(due, { over: { claimed: new Set(['client_1']) } }), []],
    [
      'stay while an endpoint’s mark names another tenant',
      one('', { endpoints: [view(urls[0], due), view(urls[1], mark({ name: 'winner' }))] }),
      [],
    ],
    [
      'stay while an endpoint’s mark names another one that left',
      one('', { endpoints: [view(urls[0], due), view(urls[1], ago(0, { name: 'winner' }))] }),
      [],
    ],
    [
      'stay while an endpoint has no mark',
      one('', { endpoints: [view(urls[0], due), view(urls[1], '')] }),
      [],
    ],
    ['go where the database is', one('', { endpoints: [view(urls[0], due), answering(urls[1])] }), dropped],
    ['an older release retired it: they wait for a person', one(old(200 * day)), []],
    ['an older release retired it over a year ago', one(old(365 * day)), everywhere],
    ['an older release retired it, and a person says so', confirmed(one(old(200 * day))), everywhere],
    ['with a confirmation, not before the mark says so', confirmed(one(ago(-1))), []],
    [
      'whatever the time, when a person asks for all',
      one(ago(-day), { over: { anyTime: true } }),
      everywhere,
    ],
    [
      'not even then while a tenant names them',
      one(due, { over: { anyTime: true, claimed: new Set(['client_1']) } }),
      [],
    ],
  ])('%s', (_what, seen, steps) => {
    expect(words(planConnection(seen))).toEqual(steps)
  })

  test('each step names the marks of all endpoints', () => {
    const [task] = planConnection(one(due)).departures.tasks
    expect(task?.takes).toBe('tables')
    expect(task?.steps.map(step => 'expected' in step && step.expected)).toEqual(
      tables.map(() => new Map(urls.map(url => [url, due]))),
    )
  })

  test('the connection is looked at when it is time', () => {
    expect(planConnection(one(ago(-30_000))).outcome).toEqual({ kind: 'recheck', afterMs: 30_000 })
    expect(planConnection(one(old(7 * day - 20_000))).outcome).toEqual({ kind: 'recheck', afterMs: 20_000 })
  })

  test('all stay when the server would refuse one of them, and the status says so', () => {
    const seen = { ...one(due, { maxTableBytes: 99 }), emptiable: [] }
    expect(words(planConnection(seen))).toEqual([])
    expect(judged(seen).message('Ready')).toContain('max_table_size_to_drop')
    expect(judged(seen).message('Ready')).toContain('`client_1`')
    expect(judged(seen).short('Ready')).toBe('True Ready')
  })

  test('what stays for another’s sake is told of, once its time has come', () => {
    const claimed = new Set(['client_1'])
    expect(judged(one(due, { over: { claimed } })).message('Ready')).toContain(
      'as a tenant that exists names them: `client_1`',
    )
    const other = [view(urls[0], due), view(urls[1], mark({ name: 'winner' }))]
    expect(judged(one('', { endpoints: other })).message('Ready')).toContain('different marks')
    expect(judged(one(ago(-1), { over: { claimed } })).message('Ready')).toBe('Tenants can be served.')
  })

  test('a retired database is none that the sweep counts', () => {
    expect(one(ago(-day)).departed).toEqual([])
    expect(one(ago(-day)).inventory.retired).toHaveLength(2)
  })
})

describe('many at once', () => {
  const names = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => `client_${String(at + 100)}`)
  const many = (count: number, more: Situation = {}, comment = due): Observed =>
    retired(Object.fromEntries(names(count).map(name => [name, comment])), more)
  const emptied = (seen: Observed): number =>
    new Set(planConnection(seen).departures.tasks.map(({ departed }) => departed.database)).size

  test('up to the limit they go', () => {
    expect(emptied(many(5))).toBe(5)
    expect(judged(many(5)).short('SweepHeld')).toBe('False NothingToSweep')
  })

  test('beyond it none is emptied, and the status says which and how to confirm', () => {
    expect(emptied(many(30))).toBe(0)
    const { short, message } = judged(many(30))
    expect(short('SweepHeld')).toBe('True EmptyingHeld')
    expect(message('SweepHeld')).toContain('`client_100`, `client_101`')
    expect(message('SweepHeld')).toContain('and 10 more')
    expect(message('SweepHeld')).toContain(
      `chconn default lenskeeper.dev/confirm-emptying=${judged(many(30)).status.held?.[0]?.confirm}`,
    )
    expect(short('Ready')).toBe('True Ready')
  })

  test('those that come soon count, so that not even the first is emptied', () => {
    const comments = Object.fromEntries(names(6).map((name, at) => [name, ago(-at * 60_000)]))
    expect(emptied(retired(comments))).toBe(0)
    const spread = Object.fromEntries(names(6).map((name, at) => [name, ago(-at * 121_000)]))
    expect(emptied(retired(spread))).toBe(1)
  })

  test('those that were emptied of late count, unless they are the same', () => {
    const recent = (...databases: string[]): Situation => ({
      over: {
        recentEmptyings: databases.map(database => ({ namespace: 'tenants', name: 'acme', database })),
      },
    })
    expect(emptied(many(3, recent('a', 'b', 'c')))).toBe(0)
    expect(emptied(many(3, recent('client_100', 'b', 'c')))).toBe(3)
  })

  test('what was let go once is not held half-done', () => {
    const released = new Set(many(30).unemptied.map(({ database }) => database))
    expect(emptied(many(30, { over: { released } }))).toBe(30)
  })

  test('the confirmed ones go, another number does not; a confirmed sweep is none of an emptying', () => {
    expect(emptied(confirmed(many(30)))).toBe(30)
    for (const wrong of ['30', '30-00000000', '']) {
      expect(emptied(confirmed(many(30), () => wrong)), wrong).toBe(0)
    }
    expect(emptied(confirmed(many(30), undefined, annotations.confirmSweep))).toBe(0)
  })

  test('those that come soon are confirmed with those that are due, and go when it is time', () => {
    const comments = Object.fromEntries(names(6).map((name, at) => [name, ago(-at * 60_000)]))
    const plan = planConnection(confirmed(retired(comments)))
    expect(plan.departures.confirmed.map(({ members }) => members.length)).toEqual([6])
    expect(emptied(confirmed(retired(comments)))).toBe(1)
  })

  test('a confirmation is none for the same databases once they are retired anew', () => {
    const before = confirmed(many(30))
    const again = many(30, {}, ago(0, { retiredAt: now - 1_000 }))
    const later = many(30, {}, ago(1_000))
    for (const seen of [again, later]) {
      const { metadata } = before.connection
      const { status } = judged({ ...before, unemptied: [], filled: [] })
      const connection = { ...seen.connection, metadata, ...(status === undefined ? {} : { status }) }
      expect(emptied({ ...seen, connection })).toBe(0)
    }
    expect(emptied({ ...later, connection: before.connection })).toBe(0)
  })

  test('a namespace of which many are due holds up no other', () => {
    const comments = Object.fromEntries([
      ...names(8).map(name => [name, due] as const),
      ...names(10)
        .slice(8)
        .map(name => [name, ago(0, { namespace: 'others' })] as const),
    ])
    const seen = retired(comments)
    expect(emptied(seen)).toBe(2)
    expect(judged(seen).message('SweepHeld')).toMatch(
      /^8 databases of departed tenants of namespace tenants wait/,
    )
  })

  test('none goes as long as it is not known what went before', () => {
    expect(emptied(many(3, { over: { waitMs: 1_000 } }))).toBe(0)
    expect(emptied(many(3, { over: { waitMs: 1_000, anyTime: true } }))).toBe(3)
    expect(emptied(many(3, { over: { waitMs: 1_000, released: new Set(names(2)) } }))).toBe(2)
  })

  test('what the server would refuse to drop counts for nobody', () => {
    const seen = many(30)
    const filled = seen.filled.map(each =>
      each.database < 'client_125' ? { ...each, maxTableBytes: 1 } : each,
    )
    expect(emptied({ ...seen, filled })).toBe(5)
  })

  test('those of an older release wait, and hold up no other', () => {
    const comments = Object.fromEntries(names(8).map((name, at) => [name, at < 3 ? due : old(30 * day)]))
    expect(emptied(retired(comments))).toBe(3)
    expect(judged(retired(comments)).message('SweepHeld')).toContain('lenskeeper.dev/confirm-emptying=5-')
  })

  test('a confirmation that is left behind is told of', () => {
    const left = { annotations: { [annotations.confirmEmptying]: '30' } }
    expect(judged(many(0, left)).message('SweepHeld')).toContain('confirm-emptying is still there')
  })
})
