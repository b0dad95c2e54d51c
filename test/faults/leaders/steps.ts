/** The steps of the walk: what operators, the API server, ClickHouse, the Lease and people go through. */
import * as fc from 'fast-check'

export const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const

export type Name = (typeof names)[number]
export type Which = 0 | 1 | 2

/** What an operator's calls meet at the API server. */
export type ApiTrouble = 409 | 429 | 500 | 'reset' | 'half-open' | 'lost-answer' | 'slow'
export type Calls = 'of the Lease' | 'writes' | 'all'

export type LeaseEdit =
  | 'delete'
  | 'no spec'
  | 'no holder'
  | 'a stranger'
  | 'a stranger for days'
  | 'the largest numbers'
  | 'times of long ago'
  | 'a shorter lease'
  | 'put back'

/** What lasts ends after so many further steps. */
export type Step =
  | { readonly kind: 'create' | 'delete' | 'access' | 'deleteSecret'; readonly name: Name }
  | { readonly kind: 'look' }
  | {
      readonly kind: 'api'
      readonly which: Which
      readonly trouble: ApiTrouble
      readonly calls: Calls
      readonly steps: number
    }
  | {
      readonly kind: 'clickhouse'
      readonly which: Which
      readonly trouble: 'cut' | 'slow'
      readonly steps: number
    }
  | { readonly kind: 'lease'; readonly edit: LeaseEdit }
  | { readonly kind: 'kill' | 'end'; readonly which: Which }
  | { readonly kind: 'stop'; readonly which: Which; readonly steps: number }
  | { readonly kind: 'clock'; readonly which: Which; readonly hours: number }

const kind = <K extends Step['kind']>(name: K) => fc.constant(name)
const which = fc.constantFrom<Which>(0, 1, 2)
const name = fc.constantFrom(...names)
/** A lease is some hundred steps. */
const steps = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.integer({ min: 40, max: 150 }) },
)
const day = 24

/** Mostly work, as in most of the time somebody has to lead. */
const weighted: readonly [number, fc.Arbitrary<Step>][] = [
  [240, fc.record({ kind: kind('create'), name })],
  [100, fc.record({ kind: kind('delete'), name })],
  [180, fc.record({ kind: kind('access'), name })],
  [80, fc.record({ kind: kind('deleteSecret'), name })],
  [80, fc.record({ kind: kind('look') })],
  [
    60,
    fc.record({
      kind: kind('api'),
      which,
      trouble: fc.constantFrom<ApiTrouble>(409, 429, 500, 'reset', 'half-open', 'lost-answer', 'slow'),
      calls: fc.constantFrom<Calls>('of the Lease', 'writes', 'all'),
      steps,
    }),
  ],
  [
    12,
    fc.record({
      kind: kind('clickhouse'),
      which,
      trouble: fc.constantFrom('cut' as const, 'slow' as const),
      steps,
    }),
  ],
  [
    8,
    fc.record({
      kind: kind('lease'),
      edit: fc.constantFrom<LeaseEdit>(
        'delete',
        'no spec',
        'no holder',
        'a stranger',
        'a stranger for days',
        'the largest numbers',
        'times of long ago',
        'a shorter lease',
        'put back',
      ),
    }),
  ],
  [4, fc.record({ kind: kind('kill'), which })],
  [4, fc.record({ kind: kind('end'), which })],
  [8, fc.record({ kind: kind('stop'), which, steps })],
  [8, fc.record({ kind: kind('clock'), which, hours: fc.constantFrom(-8 * day, -1, 0, 1, 8 * day) })],
]

/** The same seed gives the same steps. */
export function stepsOf(seed: number, count: number): readonly Step[] {
  const step = fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })))
  return fc.sample(step, { seed, numRuns: count })
}
