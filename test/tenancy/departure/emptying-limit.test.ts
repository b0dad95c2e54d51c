import { describe, expect, it } from 'vitest'
import { type EmptyingsInput, heldEmptyings } from '../../../src/tenancy/departure/emptying-limit.ts'

const base: EmptyingsInput = {
  due: 0,
  soon: 0,
  unsure: 0,
  recent: 0,
  marks: 20,
  limit: 5,
  confirmed: undefined,
}

describe('the brake on emptying', () => {
  it.each<readonly [string, Partial<EmptyingsInput>, string]>([
    ['none', {}, ''],
    ['as many as the limit', { due: 5 }, ''],
    ['one more', { due: 6 }, 'due soon'],
    ['one more soon: then not even the first goes', { due: 1, soon: 5 }, 'due soon'],
    ['one more, with those of late', { due: 1, recent: 5 }, 'due soon'],
    ['within both windows, though not within one of twenty minutes', { due: 2, soon: 3, recent: 3 }, ''],
    ['many soon, none now', { soon: 40 }, ''],
    ['5 % of all marks', { due: 15, marks: 300 }, ''],
    ['more than 5 % of all marks', { due: 16, marks: 300 }, 'due soon'],
    ['a limit of 0', { due: 1, limit: 0, marks: 19 }, 'due soon'],
    ['one that an older release retired: always asked about', { unsure: 1 }, 'unsure'],
    ['such a one holds up no other', { unsure: 1, due: 5 }, 'unsure'],
    ['both', { unsure: 1, due: 6 }, 'due soon unsure'],
    ['confirmed', { due: 6, confirmed: 6 }, ''],
    ['confirmed with those that come soon', { due: 6, soon: 2, confirmed: 8 }, ''],
    ['confirmed, and part of it done', { due: 4, recent: 36, confirmed: 40 }, ''],
    ['confirmed for fewer', { due: 6, confirmed: 5 }, 'due soon'],
    ['confirmed for more', { due: 6, confirmed: 7 }, 'due soon'],
    ['of an older release, confirmed', { unsure: 3, confirmed: 3 }, ''],
    ['both confirmed', { unsure: 3, due: 6, confirmed: 9 }, ''],
    ['only one kind confirmed', { unsure: 3, due: 6, confirmed: 6 }, 'due soon unsure'],
  ])('%s', (_what, change, expected) => {
    const held = heldEmptyings({ ...base, ...change })
    const words = (['due', 'soon', 'unsure'] as const).filter(when => held[when])
    expect(words.join(' ')).toBe(expected)
  })
})
