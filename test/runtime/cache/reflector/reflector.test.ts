import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { CodedError } from '../../../../src/core/errors.ts'
import type { Change } from '../../../../src/runtime/cache/change.ts'
import type { WatchEvent } from '../../../../src/runtime/cache/list-watch.ts'
import { Store } from '../../../../src/runtime/cache/store.ts'
import { followWatch } from '../../../../src/runtime/cache/reflector/watch-session.ts'
import { VirtualClock } from '../../../time/virtual-clock.ts'
import { aThing, glance, type Thing } from '../../objects.ts'
import { recordedLog } from '../../recorded-log.ts'
import { a1, a5, b2, b6, gone, refused, setUp, throttled, watching } from './reflector-rig.ts'
import { added, bookmark, deleted, modified, pause, ScriptedSource, type Step } from './scripted-source.ts'

/** `+a`, `~a`, `-a`: came, changed, went; `!` for the first list's, `?` for what nobody saw go. */
function told(changes: readonly Change<Thing>[]): string[] {
  return changes.map(({ key, previous, current, initial, missed = false }) => {
    const sign = previous === undefined ? '+' : current === undefined ? '-' : '~'
    return `${sign}${key.slice(3)}${initial ? '!' : ''}${missed ? '?' : ''}`
  })
}

/** As an API server sends bookmarks. */
function minutely(event: WatchEvent<Thing>) {
  return Array.from({ length: 9 }, () => [pause(59_000), event]).flat()
}

interface Case {
  readonly name: string
  readonly steps: readonly Step[]
  readonly asked: readonly string[]
  readonly holds: readonly string[]
  readonly told: readonly string[]
  readonly ends?: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'an empty cluster',
    steps: [{ list: [], version: 9 }, watching],
    asked: ['list 500', 'watch 9'],
    holds: [],
    told: [],
  },
  {
    name: 'a page too large is asked for again in halves',
    steps: [
      { list: [a1], version: 9, more: 'p2' },
      { listFails: new CodedError('answerTooLarge', 'more than 16 MiB') },
      { listFails: new CodedError('answerTooLarge', 'more than 16 MiB') },
      { list: [b2], version: 9 },
      watching,
    ],
    asked: ['list 500', 'list 500 from p2', 'list 250 from p2', 'list 125 from p2', 'watch 9'],
    holds: ['a@1', 'b@2'],
    told: ['+a!', '+b!'],
  },
  {
    name: 'pages, all of one version',
    steps: [{ list: [a1], version: 9, more: 'p2' }, { list: [b2], version: 9 }, watching],
    asked: ['list 500', 'list 500 from p2', 'watch 9'],
    holds: ['a@1', 'b@2'],
    told: ['+a!', '+b!'],
  },
  {
    name: 'a continue token that expired: the list begins anew, and what went meanwhile is gone',
    steps: [
      { list: [a1], version: 9, more: 'p2' },
      { listFails: gone },
      { list: [b2], version: 12 },
      watching,
    ],
    asked: ['list 500', 'list 500 from p2', 'list 500', 'watch 12'],
    holds: ['b@2'],
    told: ['+a!', '+b!', '-a?'],
  },
  {
    name: 'events of each type, then a watch from the last of them',
    steps: [
      { list: [a1, b2], version: 9 },
      { watch: [deleted('b', 10), added('c', 11), modified('a', 12)], next: 'time-out' },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 12'],
    holds: ['a@12', 'c@11'],
    told: ['+a!', '+b!', '-b', '+c', '~a'],
    ends: ['ended'],
  },
  {
    name: 'a bookmark moves the version on',
    steps: [{ list: [], version: 9 }, { watch: minutely(bookmark(50)), next: 'time-out' }, watching],
    asked: ['list 500', 'watch 9', 'watch 50'],
    holds: [],
    told: [],
    ends: ['ended'],
  },
  {
    name: 'a server that tells of the last change again goes on, one that tells of another is listed anew',
    steps: [
      { list: [a5, b6], version: 9 },
      { watch: [modified('a', 10)], next: refused },
      { watch: [pause(2_000)], next: refused },
      { putBack: true, watch: [modified('a', 11)], next: 'hang' },
      { watch: [], next: 'hang' },
      { list: [aThing('a', 11)], version: 12 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 9', 'watch 9', 'watch 9', 'list 500', 'watch 12'],
    holds: ['a@11'],
    told: ['+a!', '+b!', '~a', '~a', '-b?'],
    ends: ['failed', 'failed', 'gone'],
  },
  {
    name: 'a watch that ends in order, and before its time, is of a server that goes: the next one has to prove the history',
    steps: [
      { list: [a5, b6], version: 9 },
      { watch: [modified('a', 10), pause(2_000)], next: 'end' },
      { watch: [modified('b', 11), pause(2_000)], next: 'end' },
      { putBack: true, watch: [], next: 'hang' },
      { watch: [], next: 'hang' },
      { list: [a5], version: 8 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 9', 'watch 10', 'watch 10', 'list 500', 'watch 8'],
    holds: ['a@5'],
    told: ['+a!', '+b!', '~a', '~b', '~a', '-b?'],
    ends: ['early', 'early', 'gone'],
  },
  {
    name: 'the last change in the same version, of another object of that name, is another history',
    steps: [
      { list: [a5], version: 9 },
      { watch: [], next: refused },
      { putBack: true, watch: [added('a', 5, 'other')], next: 'hang' },
      { watch: [], next: 'end' },
      { list: [aThing('a', 5, { uid: 'other' })], version: 12 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 4', 'watch 4', 'list 500', 'watch 12'],
    holds: ['a@5'],
    told: ['+a!', '-a?', '+a'],
    ends: ['failed', 'gone'],
  },
  {
    name: 'a server that is silent of the last change, as it has not got there again, is listed anew',
    steps: [
      { list: [a5], version: 9 },
      { watch: [], next: refused },
      { putBack: true, watch: [], next: 'hang' },
      { watch: [], next: 'hang' },
      { list: [a5], version: 8 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 4', 'watch 4', 'list 500', 'watch 8'],
    holds: ['a@5'],
    told: ['+a!'],
    ends: ['failed', 'gone'],
  },
  {
    name: 'a busy server that takes the watch late has time to tell of the last change: no list',
    steps: [
      { list: [a5], version: 9 },
      { watch: [pause(2_000)], next: 'end' },
      { takenAfterMs: 12_000, watch: [modified('a', 10)], next: 'time-out' },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 4', 'watch 10'],
    holds: ['a@10'],
    told: ['+a!', '~a'],
    ends: ['early', 'ended'],
  },
  {
    name: 'a bookmark beyond the last change says that it never happened',
    steps: [
      { list: [a5], version: 9 },
      { watch: [], next: refused },
      { putBack: true, watch: [bookmark(5)], next: 'hang' },
      { watch: [], next: 'end' },
      { list: [], version: 12 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 4', 'watch 4', 'list 500', 'watch 12'],
    holds: [],
    told: ['+a!', '-a?'],
    ends: ['failed', 'gone'],
  },
  {
    name: 'a watch that ends before it told of the last change proves nothing',
    steps: [
      { list: [a5], version: 9 },
      { watch: [], next: refused },
      { putBack: true, watch: [bookmark(4)], next: 'end' },
      { watch: [], next: 'end' },
      { list: [], version: 12 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 4', 'watch 4', 'list 500', 'watch 12'],
    holds: [],
    told: ['+a!', '-a?'],
    ends: ['failed', 'gone'],
  },
  {
    name: 'put back to a version after the last change: what changed where bookmarks had been is told',
    steps: [
      { list: [a5], version: 9 },
      { watch: [bookmark(1_000)], next: refused },
      { watch: [added('b', 991)], next: 'hang' },
    ],
    asked: ['list 500', 'watch 9', 'watch 4'],
    holds: ['a@5', 'b@991'],
    told: ['+a!', '+b'],
    ends: ['failed'],
  },
  {
    name: 'the last object changed again meanwhile: no list',
    steps: [
      { list: [a5], version: 9 },
      { watch: [modified('a', 10)], next: refused },
      { watch: [modified('a', 12), deleted('a', 13)], next: 'hang' },
    ],
    asked: ['list 500', 'watch 9', 'watch 9'],
    holds: [],
    told: ['+a!', '~a', '~a', '-a'],
    ends: ['failed'],
  },
  {
    name: 'the last was a deletion: no list, and it is told once',
    steps: [
      { list: [a5, b6], version: 9 },
      { watch: [deleted('b', 10)], next: refused },
      { watch: [added('b', 12, 'other')], next: 'hang' },
    ],
    asked: ['list 500', 'watch 9', 'watch 9'],
    holds: ['a@5', 'b@12'],
    told: ['+a!', '+b!', '-b', '+b'],
    ends: ['failed'],
  },
  {
    name: 'a deletion that was undone is found by a list',
    steps: [
      { list: [a5, b6], version: 9 },
      { watch: [deleted('b', 10)], next: refused },
      { putBack: true, watch: [], next: 'hang' },
      { watch: [], next: gone },
      { list: [a5, b6], version: 12 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 9', 'watch 9', 'list 500', 'watch 12'],
    holds: ['a@5', 'b@6'],
    told: ['+a!', '+b!', '-b', '+b'],
    ends: ['failed', 'gone', 'gone'],
  },
  {
    name: 'what went by a list alone proves nothing',
    steps: [
      { list: [a5, b6], version: 9 },
      { watch: [], next: gone },
      { list: [a5], version: 12 },
      { watch: [], next: refused },
      { watch: [], next: 'end' },
      { list: [a5, b6], version: 14 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'list 500', 'watch 12', 'watch 12', 'list 500', 'watch 14'],
    holds: ['a@5', 'b@6'],
    told: ['+a!', '+b!', '-b?', '+b'],
    ends: ['gone', 'failed'],
  },
  {
    name: 'where nothing was, nothing proves anything',
    steps: [
      { list: [], version: 9 },
      { watch: [], next: refused },
      { watch: [], next: 'end' },
      { list: [a5], version: 9 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'watch 9', 'list 500', 'watch 9'],
    holds: ['a@5'],
    told: ['+a'],
    ends: ['failed'],
  },
  {
    name: 'the last change is forgotten: what is known of later deletions is asked for until there is an answer',
    steps: [
      { list: [a5, b6], version: 9 },
      { watch: [bookmark(1_000)], next: refused },
      { watch: [], next: gone },
      { watch: [], next: throttled },
      { watch: [], next: refused },
      { watch: [deleted('b', 1_005)], next: 'end' },
      { list: [a5], version: 1_010 },
      watching,
    ],
    asked: [
      'list 500',
      'watch 9',
      'watch 5',
      'watch 1000',
      'watch 1000',
      'watch 1000',
      'list 500',
      'watch 1010',
    ],
    holds: ['a@5'],
    told: ['+a!', '+b!', '-b'],
    ends: ['failed', 'gone', 'failed', 'failed'],
  },
  {
    name: 'a server that answers lists and no watch is listed in the end',
    steps: [
      { list: [a5, b6], version: 9 },
      { watch: [bookmark(1_000)], next: refused },
      { watch: [], next: gone },
      ...Array.from({ length: 4 }, (): Step => ({ watch: [], next: throttled })),
      { list: [a5], version: 1_010 },
      watching,
    ],
    asked: [
      'list 500',
      'watch 9',
      'watch 5',
      ...Array<string>(4).fill('watch 1000'),
      'list 500',
      'watch 1010',
    ],
    holds: ['a@5'],
    told: ['+a!', '+b!', '-b?'],
    ends: ['failed', 'gone', ...Array<string>(4).fill('failed')],
  },
  {
    name: 'a broken watch goes on with the last change, without a list',
    steps: [{ list: [a1], version: 9 }, { watch: [modified('a', 10)], next: refused }, watching],
    asked: ['list 500', 'watch 9', 'watch 9'],
    holds: ['a@10'],
    told: ['+a!', '~a'],
    ends: ['failed'],
  },
  {
    name: '410 at the watch: a list, which finds what was missed',
    steps: [
      { list: [a1, b2], version: 9 },
      { watch: [], next: gone },
      { list: [aThing('a', 20), aThing('c', 21)], version: 30 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'list 500', 'watch 30'],
    holds: ['a@20', 'c@21'],
    told: ['+a!', '+b!', '~a', '+c', '-b?'],
    ends: ['gone'],
  },
  {
    name: 'a list that changes nothing tells nothing',
    steps: [{ list: [a1], version: 9 }, { watch: [], next: gone }, { list: [a1], version: 30 }, watching],
    asked: ['list 500', 'watch 9', 'list 500', 'watch 30'],
    holds: ['a@1'],
    told: ['+a!'],
    ends: ['gone'],
  },
  {
    name: 'deleted and created again, missed by the watch: a delete and an add',
    steps: [
      { list: [a1], version: 9 },
      { watch: [], next: gone },
      { list: [aThing('a', 20, { uid: 'other' })], version: 30 },
      watching,
    ],
    asked: ['list 500', 'watch 9', 'list 500', 'watch 30'],
    holds: ['a@20'],
    told: ['+a!', '-a?', '+a'],
    ends: ['gone'],
  },
  {
    name: 'a version that never works is given up after five tries',
    steps: [
      { list: [a5], version: 9 },
      ...Array.from({ length: 5 }, (): Step => ({ watch: [], next: refused })),
      { list: [], version: 10 },
      watching,
    ],
    asked: ['list 500', 'watch 9', ...Array<string>(4).fill('watch 4'), 'list 500', 'watch 10'],
    holds: [],
    told: ['+a!', '-a?'],
    ends: Array<string>(5).fill('failed'),
  },
  {
    name: 'a failed first list is tried again',
    steps: [
      { listFails: refused },
      { listFails: new TypeError('a bug') },
      { list: [a1], version: 9 },
      watching,
    ],
    asked: ['list 500', 'list 500', 'list 500', 'watch 9'],
    holds: ['a@1'],
    told: ['+a!'],
  },
  {
    name: 'a server restored from a backup: its older state is the truth',
    steps: [
      { list: [aThing('a', 100), aThing('b', 101)], version: 110 },
      { watch: [], next: gone },
      { list: [aThing('a', 40)], version: 50 },
      { watch: [modified('a', 51)], next: 'hang' },
    ],
    asked: ['list 500', 'watch 110', 'list 500', 'watch 50'],
    holds: ['a@51'],
    told: ['+a!', '+b!', '~a', '-b?', '~a'],
    ends: ['gone'],
  },
]

test.each(cases)('$name', async ({ steps, asked, holds, told: expected, ends: expectedEnds = [] }) => {
  const { clock, source, store, reflector, changes, ends } = setUp(steps)
  reflector.start()
  await clock.runUntil(() => source.asked.length === asked.length, 700_000)
  await clock.flush()
  expect(source.asked).toEqual(asked)
  expect(glance(store.list())).toEqual(holds)
  expect(told(changes)).toEqual(expected)
  expect(ends).toEqual(expectedEnds)
  expect(reflector.state).toMatchObject({ kind: 'watching' })
  await reflector.stop()
  expect([reflector.state.kind, source.open, clock.pendingTimers]).toEqual(['stopped', 0, 0])
})

test('asks for watches of five to ten minutes, not all alike', async () => {
  const ending = Array.from({ length: 50 }, (): Step => ({ watch: [pause(400_000)], next: 'end' }))
  const { clock, source, reflector } = setUp([{ list: [a5], version: 9 }, ...ending, watching])
  reflector.start()
  await clock.runUntil(() => source.calls.length === 52, 50 * 700_000)
  const seconds = source.calls.flatMap(call => call.timeoutSeconds ?? [])
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(300)
  expect(Math.max(...seconds)).toBeLessThanOrEqual(600)
  expect(new Set(seconds).size).toBeGreaterThan(20)
})

describe('a watch that is silent, even one that cannot be aborted, is replaced', () => {
  const silenceAfter = async (events: Extract<Step, { watch: unknown }>['watch'], next: 'hang' | 'deaf') => {
    const { clock, source, reflector, ends } = setUp([
      { list: [a5], version: 9 },
      { watch: [pause(60_000), ...events], next },
      watching,
    ])
    reflector.start()
    await clock.runUntil(() => source.asked.length === 3, 800_000)
    expect([source.asked[1], ends]).toEqual(['watch 9', ['idle']])
    const [, first, second] = source.calls
    const silentMs = (second?.atMs ?? 0) - (first?.atMs ?? 0) - 60_000
    return { silentMs, timeoutMs: (first?.timeoutSeconds ?? 0) * 1000, asked: source.asked[2] }
  }

  test.each(['hang', 'deaf'] as const)('beyond its time-out: %s', async next => {
    const { silentMs, timeoutMs, asked } = await silenceAfter([modified('a', 10)], next)
    expect(asked).toBe('watch 9')
    expect(silentMs).toBeGreaterThan(timeoutMs)
    expect(silentMs).toBeLessThan(timeoutMs + 60_000)
  })

  test.each(['hang', 'deaf'] as const)(
    'three minutes after a bookmark, as one comes each minute: %s',
    async next => {
      const { silentMs, asked } = await silenceAfter([bookmark(10)], next)
      expect(asked).toBe('watch 4')
      expect(silentMs).toBeGreaterThanOrEqual(180_000)
      expect(silentMs).toBeLessThan(190_000)
    },
  )
})

test('a silent watch is no recovery', async () => {
  const idle: Step = { watch: [], next: 'hang', putBack: true }
  const { clock, source, reflector, lines } = setUp([
    { list: [a5], version: 9 },
    { watch: [], next: refused },
    idle,
    idle,
    { listHangs: 'hang' },
  ])
  reflector.start()
  await clock.runUntil(() => source.asked.length === 5, 800_000)
  expect(source.asked).toEqual(['list 500', 'watch 9', 'watch 4', 'watch 4', 'list 500'])
  expect(lines('info')).toEqual([])
})

test('an own write that no watch has told of yet: all that happened before it is told, too', async () => {
  const { clock, source, store, reflector, changes } = setUp([
    { list: [a5], version: 9 },
    { watch: [pause(2_000)], next: refused },
    { watch: [added('b', 10), modified('a', 12), deleted('b', 13)], next: 'hang' },
  ])
  reflector.start()
  await clock.flush()
  store.noteWrite(aThing('a', 12))
  await clock.runUntil(() => source.asked.length === 3, 120_000)
  await clock.flush()
  expect(source.asked).toEqual(['list 500', 'watch 9', 'watch 9'])
  expect(told(changes)).toEqual(['+a!', '~a', '+b', '-b'])
  expect(reflector.state).toEqual({ kind: 'watching', resourceVersion: '13', failures: 0 })
})

test('what a watch that was given up still delivers is ignored', async () => {
  const late = { pauseMs: 3_600_000, deaf: true }
  const { clock, store, reflector } = setUp([
    { list: [a5], version: 9 },
    { watch: [late, deleted('a', 10)], next: 'end' },
    {
      watch: [bookmark(20), ...Array.from({ length: 120 }, () => [pause(60_000), bookmark(21)]).flat()],
      next: 'hang',
    },
  ])
  reflector.start()
  await clock.advance(3_700_000)
  expect(glance(store.list())).toEqual(['a@5'])
  expect(reflector.state).toMatchObject({ kind: 'watching', resourceVersion: '21' })
})

test('a watch leaves nothing on the signal that it was given', async () => {
  const clock = new VirtualClock()
  const store = new Store<Thing>({ name: 'things', log: recordedLog().log })
  const source = new ScriptedSource(clock, [{ watch: [added('a', 10)], next: 'end' }])
  const { signal } = new AbortController()
  const feed = store.openFeed()
  const session = { source, feed, resourceVersion: '9', clock, random: () => 0, onEvent: () => {} }
  expect(await followWatch(session, signal)).toBe('early')
  expect([getEventListeners(signal, 'abort').length, clock.pendingTimers]).toEqual([0, 0])
})

test('a watch with bookmarks is not idle', async () => {
  const minutes = Array.from({ length: 60 }, (_, minute) => [pause(60_000), bookmark(100 + minute)]).flat()
  const { clock, source, reflector } = setUp([
    { list: [], version: 9 },
    { watch: minutes, next: 'hang' },
  ])
  reflector.start()
  await clock.advance(60 * 60_000)
  expect(source.asked).toEqual(['list 500', 'watch 9'])
})

test('a handler that throws kills neither the watch nor the other handlers', async () => {
  const { clock, store, reflector, lines } = setUp([
    { list: [a1], version: 9 },
    { watch: [modified('a', 10), modified('a', 11)], next: 'hang' },
  ])
  const seen: string[] = []
  store.subscribe(() => {
    throw new Error('broken handler')
  })
  store.subscribe(({ current }) => seen.push(current?.metadata.resourceVersion ?? ''))
  reflector.start()
  await clock.flush()
  expect(seen).toEqual(['1', '10', '11'])
  expect(lines('error')).toHaveLength(3)
  expect(reflector.state).toMatchObject({ kind: 'watching' })
})
