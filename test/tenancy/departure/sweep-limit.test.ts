import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  brakeWindowMs,
  type Departed,
  limitSweep,
  quietMs,
  type SweepInput,
} from '../../../src/tenancy/departure/sweep-limit.ts'

function departed(count: number, since = 0): readonly Departed[] {
  return Array.from({ length: count }, (_, at) => ({
    namespace: 't',
    name: `n${at}`,
    database: `d${at}`,
    since,
  }))
}

const minute = 60_000
const base: SweepInput = {
  departed: [],
  recent: 0,
  marks: 20,
  limit: 5,
  confirmed: undefined,
  now: 100 * minute,
}

describe('the brake on departures', () => {
  it.each<readonly [string, Partial<SweepInput>, { proceed: number; held?: number }]>([
    ['none', {}, { proceed: 0 }],
    ['as many as the limit', { departed: departed(5) }, { proceed: 5 }],
    ['one more', { departed: departed(6) }, { proceed: 0, held: 6 }],
    ['one more, counting recent ones', { departed: departed(1), recent: 5 }, { proceed: 0, held: 1 }],
    ['5 % of all marks', { departed: departed(15), marks: 300 }, { proceed: 15 }],
    ['more than 5 % of all marks', { departed: departed(16), marks: 300 }, { proceed: 0, held: 16 }],
    ['all 300', { departed: departed(300), marks: 300 }, { proceed: 0, held: 300 }],
    ['a limit of 0', { departed: departed(1), limit: 0, marks: 19 }, { proceed: 0, held: 1 }],
    ['a limit of 0 and 5 %', { departed: departed(1), limit: 0, marks: 40 }, { proceed: 1 }],
    ['only recent ones', { recent: 9 }, { proceed: 0 }],
    ['confirmed', { departed: departed(300), marks: 300, confirmed: 300 }, { proceed: 300 }],
    [
      'confirmed, and part of it done',
      { departed: departed(100), recent: 200, confirmed: 300 },
      { proceed: 100 },
    ],
    [
      'confirmed for fewer',
      { departed: departed(300), marks: 300, confirmed: 299 },
      { proceed: 0, held: 300 },
    ],
    [
      'confirmed for more',
      { departed: departed(300), marks: 300, confirmed: 1000 },
      { proceed: 0, held: 300 },
    ],
    ['an old confirmation, none gone', { confirmed: 0, recent: 9 }, { proceed: 0 }],
  ])('%s', (_name, change, expected) => {
    const decision = limitSweep({ ...base, ...change })
    expect({ proceed: decision.proceed.length, held: decision.held?.count }).toEqual({
      held: undefined,
      ...expected,
    })
  })

  it.each<readonly [string, Partial<SweepInput>, number, number | undefined]>([
    ['one alone waits 5 s', { departed: departed(1, base.now - 4_000) }, 0, 1_000],
    ['and goes then', { departed: departed(1, base.now - 5_000) }, 1, undefined],
    [
      'nobody goes while another has just left',
      { departed: [...departed(1, base.now - 15_000), ...departed(1, base.now - 1_000)] },
      0,
      9_000,
    ],
    ['those that went count', { departed: departed(1, base.now - 10_000), recent: 2 }, 0, 10_000],
    [
      'the last of the limit waits longest',
      { departed: departed(1, base.now - 10_000), recent: 4 },
      0,
      70_000,
    ],
    [
      'where others leave all the time, each goes after two minutes',
      {
        departed: [...departed(30, base.now - 120_000), ...departed(30, base.now - 1_000)],
        recent: 300,
        marks: 10_000,
      },
      30,
      39_000,
    ],
    [
      'no wait once more than the limit is confirmed',
      { departed: departed(9, base.now), confirmed: 9 },
      9,
      undefined,
    ],
    [
      'a number that nothing needs hurries nobody',
      { departed: departed(1, base.now), confirmed: 1 },
      0,
      5_000,
    ],
  ])('%s', (_what, change, proceed, recheckMs) => {
    const decision = limitSweep({ ...base, ...change })
    expect([decision.proceed.length, decision.recheckMs]).toEqual([proceed, recheckMs])
  })

  it('waits twice as long with each fifth of the limit', () => {
    expect([1, 2, 3, 4, 5].map(leaving => quietMs(leaving, 5))).toEqual([
      5_000, 10_000, 20_000, 40_000, 80_000,
    ])
    expect([1, 2, 3].map(leaving => quietMs(leaving, 3))).toEqual([5_000, 10_000, 40_000])
    expect([1, 100, 101, 401, 500].map(leaving => quietMs(leaving, 500))).toEqual([
      5_000, 5_000, 10_000, 80_000, 80_000,
    ])
    expect([quietMs(1, 0), quietMs(1, 1)]).toEqual([5_000, 5_000])
  })

  /** How many lose their access when forty leave, one every so many milliseconds. */
  function lost(everyMs: number): number {
    const went: number[] = []
    const waiting: Departed[] = []
    for (let now = 0; now <= 40 * everyMs + 5 * minute; now += 100) {
      for (let at = waiting.length + went.length; at < 40 && at * everyMs <= now; at++)
        waiting.push(...departed(1, at * everyMs).map(one => ({ ...one, name: `n${at}` })))
      const recent = went.filter(at => now - at < brakeWindowMs).length
      const { proceed, held } = limitSweep({ ...base, marks: 40, departed: waiting, recent, now })
      if (held !== undefined) break
      went.push(...proceed.map(() => now))
      for (const one of proceed) waiting.splice(waiting.indexOf(one), 1)
    }
    return went.length
  }

  it.each([
    [1_000, 0],
    [3_000, 0],
    [4_900, 0],
    [9_000, 1],
    [19_000, 2],
    [39_000, 3],
    [79_000, 4],
    [110_000, 5],
  ])(
    'of forty that are deleted one every %i ms, %i lose their access before the rest is held',
    (every, count) => {
      expect(lost(every)).toBe(count)
    },
  )

  it('takes access from nobody when a commit deletes them all, even one by one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 400 }),
        fc.integer({ min: 1, max: 4_999 }),
        (tenants, everyMs) => {
          for (let seen = 1; seen <= tenants; seen++) {
            const now = seen * everyMs
            const all = departed(seen).map((one, at) => Object.assign(one, { since: (at + 1) * everyMs }))
            const { proceed } = limitSweep({ ...base, departed: all, marks: tenants, now })
            expect(proceed).toEqual([])
          }
        },
      ),
      { numRuns: 20 },
    )
  })
})
