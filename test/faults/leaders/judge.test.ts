/** The judge of the other files here sees what must not be, and nothing else. */
import { expect, test } from 'vitest'
import { leadersIn, wrongIn } from './judge.ts'
import type { Effect, Renewal } from './record.ts'

const deadlineMs = 2_000
/** Noticed 10 ms after it may have come. */
const at = (by: number) => ({ after: by - 10, by })
const renewal = (process: number, by: number): Renewal => ({ process, came: at(by) })
const effect = (process: number, by: number): Effect => ({ process, what: `e${by}`, came: at(by) })

interface Case {
  readonly renewals: readonly Renewal[]
  readonly effects: readonly Effect[]
  readonly wrong: readonly string[]
}

test.each<[string, Case]>([
  ['nobody does anything', { renewals: [renewal(1, 0)], effects: [], wrong: [] }],
  [
    'one works, and the next one after it',
    {
      renewals: [renewal(1, 0), renewal(1, 1_000), renewal(2, 4_500)],
      effects: [effect(1, 50), effect(1, 2_900), effect(2, 4_600)],
      wrong: [],
    },
  ],
  [
    'one that never had the Lease',
    {
      renewals: [renewal(1, 0)],
      effects: [effect(2, 100)],
      wrong: ['process 2 never had the lead, and sent: e100'],
    },
  ],
  [
    'one that has it only later',
    {
      renewals: [renewal(1, 500)],
      effects: [effect(1, 100)],
      wrong: ['process 1 never had the lead, and sent: e100'],
    },
  ],
  [
    'one whose deadline has passed',
    {
      renewals: [renewal(1, 0)],
      effects: [effect(1, 2_011)],
      wrong: ['process 1 sent 1 ms after its renew deadline: e2011'],
    },
  ],
  [
    'one whose deadline may have passed, or not',
    { renewals: [renewal(1, 0)], effects: [effect(1, 2_010)], wrong: [] },
  ],
  [
    'two in turn, each with a lease',
    {
      renewals: [renewal(1, 0), renewal(2, 0)],
      effects: [effect(1, 100), effect(2, 200), effect(1, 300)],
      wrong: ['process 1 sent e300 after process 2 had sent e200'],
    },
  ],
  [
    'two at once, of which nobody knows who came first',
    {
      renewals: [renewal(1, 0), renewal(2, 0)],
      effects: [effect(1, 100), effect(2, 200), effect(1, 205)],
      wrong: [],
    },
  ],
])('%s', (_, { renewals, effects, wrong }) => {
  expect(wrongIn({ renewals, effects }, deadlineMs)).toEqual(wrong)
})

test('who worked, in order', () => {
  expect(leadersIn([effect(3, 10), effect(3, 20), effect(1, 30)])).toEqual([3, 1])
})
