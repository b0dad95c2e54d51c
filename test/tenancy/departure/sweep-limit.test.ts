import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Departed, limitSweep, type SweepInput } from '../../../src/tenancy/departure/sweep-limit.ts'

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
  recent: [],
  marks: 20,
  limit: 5,
  confirmed: undefined,
  now: 100 * minute,
  settleMs: 5000,
}

function ago(count: number, ms: number): readonly number[] {
  return Array.from({ length: count }, () => base.now - ms)
}

describe('the brake on departures', () => {
  it.each<readonly [string, Partial<SweepInput>, { proceed: number; held?: number }]>([
    ['none', {}, { proceed: 0 }],
    ['as many as the limit', { departed: departed(5) }, { proceed: 5 }],
    ['one more', { departed: departed(6) }, { proceed: 0, held: 6 }],
    [
      'one more, counting recent ones',
      { departed: departed(1), recent: ago(5, 9 * minute) },
      { proceed: 0, held: 1 },
    ],
    [
      'recent ones that are past the window',
      { departed: departed(5), recent: ago(5, 10 * minute) },
      { proceed: 5 },
    ],
    ['5 % of all marks', { departed: departed(15), marks: 300 }, { proceed: 15 }],
    ['more than 5 % of all marks', { departed: departed(16), marks: 300 }, { proceed: 0, held: 16 }],
    ['all 300', { departed: departed(300), marks: 300 }, { proceed: 0, held: 300 }],
    ['a limit of 0', { departed: departed(1), limit: 0, marks: 19 }, { proceed: 0, held: 1 }],
    ['a limit of 0 and 5 %', { departed: departed(1), limit: 0, marks: 40 }, { proceed: 1 }],
    ['only recent ones', { recent: ago(9, 0) }, { proceed: 0 }],
    ['confirmed', { departed: departed(300), marks: 300, confirmed: 300 }, { proceed: 300 }],
    [
      'confirmed, and part of it done',
      { departed: departed(100), recent: ago(200, 1), confirmed: 300 },
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
    ['an old confirmation, none gone', { confirmed: 0, recent: ago(9, 0) }, { proceed: 0 }],
  ])('%s', (_name, change, expected) => {
    const decision = limitSweep({ ...base, ...change })
    expect({ proceed: decision.proceed.length, held: decision.held?.count }).toEqual({
      held: undefined,
      ...expected,
    })
  })

  it('lets a departure wait a little, and says how long', () => {
    const decision = limitSweep({
      ...base,
      departed: [...departed(1, base.now - 1000), ...departed(1, base.now - 6000)],
    })
    expect(decision.proceed).toHaveLength(1)
    expect(decision.proceed[0]?.since).toBe(base.now - 6000)
    expect(decision.recheckMs).toBe(4000)
  })

  it('does not wait once confirmed', () => {
    expect(limitSweep({ ...base, departed: departed(9, base.now), confirmed: 9 }).proceed).toHaveLength(9)
  })

  it('takes access from nobody when a commit deletes them all, even one by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 400 }), fc.integer({ min: 1, max: 150 }), (tenants, everyMs) => {
        for (let seen = 1; seen <= tenants; seen++) {
          const now = seen * everyMs
          const all = departed(seen).map((one, at) => Object.assign(one, { since: (at + 1) * everyMs }))
          const { proceed } = limitSweep({ ...base, departed: all, marks: tenants, now })
          expect(proceed).toEqual([])
        }
      }),
      { numRuns: 20 },
    )
  })
})
