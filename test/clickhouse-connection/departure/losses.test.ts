import { describe, expect, test } from 'vitest'
import { Losses } from '../../../src/clickhouse-connection/departure/losses.ts'

const time = Date.UTC(2026, 0, 2)
const minute = 60_000
const tenant = (name: string) => ({ namespace: 'tenants', name, database: `client_${name}` })
const names = (losses: Losses, elapsed: number): readonly string[] =>
  losses.recent(elapsed).map(each => each.tenant)

describe('who lost something of late', () => {
  test('counts for ten minutes, once', () => {
    const losses = new Losses()
    expect(losses.note(tenant('a'), { elapsed: 0, time })).toBe(true)
    expect(losses.note(tenant('a'), { elapsed: minute, time: time + minute })).toBe(false)
    expect(losses.recent(10 * minute - 1)).toEqual([
      { tenant: 'tenants/a', database: 'client_a', at: '2026-01-02T00:00:00Z' },
    ])
    expect(losses.recent(10 * minute)).toEqual([])
    expect(losses.note(tenant('a'), { elapsed: 10 * minute, time })).toBe(true)
  })

  test('is known to the next process, as long as it counts', () => {
    const before = new Losses()
    before.note(tenant('a'), { elapsed: 0, time })
    before.note(tenant('b'), { elapsed: 4 * minute, time: time + 4 * minute })
    const after = new Losses()
    after.load(before.recent(4 * minute), { elapsed: 1_000, time: time + 9 * minute })
    expect(names(after, 1_000)).toEqual(['tenants/a', 'tenants/b'])
    expect(names(after, 1_000 + minute)).toEqual(['tenants/b'])
    expect(after.recent(1_000 + minute)).toEqual(before.recent(4 * minute).slice(1))
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
    losses.note(tenant('a'), { elapsed: 0, time })
    losses.forget(tenant('a'))
    expect(losses.recent(0)).toEqual([])
  })

  test('is at most what a status holds: the latest', () => {
    const losses = new Losses()
    for (let at = 0; at < 1_200; at++) losses.note(tenant(`t${at}`), { elapsed: 0, time })
    expect(losses.recent(0)).toHaveLength(1_000)
    expect(names(losses, 0).at(-1)).toBe('tenants/t1199')
  })
})
