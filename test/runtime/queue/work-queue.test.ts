import { expect, test } from 'vitest'
import { CodedError } from '../../../src/core/errors.ts'
import { noMetrics } from '../../../src/runtime/metrics.ts'
import { type Work, WorkQueue, type WorkQueueOptions } from '../../../src/runtime/queue/work-queue.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal

function setUp(options: Partial<WorkQueueOptions> = {}) {
  const clock = new VirtualClock()
  const queue = new WorkQueue({ name: 'q', clock, random: () => 0, partyOf: () => 'all', ...options })
  /** What a worker would get now, or undefined. */
  const poll = async (): Promise<Work | undefined> => {
    const abort = new AbortController()
    const taken = queue.take(abort.signal).catch(() => undefined)
    await clock.flush()
    abort.abort()
    return taken
  }
  const drain = async (): Promise<string[]> => {
    const keys: string[] = []
    for (let work = await poll(); work !== undefined; work = await poll()) {
      keys.push(work.key)
      queue.done(work.key, 'forget')
    }
    return keys
  }
  return { clock, queue, poll, drain }
}

/** With what it tells the metrics. */
function observed() {
  const told = { depths: [] as number[], others: [] as string[] }
  const metrics = {
    ...noMetrics,
    queueDepth: (_queue: string, keys: number) => told.depths.push(keys),
    queueLatency: (_queue: string, ms: number) => told.others.push(`latency ${ms}`),
    queueRetry: () => told.others.push('retry'),
  }
  return { ...setUp({ metrics }), told }
}

test('of several adds of a key one is left', async () => {
  const { queue, drain } = setUp()
  for (let i = 0; i < 5; i++) queue.add('a')
  expect(queue.size).toBe(1)
  expect(await drain()).toEqual(['a'])
  expect(queue.size).toBe(0)
})

test('live edits overtake the initial list; equals leave in the order they came', async () => {
  const { queue, drain } = setUp()
  queue.add('list-1', { priority: 'low' })
  queue.add('list-2', { priority: 'low' })
  queue.add('edit-1')
  queue.add('urgent', { priority: 'high' })
  queue.add('edit-2')
  queue.add('list-3', { priority: 'low' })
  queue.add('list-2', { priority: 'normal' })
  expect(await drain()).toEqual(['urgent', 'list-2', 'list-1', 'edit-1', 'edit-2', 'list-3'])
})

test('of equals the most urgent goes first, as it is when the key becomes due', async () => {
  const urgency = new Map([
    ['late', 3],
    ['early', 1],
    ['middle', 2],
    ['changed', 0],
  ])
  const { clock, queue, drain } = setUp({ urgencyOf: key => urgency.get(key) ?? 0 })
  queue.add('edit-of-none')
  for (const key of ['late', 'early', 'middle']) queue.add(key, { priority: 'low' })
  queue.add('changed', { priority: 'low', afterMs: 1_000 })
  urgency.set('changed', 4)
  await clock.advance(1_000)
  expect(await drain()).toEqual(['edit-of-none', 'early', 'middle', 'late', 'changed'])
})

test.each([
  { name: 'a later add does not put off', first: 1_000, second: 5_000, due: 1_000 },
  { name: 'an earlier add brings forward', first: 5_000, second: 1_000, due: 1_000 },
  { name: 'now brings forward to now', first: 5_000, second: 0, due: 0 },
])('$name', async ({ first, second, due }) => {
  const { clock, queue, poll } = setUp()
  queue.add('a', { afterMs: first, reason: 'first' })
  queue.add('a', { afterMs: second, reason: 'second' })
  if (due > 0) {
    await clock.advance(due - 1)
    expect(await poll()).toBeUndefined()
    await clock.advance(1)
  }
  expect(await poll()).toMatchObject({ key: 'a', reason: first < second ? 'first' : 'second' })
  await clock.advance(10_000)
  expect(await poll()).toBeUndefined()
})

test('a waiting worker gets a delayed key when it is due', async () => {
  const { clock, queue } = setUp()
  const taken = queue.take(never)
  queue.add('a', { afterMs: 500 })
  await clock.advance(500)
  expect(await taken).toMatchObject({ key: 'a' })
  expect(clock.pendingTimers).toBe(0)
})

test('a key is with one worker only, and one added meanwhile runs again', async () => {
  const { queue, poll } = setUp()
  queue.add('a', { reason: 'first' })
  expect(await poll()).toMatchObject({ key: 'a', reason: 'first' })
  queue.add('a', { reason: 'meanwhile' })
  queue.add('a', { reason: 'and again' })
  expect(await poll()).toBeUndefined()
  queue.done('a', 'forget')
  expect(await poll()).toMatchObject({ key: 'a', reason: 'meanwhile' })
  queue.done('a', 'forget')
  expect(await poll()).toBeUndefined()
})

/** The delays before each of `n` retries. */
async function retries(n: number, random: number, error: unknown = new Error('no')): Promise<number[]> {
  const { clock, queue } = setUp({ random: () => random })
  const delays: number[] = []
  queue.add('a')
  for (let i = 0; i < n; i++) {
    const work = await queue.take(never)
    expect(work).toMatchObject({ key: 'a', failures: i })
    queue.done('a', { retry: error })
    const failedAt = clock.monotonic()
    await clock.runUntil(() => queue.depth === 1)
    delays.push(Math.round(clock.monotonic() - failedAt))
  }
  return delays
}

test('failures back off from 0.5 s to 5 min, with jitter', async () => {
  expect(await retries(10, 0)).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 150_000,
  ])
  expect(await retries(10, 0.999_999)).toEqual([
    1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000,
  ])
  expect((await retries(60, 0.5)).at(-1)).toBe(225_000)
})

test('Retry-After is a minimum, not a replacement', async () => {
  const throttled = new CodedError('throttled', 'slow down', { retryAfterMs: 1_500 })
  expect(await retries(4, 0, throttled)).toEqual([1500, 1500, 2000, 4000])
  expect((await retries(1, 0.999_999, throttled))[0]).toBeLessThanOrEqual(1650)
})

test('a success forgets the failures', async () => {
  const { clock, queue } = setUp()
  queue.add('a')
  for (const result of [{ retry: 1 }, { retry: 1 }, 'forget', { retry: 1 }] as const) {
    await clock.runUntil(() => queue.depth === 1)
    await queue.take(never)
    queue.done('a', result)
    if (result === 'forget') queue.add('a')
  }
  const before = clock.monotonic()
  await clock.runUntil(() => queue.depth === 1)
  expect(clock.monotonic() - before).toBe(500)
})

test('also when the key was added again meanwhile', async () => {
  const { clock, queue } = setUp()
  queue.add('a')
  await queue.take(never)
  queue.done('a', { retry: new Error('no') })
  await clock.runUntil(() => queue.depth === 1)
  await queue.take(never)
  queue.add('a')
  queue.done('a', 'forget')
  expect(await queue.take(never)).toMatchObject({ key: 'a', failures: 0 })
})

test('an edit does not wait for the backoff, but does not end it either', async () => {
  const { clock, queue, poll } = setUp()
  queue.add('a')
  await poll()
  queue.done('a', { retry: new Error('no') })
  queue.add('a', { reason: 'edit' })
  expect(await poll()).toMatchObject({ key: 'a', reason: 'edit', failures: 1 })
  queue.done('a', { retry: new Error('no') })
  await clock.advance(999)
  expect(await poll()).toBeUndefined()
  await clock.advance(1)
  expect(await poll()).toMatchObject({ key: 'a', reason: 'retry', failures: 2 })
})

test('whoever edits without end holds up nobody who is patient for ever', async () => {
  const { queue, poll } = setUp()
  for (let at = 0; at < 5; at++) queue.add(`rollout-${at}`, { priority: 'low' })
  queue.add('fresh')
  const order: string[] = []
  for (let round = 1; round <= 12; round++) {
    queue.add(`fresh-${round}`)
    const { key = '' } = (await poll()) ?? {}
    order.push(key.replace(/-\d+$/, ''))
    queue.done(key, 'forget')
  }
  expect(order.join(' ')).toBe(Array(4).fill('fresh fresh rollout').join(' '))
})

test('a slow partition does not hold all workers, and gets on as soon as one of its own ends', async () => {
  const { queue, poll } = setUp({
    partitions: { of: key => key.split('/')[0], most: 2, ownerOf: () => 'all' },
  })
  for (const key of ['slow/1', 'slow/2', 'slow/3', 'slow/4', 'fast/1', 'fast/2', 'fast/3']) queue.add(key)
  queue.add('slow/urgent', { priority: 'high' })
  const keys: (string | undefined)[] = []
  for (let i = 0; i < 5; i++) keys.push((await poll())?.key)
  expect(keys).toEqual(['slow/urgent', 'slow/1', 'fast/1', 'fast/2', undefined])
  queue.done('slow/1', { retry: new Error('slow') })
  expect((await poll())?.key).toBe('slow/2')
  expect(await poll()).toBeUndefined()
  queue.done('fast/1', 'forget')
  expect((await poll())?.key).toBe('fast/3')
})

test('a partition that becomes known only after its keys were due counts all the same', async () => {
  const partitions = new Map<string, string>()
  const { queue, poll } = setUp({
    partitions: { of: key => partitions.get(key), most: 1, ownerOf: () => 'all' },
  })
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key)
  for (const key of ['a', 'b', 'c']) partitions.set(key, 'slow')
  expect([(await poll())?.key, (await poll())?.key, await poll()]).toEqual(['a', 'd', undefined])
  expect(queue.depth).toBe(2)
  queue.done('a', 'forget')
  expect([(await poll())?.key, await poll()]).toEqual(['b', undefined])
})

test('keys without a partition share no limit', async () => {
  const { queue, poll } = setUp({
    partitions: { of: () => undefined, most: 1, ownerOf: () => 'all' },
  })
  queue.add('a')
  queue.add('b')
  expect([(await poll())?.key, (await poll())?.key]).toEqual(['a', 'b'])
})

test('an aborted take gets nothing, and the key goes to the next one', async () => {
  const { queue } = setUp()
  const abort = new AbortController()
  const taken = queue.take(abort.signal)
  abort.abort(new Error('enough'))
  queue.add('a')
  await expect(taken).rejects.toThrow('enough')
  await expect(queue.take(abort.signal)).rejects.toThrow('enough')
  expect(await queue.take(never)).toMatchObject({ key: 'a' })
})

test('closing drops what waits, ends every take and leaves no timer', async () => {
  const { clock, queue } = setUp()
  queue.add('running')
  await queue.take(never)
  queue.add('later', { afterMs: 1_000 })
  const waiting = queue.take(never)
  queue.close()
  queue.close()
  expect(await waiting).toBeUndefined()
  expect(await queue.take(never)).toBeUndefined()
  queue.add('too late')
  queue.done('running', { retry: new Error('no') })
  expect([queue.size, queue.running, clock.pendingTimers]).toEqual([0, 0, 0])
})

test('giving back what one does not have is a mistake', async () => {
  const { queue } = setUp()
  queue.add('a')
  expect(() => queue.done('a', 'forget')).toThrow('q: a')
  expect(() => queue.done('b', 'forget')).toThrow('q: b')
})

test('tells its depth, how long keys waited and retries', async () => {
  const { clock, queue, poll, told } = observed()
  expect(await poll()).toBeUndefined()
  queue.add('a')
  queue.add('b')
  await clock.advance(250)
  await poll()
  queue.done('a', { retry: new Error('no') })
  expect(told.others).toEqual(['latency 250', 'retry'])
  expect(Math.max(...told.depths)).toBe(2)
  expect(told.depths.at(-1)).toBe(1)
})

test('tells of none that waits before there is a worker, as where it stands by', async () => {
  const { clock, queue, poll, told } = observed()
  queue.add('a')
  queue.add('b')
  await clock.advance(3_600_000)
  queue.add('c')
  expect(Math.max(...told.depths)).toBe(0)
  expect((await poll())?.key).toBe('a')
  await clock.advance(250)
  expect((await poll())?.key).toBe('b')
  expect(told.others).toEqual(['latency 0', 'latency 250'])
  expect(told.depths.at(-1)).toBe(1)
})

test('20,000 keys, half of them delayed, share one timer', async () => {
  const { clock, queue, drain } = setUp()
  for (let i = 0; i < 20_000; i++) {
    queue.add(`ns/${i}`, { priority: 'low', afterMs: i % 2 === 0 ? 0 : (i * 7919) % 60_000 })
  }
  expect(clock.pendingTimers).toBe(1)
  for (let i = 0; i < 20_000; i += 4) queue.add(`ns/${i}`)
  await clock.advance(60_000)
  expect([queue.size, queue.depth, clock.pendingTimers]).toEqual([20_000, 20_000, 0])
  const first = await queue.take(never)
  queue.done(first?.key ?? '', 'forget')
  expect(first?.key).toBe('ns/0')
  queue.close()
  expect(await drain()).toEqual([])
})
