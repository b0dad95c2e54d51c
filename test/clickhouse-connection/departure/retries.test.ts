import { describe, expect, test } from 'vitest'
import { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import { mustWait, Retries } from '../../../src/clickhouse-connection/departure/retries.ts'
import { planConnection } from '../../../src/clickhouse-connection/plan.ts'
import { aSight, answering, judged, mark, urls, words } from '../../builders/connection-observed.ts'

const inUse = new ClickHouseError(
  'tableInUse',
  'ch1: cannot drop a table of the database client_1: it is used',
)
const busy = new ClickHouseError('busy', 'ch1: cannot take client_1 from datalens: the server is busy')

describe('Retries', () => {
  test('a task waits longer after each failure, at most five minutes, and by itself', () => {
    const retries = new Retries()
    const waits = Array.from({ length: 12 }, () => {
      retries.note('one', inUse, { elapsed: 0, random: () => 1 })
      return retries.failed.get('one')?.retryAt
    })
    expect(waits.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000])
    expect(waits.at(-1)).toBe(300_000)
    retries.note('other', inUse, { elapsed: 0, random: () => 1 })
    expect(retries.failed.get('other')?.retryAt).toBe(2_000)
  })

  test('after a success it begins anew', () => {
    const retries = new Retries()
    for (let time = 0; time < 5; time++) retries.note('one', inUse, { elapsed: 0, random: () => 1 })
    retries.forget('one')
    retries.note('one', inUse, { elapsed: 0, random: () => 1 })
    expect(retries.failed.get('one')?.retryAt).toBe(2_000)
  })

  test('only a failure of another kind is news', () => {
    const retries = new Retries()
    const note = (error: unknown): boolean => retries.note('one', error, { elapsed: 0, random: () => 0 })
    expect([note(inUse), note(inUse), note(busy), note(busy)]).toEqual([true, false, true, false])
  })

  test('a task that there is no more is forgotten', () => {
    const retries = new Retries()
    for (const task of ['one', 'other']) retries.note(task, inUse, { elapsed: 0, random: () => 0 })
    retries.keep(task => task === 'other')
    expect([...retries.failed.keys()]).toEqual(['other'])
  })

  test.each([
    ['never failed', {}, false],
    ['not yet', { one: 101 }, true],
    ['now', { one: 100 }, false],
    ['another one', { other: 101 }, false],
  ] as const)('must it wait: %s', (_, times: Readonly<Record<string, number>>, expected) => {
    const failed = new Map(
      Object.entries(times).map(([task, retryAt]) => [task, { retryAt, error: inUse, failures: 1 }]),
    )
    expect(mustWait('one', { failed, elapsed: 100 })).toBe(expected)
  })
})

describe('a departure that failed', () => {
  const comments = { client_1: mark({ name: 'one' }), client_2: mark({ name: 'two' }) }
  const endpoints = urls.map(url => answering(url, { databases: comments, grants: ['client_1', 'client_2'] }))
  const seen = aSight({ tenants: {}, endpoints, spec: { syncInterval: '60s' } })
  const failedBy = (ms: number) =>
    aSight({
      tenants: {},
      endpoints,
      spec: { syncInterval: '60s' },
      over: {
        failed: new Map([
          ['tenants/one client_1', { retryAt: seen.elapsed + ms, error: inUse, failures: 1 }],
          ['tenants/two client_2', { retryAt: seen.elapsed + ms, error: busy, failures: 1 }],
        ]),
      },
    })

  test('waits, while others go on', () => {
    const failed = new Map([
      ['tenants/one client_1', { retryAt: seen.elapsed + 1, error: inUse, failures: 1 }],
    ])
    expect(words(planConnection(seen))).toEqual(['revokeRead client_1@12', 'revokeRead client_2@12'])
    expect(words(planConnection({ ...seen, failed }))).toEqual(['revokeRead client_2@12'])
  })

  test.each([
    [5_000, 5_000],
    [300_000, 60_000],
  ])('that waits for %i ms is looked at after %i', (ms, afterMs) => {
    expect(planConnection(failedBy(ms)).outcome).toEqual({ kind: 'recheck', afterMs })
  })

  test('is told with the reason and what to do, and the connection is as good as before', () => {
    const told = judged(failedBy(5_000))
    expect(told.short('Ready')).toBe('True Ready')
    expect(told.message('Ready')).toBe(
      'Tenants can be served. Some of what departed tenants left could not be seen to; it is tried again: ' +
        `${inUse.message}, ${busy.message}.`,
    )
    expect(told.short('Reconciling')).toBeUndefined()
  })
})
