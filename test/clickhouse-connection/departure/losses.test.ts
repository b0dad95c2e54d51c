import { describe, expect, test } from 'vitest'
import { Losses } from '../../../src/clickhouse-connection/departure/losses.ts'

const time = Date.UTC(2026, 0, 2)
const minute = 60_000
const tenant = (name: string) => ({ namespace: 'tenants', name, database: `client_${name}` })
const names = (losses: Losses, elapsed: number): readonly string[] =>
  losses.recent(elapsed).map(({ namespace, name }) => `${namespace}/${name}`)

describe('who lost something of late', () => {
  test('counts for ten minutes, once', () => {
    const losses = new Losses()
    expect(losses.letGo(tenant('a'), { elapsed: 0, time })).toBe(true)
    expect(losses.letGo(tenant('a'), { elapsed: minute, time: time + minute })).toBe(false)
    losses.settle(() => true)
    expect(losses.list(10 * minute - 1)).toEqual([
      { tenant: 'tenants/a', database: 'client_a', at: '2026-01-02T00:00:00Z' },
    ])
    expect(losses.recent(10 * minute - 1)).toEqual([tenant('a')])
    expect(losses.recent(10 * minute)).toEqual([])
    expect(losses.list(10 * minute)).toEqual([])
    expect(losses.letGo(tenant('a'), { elapsed: 10 * minute, time })).toBe(true)
  })

  test('counts no longer, and is not asked about again, while it fails for ever', () => {
    const losses = new Losses()
    losses.letGo(tenant('a'), { elapsed: 0, time })
    for (const elapsed of [5 * minute, 20 * minute]) {
      losses.settle(() => false)
      expect(losses.letGo(tenant('a'), { elapsed, time: time + elapsed })).toBe(false)
      expect(losses.letGoAt(tenant('a'))).toBe(time)
    }
    expect(losses.recent(20 * minute)).toEqual([])
    expect(losses.list(20 * minute)).toEqual([
      { tenant: 'tenants/a', database: 'client_a', at: '2026-01-02T00:00:00Z', pending: true },
    ])
    const after = new Losses()
    after.load(losses.list(20 * minute), { elapsed: 0, time: time + 20 * minute })
    expect([after.letGoAt(tenant('a')), after.recent(0)]).toEqual([time, []])
  })

  test('whoever came back, and leaves anew, is let go anew', () => {
    const losses = new Losses()
    losses.letGo(tenant('a'), { elapsed: 0, time })
    losses.settle(({ name }) => name === 'a')
    expect([losses.letGoAt(tenant('a')), losses.recent(minute)]).toEqual([undefined, [tenant('a')]])
    const after = new Losses()
    after.load(losses.list(minute), { elapsed: 0, time: time + minute })
    expect(after.letGoAt(tenant('a'))).toBeUndefined()
    expect(losses.letGo(tenant('a'), { elapsed: minute, time: time + minute })).toBe(true)
    expect(losses.recent(10 * minute)).toEqual([tenant('a')])
  })

  test('whoever came back and left between two looks is let go anew', () => {
    const losses = new Losses()
    losses.letGo(tenant('a'), { elapsed: 0, time })
    losses.leavesAnew(tenant('a'))
    losses.leavesAnew(tenant('b'))
    expect([losses.letGoAt(tenant('a')), losses.recent(minute)]).toEqual([undefined, [tenant('a')]])
  })

  test('is known to the next process, as long as it counts', () => {
    const before = new Losses()
    before.letGo(tenant('a'), { elapsed: 0, time })
    before.letGo(tenant('b'), { elapsed: 4 * minute, time: time + 4 * minute })
    before.settle(() => true)
    const after = new Losses()
    after.load(before.list(4 * minute), { elapsed: 1_000, time: time + 9 * minute })
    expect(names(after, 1_000)).toEqual(['tenants/a', 'tenants/b'])
    expect(names(after, 1_000 + minute)).toEqual(['tenants/b'])
    expect(after.list(1_000 + minute)).toEqual(before.list(4 * minute).slice(1))
  })

  test('is taken over only once', () => {
    const losses = new Losses()
    losses.load([], { elapsed: 0, time })
    expect(losses.isLoaded).toBe(true)
    losses.load([{ tenant: 'tenants/a', database: 'client_a', at: '2026-01-02T00:00:00Z' }], {
      elapsed: 0,
      time,
    })
    expect(losses.recent(0)).toEqual([])
  })

  test.each([
    ['a clock that was set back', '2026-01-03T00:00:00Z'],
    ['a time that is none', 'yesterday'],
  ])('%s makes it count for the whole time', (_what, at) => {
    const losses = new Losses()
    losses.load([{ tenant: 'tenants/a', database: 'client_a', at }], { elapsed: 0, time })
    expect(names(losses, 10 * minute - 1)).toEqual(['tenants/a'])
    expect(names(losses, 10 * minute)).toEqual([])
  })

  test('does not count when nothing was taken after all', () => {
    const losses = new Losses()
    losses.letGo(tenant('a'), { elapsed: 0, time })
    losses.forget(tenant('a'))
    expect(losses.recent(0)).toEqual([])
  })

  test('is at most what a status holds: the latest', () => {
    const losses = new Losses()
    for (let at = 0; at < 1_200; at++) losses.letGo(tenant(`t${at}`), { elapsed: 0, time })
    expect(losses.list(0)).toHaveLength(1_000)
    expect(losses.list(0).at(-1)?.tenant).toBe('tenants/t1199')
  })
})
