import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brakeWindowMs, countByNamespace } from '../../../src/tenancy/departure/brake.ts'
import {
  type Departed,
  limitSweep,
  quietMs,
  type SweepInput,
} from '../../../src/tenancy/departure/sweep-limit.ts'

function departed(count: number, since = 0, namespace = 't'): readonly Departed[] {
  return Array.from({ length: count }, (_, at) => ({
    namespace,
    name: `n${at}`,
    database: `d${at}`,
    since,
  }))
}

const minute = 60_000
const recent = (count: number, namespace = 't') => new Map([[namespace, count]])
const base: SweepInput<Departed> = {
  departed: [],
  recent: new Map(),
  marks: 20,
  limit: 5,
  now: 100 * minute,
}

describe('the brake on departures', () => {
  it.each<readonly [string, Partial<SweepInput<Departed>>, { proceed: number; held?: number }]>([
    ['none', {}, { proceed: 0 }],
    ['as many as the limit', { departed: departed(5) }, { proceed: 5 }],
    ['one more', { departed: departed(6) }, { proceed: 0, held: 6 }],
    ['one more, counting recent ones', { departed: departed(1), recent: recent(5) }, { proceed: 0, held: 1 }],
    ['5 % of all marks', { departed: departed(15), marks: 300 }, { proceed: 15 }],
    ['more than 5 % of all marks', { departed: departed(16), marks: 300 }, { proceed: 0, held: 16 }],
    ['all 300', { departed: departed(300), marks: 300 }, { proceed: 0, held: 300 }],
    ['a limit of 0', { departed: departed(1), limit: 0, marks: 19 }, { proceed: 0, held: 1 }],
    ['a limit of 0 and 5 %', { departed: departed(1), limit: 0, marks: 40 }, { proceed: 1 }],
    ['only recent ones', { recent: recent(9) }, { proceed: 0 }],
    [
      'a mass beside one of another',
      { departed: [...departed(8), ...departed(1, 0, 'u')] },
      { proceed: 1, held: 8 },
    ],
    [
      'one of another, after a mass that was confirmed',
      { departed: departed(1, 0, 'u'), recent: recent(300) },
      { proceed: 1 },
    ],
    [
      'a mass over all',
      { departed: ['t', 'u', 'v'].flatMap(namespace => departed(4, 0, namespace)) },
      { proceed: 0, held: 12 },
    ],
  ])('%s', (_name, change, expected) => {
    const decision = limitSweep({ ...base, ...change })
    expect({ proceed: decision.proceed.length, held: decision.held.flat().length }).toEqual({
      held: 0,
      ...expected,
    })
  })

  it.each<readonly [string, Partial<SweepInput<Departed>>, number, number | undefined]>([
    ['one alone waits 5 s', { departed: departed(1, base.now - 4_000) }, 0, 1_000],
    ['and goes then', { departed: departed(1, base.now - 5_000) }, 1, undefined],
    [
      'nobody goes while another has just left',
      { departed: [...departed(1, base.now - 15_000), ...departed(1, base.now - 1_000)] },
      0,
      9_000,
    ],
    ['those that went count', { departed: departed(1, base.now - 10_000), recent: recent(2) }, 0, 10_000],
    [
      'the last of the limit waits longest',
      { departed: departed(1, base.now - 10_000), recent: recent(4) },
      0,
      70_000,
    ],
    [
      'where others leave all the time, each goes after two minutes',
      {
        departed: [...departed(30, base.now - 120_000), ...departed(30, base.now - 1_000)],
        recent: recent(300),
        marks: 10_000,
      },
      30,
      39_000,
    ],
    [
      'nobody waits for those of a namespace that is held',
      { departed: [...departed(1, base.now - 5_000, 'u'), ...departed(9, base.now)] },
      1,
      undefined,
    ],
    [
      'nor for those that went from it of late',
      { departed: departed(1, base.now - 5_000, 'u'), recent: recent(9) },
      1,
      undefined,
    ],
    [
      'but for those of one that is not',
      { departed: [...departed(1, base.now - 5_000, 'u'), ...departed(1, base.now - 1_000)] },
      0,
      9_000,
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

  /** How many lose their access when forty of so many namespaces leave in turn, one every so many milliseconds. */
  function lost(everyMs: number, namespaces: number): number {
    const went: { readonly namespace: string; readonly at: number }[] = []
    const waiting: Departed[] = []
    for (let now = 0; now <= 40 * everyMs + 5 * minute; now += 250) {
      for (let at = waiting.length + went.length; at < 40 && at * everyMs <= now; at++)
        waiting.push(
          ...departed(1, at * everyMs, `t${at % namespaces}`).map(one => ({ ...one, name: `n${at}` })),
        )
      const recent = countByNamespace(went.filter(({ at }) => now - at < brakeWindowMs))
      const { proceed, held } = limitSweep({ ...base, marks: 40, departed: waiting, recent, now })
      if (held.length > 0) break
      went.push(...proceed.map(({ namespace }) => ({ namespace, at: now })))
      for (const one of proceed) waiting.splice(waiting.indexOf(one), 1)
    }
    return went.length
  }

  it.each([
    [3_000, 1, 0],
    [4_900, 1, 0],
    [9_000, 1, 1],
    [19_000, 1, 2],
    [39_000, 1, 3],
    [79_000, 1, 4],
    [110_000, 1, 5],
    [4_900, 40, 0],
    [9_000, 40, 1],
    [39_000, 40, 3],
    [95_000, 40, 6],
    [4_900, 3, 0],
  ])(
    'of forty that are deleted one every %i ms, in %i namespaces, %i lose their access before the rest is held',
    (every, namespaces, count) => {
      expect(lost(every, namespaces)).toBe(count)
    },
  )

  it('takes access from nobody when a commit deletes them all, even one by one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 200 }),
        fc.integer({ min: 1, max: 4_999 }),
        fc.integer({ min: 1, max: 40 }),
        (tenants, everyMs, namespaces) => {
          const place = (at: number) => ({ namespace: `t${at % namespaces}`, since: (at + 1) * everyMs })
          for (let seen = 1; seen <= tenants; seen++) {
            const now = seen * everyMs
            const all = departed(seen).map((one, at) => ({ ...one, ...place(at) }))
            const { proceed } = limitSweep({ ...base, departed: all, marks: tenants, now })
            expect(proceed).toEqual([])
          }
        },
      ),
      { numRuns: 20 },
    )
  })
})
