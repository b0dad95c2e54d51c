import { describe, expect, it } from 'vitest'
import { formatPair, type Pair } from '../../../src/tenancy/pair.ts'
import type { RolloutPhase } from '../../../src/tenancy/rollout/course.ts'
import { type PairQuestion, pairFor } from '../../../src/tenancy/rollout/pair-for.ts'
import { pair } from '../../scenarios/rollout-world.ts'

interface Situation {
  readonly wanted?: string
  readonly paused?: true
  readonly refused?: readonly string[]
  readonly status?: 'none' | RolloutPhase
  readonly current?: string
  readonly target?: string
  readonly permille?: number
  readonly failedTenants?: readonly string[]
  readonly slot?: number
  readonly canary?: true
  readonly holds?: string
  readonly last?: string
  readonly rejected?: string
}

function maybe(text: string | undefined): Pair | undefined {
  return text === undefined || text === '' ? undefined : pair(text)
}

function ask(situation: Situation): string {
  const { status = 'Rolling', refused = [] } = situation
  const question: PairQuestion = {
    wanted: maybe(situation.wanted ?? '1:2'),
    paused: situation.paused ?? false,
    accepted: candidate => !refused.includes(formatPair(candidate)),
    state:
      status === 'none'
        ? undefined
        : {
            current: maybe(situation.current ?? '1:1'),
            target: maybe(situation.target ?? '1:2'),
            phase: status,
            admittedPermille: situation.permille ?? 500,
            failedTenants: situation.failedTenants ?? [],
          },
    tenant: {
      name: 'ns/t',
      slot: situation.slot ?? 700,
      inCanary: situation.canary ?? false,
      holds: maybe(situation.holds),
      last: maybe(situation.last),
      rejected: maybe(situation.rejected),
    },
  }
  const pair = pairFor(question)
  return pair === undefined ? 'none' : formatPair(pair)
}

const complete = { status: 'Complete', current: '1:2', permille: 1000 } as const
const stopped = { status: 'Stopped', failedTenants: ['ns/t'], slot: 100, holds: '1:1' } as const

type Case = readonly [name: string, situation: Situation, answer: string]

const cases: readonly Case[] = [
  ['admitted by its slot', { slot: 499, holds: '1:1' }, '1:2'],
  ['not admitted by its slot', { slot: 500, holds: '1:1' }, '1:1'],
  ['not admitted, with an older pair', { holds: '1:9' }, '1:9'],
  ['not admitted, but moved already', { holds: '1:2' }, '1:2'],
  ['not admitted, new', {}, '1:1'],
  ['admitted, new', { slot: 0 }, '1:2'],
  ['the canary while the others follow', { canary: true, holds: '1:1' }, '1:2'],
  ['the canary', { status: 'Canary', permille: 0, canary: true, holds: '1:1' }, '1:2'],
  ['the canary soaking', { status: 'Soaking', permille: 0, canary: true, holds: '1:1' }, '1:2'],
  [
    'the canary waiting for a person',
    { status: 'AwaitingPromotion', permille: 0, canary: true, holds: '1:1' },
    '1:2',
  ],
  ['another while the canary moves', { status: 'Canary', permille: 0, slot: 0, holds: '1:1' }, '1:1'],
  ['paused by the status', { status: 'Paused', slot: 0, holds: '1:1' }, '1:1'],
  ['paused by the spec, ahead of the status', { paused: true, slot: 0, holds: '1:1' }, '1:1'],
  ['paused, new', { paused: true, slot: 0 }, '1:1'],
  ['paused, moved already', { paused: true, holds: '1:2' }, '1:2'],
  ['paused, moved already, Secret deleted', { paused: true, last: '1:2' }, '1:2'],
  ['not admitted, Secret deleted', { last: '1:1' }, '1:1'],
  ['Secret deleted that had an older pair', { last: '1:9' }, '1:1'],
  ['stopped', { status: 'Stopped', slot: 0, holds: '1:1' }, '1:1'],
  ['stopped, one that failed tries again', { ...stopped }, '1:2'],
  ['stopped, one that failed, but is not admitted', { ...stopped, slot: 700 }, '1:1'],
  ['stopped, one whose token was refused', { ...stopped, rejected: '1:2' }, '1:1'],
  ['complete', { ...complete, holds: '1:1' }, '1:2'],
  ['complete, although paused for the next', { ...complete, paused: true, holds: '1:1' }, '1:2'],
  ['complete, new', { ...complete }, '1:2'],
  ['complete, nobody left behind by a slot', { ...complete, slot: 999, holds: '1:2' }, '1:2'],
  ['rolling back', { current: '1:1', target: '1:1', wanted: '1:1', holds: '1:2', slot: 999 }, '1:1'],
  [
    'rolling back although paused',
    { current: '1:1', target: '1:1', wanted: '1:1', holds: '1:2', paused: true },
    '1:1',
  ],
  ['the spec is ahead: a new target', { wanted: '1:3', slot: 0, holds: '1:2' }, '1:2'],
  ['the spec is ahead: back again', { wanted: '1:1', slot: 0, holds: '1:2' }, '1:2'],
  ['the spec is ahead: new', { wanted: '1:3', slot: 0 }, '1:1'],
  ['the spec is ahead of a complete one', { ...complete, wanted: '1:3', holds: '1:2' }, '1:2'],
  ['no status yet', { status: 'none' }, 'none'],
  ['status lost', { status: 'none', holds: '1:1' }, '1:1'],
  ['DataLens has not answered', { status: 'AwaitingDataLens', wanted: '', current: '', target: '' }, 'none'],
  [
    'the first pair, before the status has caught up',
    { status: 'AwaitingDataLens', current: '', target: '' },
    'none',
  ],
  ['the first pair is the target alone', { status: 'AwaitingDataLens', current: '' }, '1:2'],
  ['the first pair is not confirmed', { status: 'AwaitingDataLens', current: '', refused: ['1:2'] }, 'none'],
  ['the target is not confirmed', { slot: 0, holds: '1:1', refused: ['1:2'] }, '1:1'],
  ['the current pair is not confirmed, new', { refused: ['1:1'] }, 'none'],
  ['neither is confirmed, but a token is held', { holds: '1:1', refused: ['1:1', '1:2'] }, '1:1'],
  ['complete, but no longer confirmed, new', { ...complete, refused: ['1:2'] }, 'none'],
]

describe('the pair that a tenant should have', () => {
  it.each(cases)('%s', (_name, situation, expected) => {
    expect(ask(situation)).toBe(expected)
  })
})
