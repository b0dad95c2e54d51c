/** Behind a proxy that ends each stream after a minute, in order. */
import { expect, test } from 'vitest'
import { Reflector } from '../../../../src/runtime/cache/reflector/reflector.ts'
import type { ListPage, ListWatch, WatchEvent } from '../../../../src/runtime/cache/list-watch.ts'
import { Store } from '../../../../src/runtime/cache/store.ts'
import { noMetrics } from '../../../../src/runtime/metrics.ts'
import { seededRandom } from '../../../builders/seeded-random.ts'
import { sleep } from '../../../../src/core/clock.ts'
import { VirtualClock } from '../../../time/virtual-clock.ts'
import { aThing, glance, type Thing } from '../../objects.ts'
import { recordedLog } from '../../recorded-log.ts'
import { a5, b6, gone, refused } from './reflector-rig.ts'

const minuteMs = 60_000

/** An API server with such a proxy before it. It takes a watch from a version that it has not reached yet. */
class Server implements ListWatch<Thing> {
  readonly listedAtMs: number[] = []
  things: readonly Thing[]
  version = 9
  /** It has forgotten what was before. */
  keptFrom = 0
  /** How the next watch ends. */
  breaks = false
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock, things: readonly Thing[]) {
    this.#clock = clock
    this.things = things
  }

  list(): Promise<ListPage<Thing>> {
    this.listedAtMs.push(this.#clock.monotonic())
    return Promise.resolve({ items: this.things, resourceVersion: String(this.version) })
  }

  async *watch(
    { resourceVersion, timeoutSeconds, onOpen }: Parameters<ListWatch<Thing>['watch']>[0],
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<Thing>> {
    await Promise.resolve()
    const from = Number(resourceVersion)
    if (from < this.keptFrom) throw gone
    onOpen?.()
    const { version } = this
    for (const object of this.things)
      if (Number(object.metadata.resourceVersion) > from) yield { type: 'modified', object }
    await sleep(this.#clock, Math.min(minuteMs, timeoutSeconds * 1000), signal)
    if (this.breaks) throw refused
    if (version >= from) yield { type: 'bookmark', resourceVersion: String(version) }
  }
}

async function after(minutes: number, things: readonly Thing[], keptFrom: number) {
  const clock = new VirtualClock()
  const { log, lines } = recordedLog()
  const store = new Store<Thing>({ name: 'things', log })
  const source = new Server(clock, things)
  source.keptFrom = keptFrom
  const ends = new Set<string>()
  const metrics = { ...noMetrics, watchEnded: (_name: string, why: string) => ends.add(why) }
  const random = seededRandom(1)
  const reflector = new Reflector<Thing>({ name: 'things', source, store, clock, random, log, metrics })
  reflector.start()
  await clock.advance(minutes * minuteMs)
  return { clock, lines, store, source, reflector, ends }
}

interface Case {
  readonly name: string
  readonly things: readonly Thing[]
  readonly keptFrom: number
  readonly ends: readonly string[]
  readonly isListed: boolean
}

const cases: readonly Case[] = [
  {
    name: 'a last change that the server remembers proves the history: one list',
    things: [a5, b6],
    keptFrom: 0,
    ends: ['early'],
    isListed: false,
  },
  {
    name: 'one that it has forgotten: a list each ten minutes',
    things: [a5, b6],
    keptFrom: 9,
    ends: ['early', 'ended', 'gone'],
    isListed: true,
  },
  {
    name: 'an empty kind: a list each ten minutes',
    things: [],
    keptFrom: 0,
    ends: ['early', 'ended'],
    isListed: true,
  },
]

test.each(cases)('$name', async ({ things, keptFrom, ends: expected, isListed }) => {
  const { source, reflector, ends, store, lines } = await after(120, things, keptFrom)
  await reflector.stop()
  const [, ...lists] = source.listedAtMs
  const waits = lists.slice(1).map((at, i) => at - (lists[i] ?? 0))
  expect(lists.length > 0).toBe(isListed)
  expect(waits.length).toBe(isListed ? 11 : 0)
  for (const ms of waits) expect(ms).toBeGreaterThan(9.9 * minuteMs)
  expect([...ends].sort()).toEqual(expected)
  expect(glance(store.list())).toEqual(glance(things))
  expect(lines('info').length).toBe(lists.length)
})

test.each([
  { name: 'at the first early end', minutes: 0.5, withinMinutes: 1 },
  { name: 'between two lists, and no connection fails: with the next of them', minutes: 5, withinMinutes: 7 },
])('a server that was put back is noticed $name', async ({ minutes, withinMinutes }) => {
  const { clock, source, store, reflector } = await after(minutes, [a5, b6], 9)
  // Its versions are soon beyond what was seen.
  source.things = [aThing('a', 4), aThing('c', 12)]
  source.version = 12
  await clock.advance(withinMinutes * minuteMs)
  expect(glance(store.list())).toEqual(['a@4', 'c@12'])
  await reflector.stop()
})

test('what was told meanwhile does not settle the doubt, as it may be of another history', async () => {
  const { clock, source, store, reflector } = await after(5, [a5, b6], 9)
  source.things = [aThing('c', 12)]
  source.version = 12
  await clock.advance(3 * minuteMs)
  expect(glance(store.list())).toEqual(['a@5', 'b@6', 'c@12'])
  await clock.advance(4 * minuteMs)
  expect(glance(store.list())).toEqual(['c@12'])
  await reflector.stop()
})

test('a watch that breaks off while the doubt stays is listed anew at once', async () => {
  const { clock, source, reflector } = await after(5, [a5, b6], 9)
  expect(source.listedAtMs).toHaveLength(2)
  source.breaks = true
  await clock.advance(minuteMs)
  source.breaks = false
  await clock.advance(minuteMs / 2)
  expect(source.listedAtMs).toHaveLength(3)
  await reflector.stop()
})
