import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Lookups } from '../../../src/clickhouse/endpoint/lookups.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

/** Looks names up as Node does: two at a time, the others in the order in which they came, and none is given up. */
function resolver(clock: VirtualClock, tookMs: (hostname: string) => number) {
  const waiting: (() => void)[] = []
  const calls: string[] = []
  let running = 0
  const next = (): void => {
    if (running < 2) waiting.shift()?.()
  }
  const resolve = ((hostname, _options, callback) => {
    waiting.push(() => {
      running += 1
      calls.push(hostname)
      clock.after(tookMs(hostname), () => {
        running -= 1
        next()
        const isDead = hostname.startsWith('dead')
        callback(isDead ? new Error('EAI_AGAIN') : null, isDead ? '' : '192.0.2.1', 4)
      })
    })
    next()
  }) as LookupFunction
  return { resolve, calls }
}

function setUp(tookMs = (hostname: string): number => (hostname.startsWith('dead') ? 10_000 : 1)) {
  const clock = new VirtualClock()
  const { resolve, calls } = resolver(clock, tookMs)
  const lookups = new Lookups({ resolve, clock })
  /** How long each lookup took that has ended, in milliseconds, by name. */
  const took = new Map<string, number[]>()
  const ask = (party: string, hostname: string): void => {
    const startedAt = clock.monotonic()
    lookups.of(party)(hostname, {}, () => {
      took.set(hostname, [...(took.get(hostname) ?? []), clock.monotonic() - startedAt])
    })
  }
  return { clock, calls, took, ask }
}

/** As many as a namespace may have, each probed as a circuit does. */
const dead = Array.from({ length: 256 }, (_none, at) => `dead${at}.example`)

describe('names for which nobody answers', () => {
  test('hold another namespace’s up once at most', async () => {
    const { clock, took, ask } = setUp()
    for (let round = 0; round < 40; round++) {
      for (const name of dead) ask('loud', name)
      for (let second = 0; second < 15; second++) {
        ask('quiet', `good${round % 4}.example`)
        await clock.advance(1_000)
      }
    }
    const all = [0, 1, 2, 3].flatMap(at => took.get(`good${at}.example`) ?? [])
    expect(all).toHaveLength(600)
    // A name is known to be slow after a second.
    expect(Math.max(...all)).toBe(1_001)
    expect(all.filter(ms => ms > 1).length).toBeLessThanOrEqual(1)
  })

  test('hold none of their own namespace up that is known to be there', async () => {
    const { clock, took, ask } = setUp()
    ask('one', 'good.example')
    await clock.advance(10)
    for (const name of dead.slice(0, 8)) ask('one', name)
    for (let second = 0; second < 60; second++) {
      ask('one', 'good.example')
      await clock.advance(1_000)
    }
    const times = took.get('good.example') ?? []
    expect(times).toHaveLength(61)
    expect(times.filter(ms => ms > 1).length).toBeLessThanOrEqual(10)
    expect(times.slice(-50)).toEqual(times.slice(-50).map(() => 1))
  })

  test('make no heap: who asks again waits along', async () => {
    const { clock, calls, took, ask } = setUp()
    for (let time = 0; time < 100; time++) {
      ask('loud', 'dead0.example')
      await clock.advance(50)
    }
    expect(calls).toHaveLength(1)
    await clock.advance(10_000)
    expect(took.get('dead0.example')).toHaveLength(100)
  })

  test('hold others up for a second only, also if they were all quick until now', async () => {
    let isSilent = false
    const { clock, took, ask } = setUp(hostname => (isSilent && hostname.startsWith('dead') ? 10_000 : 1))
    for (const name of dead.slice(0, 40)) ask('loud', name)
    await clock.advance(1_000)
    isSilent = true
    for (let round = 0; round < 20; round++) {
      for (const name of dead.slice(0, 40)) ask('loud', name)
      for (let second = 0; second < 15; second++) {
        ask('quiet', `good${second}.example`)
        await clock.advance(1_000)
      }
    }
    const all = Array.from({ length: 15 }, (_none, at) => took.get(`good${at}.example`) ?? []).flat()
    expect(all).toHaveLength(300)
    expect(all.filter(ms => ms > 2)).toEqual([1_001])
  })

  test('take no other party’s question along into their queue', async () => {
    const { clock, took, ask } = setUp()
    for (const name of dead) ask('loud', name)
    ask('loud', 'shared.example')
    ask('quiet', 'shared.example')
    await clock.advance(2_000)
    // The quiet one's first. It shows that the name is there, also for the other.
    expect(took.get('shared.example')).toEqual([1_001, 1_002])
  })

  test('are waited for as long as a statement is, and then no more: nothing piles up', async () => {
    const { clock, calls, took, ask } = setUp()
    for (let time = 0; time < 40; time++) {
      for (const name of dead.slice(0, 16)) ask('loud', name)
      await clock.advance(18_000)
    }
    const times = dead.slice(0, 16).flatMap(name => took.get(name) ?? [])
    expect(Math.max(...times)).toBe(15_000)
    expect(times).toHaveLength(16 * 40)
    // What nobody waits for any more costs the resolver nothing.
    expect(calls.length).toBeLessThanOrEqual(2 * 40)
    await clock.advance(30_000)
    expect(clock.pendingTimers).toBe(0)
  })

  test('that were slow once, as when a packet was lost, are quick again when they are', async () => {
    let isLost = true
    const { clock, took, ask } = setUp(hostname => (isLost || hostname.startsWith('dead') ? 5_000 : 1))
    ask('one', 'good.example')
    await clock.advance(5_000)
    isLost = false
    ask('one', 'good.example')
    await clock.advance(10)
    for (const name of dead.slice(0, 4)) ask('loud', name)
    await clock.advance(7_000)
    ask('one', 'good.example')
    await clock.advance(10)
    expect(took.get('good.example')).toEqual([5_000, 1, 1])
  })

  test('are forgiven, and then held up by no other', async () => {
    let isSlow = true
    const { clock, took, ask } = setUp(hostname => (isSlow || hostname.startsWith('dead') ? 10_000 : 1))
    ask('one', 'good.example')
    await clock.advance(10_000)
    isSlow = false
    await clock.advance(5 * 60_000)
    ask('one', 'good.example')
    await clock.advance(10)
    ask('one', 'dead0.example')
    await clock.advance(10_000)
    ask('one', 'dead1.example')
    ask('one', 'good.example')
    await clock.advance(10)
    expect(took.get('good.example')).toEqual([10_000, 1, 1])
  })

  test('stay among the slow ones for as long as their party has such', async () => {
    const { clock, took, ask } = setUp()
    for (let minute = 0; minute < 30; minute++) {
      ask('loud', `dead${minute % 2}.example`)
      await clock.advance(30_000)
      ask('quiet', 'good.example')
      await clock.advance(30_000)
    }
    expect(took.get('good.example')).toEqual(Array.from({ length: 30 }, () => 1))
  })
})

test('different questions about one name are asked each', async () => {
  const clock = new VirtualClock()
  const { resolve, calls } = resolver(clock, () => 1)
  const lookups = new Lookups({ resolve, clock })
  const answered: string[] = []
  lookups.of('a')('one.example', { all: true }, () => void answered.push('all'))
  lookups.of('b')('one.example', { family: 4 }, () => void answered.push('4'))
  await clock.advance(10)
  expect(answered).toEqual(['all', '4'])
  expect(calls).toEqual(['one.example', 'one.example'])
})

test('a real name is found, and a wrong one is an error', async () => {
  const find = new Lookups().of('one')
  const found = await new Promise<readonly unknown[]>(resolve => {
    find('localhost', { all: true }, (...answer) => resolve(answer))
  })
  expect(found[0]).toBeNull()
  expect(found[1]).toEqual(await dns.promises.lookup('localhost', { all: true }))
})
