import { describe, expect, it, test } from 'vitest'
import {
  dropOrder,
  type Due,
  dueOf,
  isDroppable,
  laterDue,
} from '../../../src/tenancy/departure/retired-tables.ts'
import type { Mark } from '../../../src/tenancy/mark.ts'

const hour = 3_600_000
const year = 8_760 * hour
const owned: Mark = {
  installation: 'here',
  namespace: 'tenants',
  name: 'acme',
  state: 'owned',
  onDelete: 'Drop',
}
const old: Mark = { ...owned, state: 'retired', retiredAt: 10 * hour }
const retired: Mark = { ...old, dropsAt: 12 * hour }
const at = (ms: number): Due => ({ at: ms, asksFrom: ms })

describe('when the tables of a retired database go', () => {
  it.each<readonly [string, Mark, number, Due | undefined]>([
    ['the mark says it', retired, 2 * hour, at(12 * hour)],
    ['dropAfter was made shorter since: the mark holds', retired, 0, at(12 * hour)],
    ['dropAfter was made longer since: there is more time', retired, 168 * hour, at(178 * hour)],
    ['an old mark does not say it: a person is asked', old, 0, { at: 10 * hour + year, asksFrom: 10 * hour }],
    ['an old mark, a longer dropAfter', old, 5 * hour, { at: 10 * hour + year, asksFrom: 15 * hour }],
    ['an old mark, the longest dropAfter', old, year, at(10 * hour + year)],
    ['it is not retired', owned, 0, undefined],
  ])('%s', (_what, mark, dropAfterMs, expected) => {
    expect(dueOf(mark, dropAfterMs)).toEqual(expected)
  })

  it('is when the last endpoint says so', () => {
    expect(laterDue({ at: 5, asksFrom: 1 }, { at: 4, asksFrom: 3 })).toEqual({ at: 5, asksFrom: 3 })
  })
})

test('what stores nothing goes first, then the smallest', () => {
  const tables = [
    { name: 'big', bytes: 50 },
    { name: 'view', bytes: 0 },
    { name: 'small', bytes: 5 },
  ]
  expect(dropOrder(tables)).toEqual(['view', 'small', 'big'])
})

test.each([
  [50, 50, true],
  [51, 50, false],
  [51, 0, true],
])('%i bytes with a limit of %i: %s', (bytes, limit, expected) => {
  expect(isDroppable(bytes, limit)).toBe(expected)
})
