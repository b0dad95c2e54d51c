import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  brakeWindowMs,
  countByNamespace,
  holdBack,
  mostAtOnce,
} from '../../../src/tenancy/departure/brake.ts'

interface Leaver {
  readonly namespace: string
  readonly at: number
  readonly soon: boolean
}

const minute = 60_000

/** `a5 b3+2` stands for five of `a`, and for three of `b` that leave and two that will soon. */
function leavers(text: string, at = 0): readonly Leaver[] {
  return text.split(' ').flatMap(word => {
    const {
      namespace = '',
      due,
      soon,
    } = /^(?<namespace>[a-z]+)(?<due>\d+)(\+(?<soon>\d+))?$/.exec(word)?.groups ?? {}
    const of = (count: string | undefined, isSoon: boolean): readonly Leaver[] =>
      Array.from({ length: Number(count ?? 0) }, () => ({ namespace, at, soon: isSoon }))
    return [...of(due, false), ...of(soon, true)]
  })
}

/** Who is held together: `a6` for six of one namespace, `*9` for nine as one. */
function held(waiting: readonly Leaver[], recent = '', allowed = 5): string {
  return holdBack(waiting, {
    recent: countByNamespace(recent === '' ? [] : leavers(recent)),
    allowed,
    at: each => each.at,
    isSoon: each => each.soon,
  })
    .map(members => {
      const [name, ...more] = countByNamespace(members).keys()
      return `${more.length === 0 ? name : '*'}${members.length}`
    })
    .join(' ')
}

describe('the brake', () => {
  it.each<readonly [string, string, string, string]>([
    ['none', '', '', ''],
    ['only recent ones', '', 'a9', ''],
    ['as many as the limit', 'a5', '', ''],
    ['one more', 'a6', '', 'a6'],
    ['one more, with those of late', 'a1', 'a5', 'a1'],
    ['a mass deletion beside one departure', 'a8 b1', '', 'a8'],
    ['a mass deletion beside as many as the limit', 'a300 b5', '', 'a300'],
    ['a mass deletion that was confirmed beside one departure', 'b1', 'a300', ''],
    ['as many as the limit of one, then one of another', 'b1', 'a5', ''],
    ['the limit of each of two', 'a5 b5', '', ''],
    ['two mass deletions at once', 'a8 b8', '', '*16'],
    ['a commit that takes from everybody', 'a4 b4 c4', '', '*12'],
    ['a commit that takes one of each', 'a1 b1 c1 d1 e1 f1 g1', '', '*7'],
    ['a commit that takes most from one', 'a100 b3 c3', '', '*106'],
    ['what went of late counts for the whole', 'a1 b1', 'c3 d2 e2', '*2'],
    ['many that come soon, none now', 'a0+40', '', ''],
    ['one more soon: then not even the first goes', 'a1+5', '', 'a6'],
    ['within both windows, though not within one of twenty minutes', 'a2+3', 'a3', ''],
    ['one now and many of others soon', 'a1+3 b0+3 c0+3', '', '*10'],
    ['one now, many soon of one other', 'a1 b0+40', '', ''],
  ])('%s', (_what, waiting, recent, expected) => {
    expect(held(waiting === '' ? [] : leavers(waiting), recent)).toBe(expected)
  })

  it('leaves those out of a later burst that are held already', () => {
    expect(held([...leavers('a8', 0), ...leavers('b8', brakeWindowMs - 1)])).toBe('*16')
    expect(held([...leavers('a8', 0), ...leavers('b8', brakeWindowMs)])).toBe('a8 b8')
    const [a, b] = [leavers('a8', 0), leavers('b8', brakeWindowMs)]
    expect(held([...a, ...b, ...leavers('c5', 2 * brakeWindowMs)])).toBe('a8 b8')
  })

  it('keeps who was held as one, however long', () => {
    const all = [...leavers('a8', 0), ...leavers('b8', 3 * minute), ...leavers('c1', 6 * minute)]
    expect(held(all)).toBe('*17')
    expect(held([...all, ...leavers('d1', 60 * minute)])).toBe('*17')
  })

  it('lets 5 % of all go, if that is more than the limit', () => {
    expect([0, 119, 120, 300].map(marks => mostAtOnce({ limit: 5, marks }))).toEqual([5, 5, 6, 15])
    expect([19, 20, 40].map(marks => mostAtOnce({ limit: 0, marks }))).toEqual([0, 1, 2])
  })

  const some = fc.array(
    fc.record({
      namespace: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      at: fc.integer({ min: 0, max: 40 * minute }),
      soon: fc.constant(false),
    }),
    { maxLength: 60 },
  )

  it('holds nobody for the sake of one other namespace', () => {
    fc.assert(
      fc.property(
        some,
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 8 }),
        (rest, mass, allowed) => {
          fc.pre(rest.length <= allowed)
          const hostile = Array.from({ length: mass }, (_, at) => ({
            namespace: 'z',
            at: at * 1_000,
            soon: false,
          }))
          const brake = { recent: new Map<string, number>(), allowed, at: (each: Leaver) => each.at }
          const members = holdBack([...rest, ...hostile], brake).flat()
          expect(members.filter(({ namespace }) => namespace !== 'z')).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
  })

  it('lets no more go than the limit of one namespace, and twice as many within one burst', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 8 }), (all, allowed) => {
        const waiting = all.map(each => ({ ...each, at: each.at % brakeWindowMs }))
        const brake = { recent: new Map<string, number>(), allowed, at: (each: Leaver) => each.at }
        const held = new Set(holdBack(waiting, brake).flat())
        const go = waiting.filter(each => !held.has(each))
        expect(Math.max(0, ...countByNamespace(go).values())).toBeLessThanOrEqual(allowed)
        expect(go.length).toBeLessThanOrEqual(2 * allowed)
      }),
      { numRuns: 200 },
    )
  })

  it('holds each only once', () => {
    fc.assert(
      fc.property(some, all => {
        const brake = { recent: new Map([['a', 2]]), allowed: 3, at: (each: Leaver) => each.at }
        const members = holdBack(all, brake).flat()
        expect(new Set(members).size).toBe(members.length)
      }),
      { numRuns: 100 },
    )
  })
})
