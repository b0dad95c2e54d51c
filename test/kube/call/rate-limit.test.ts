import { describe, expect, test } from 'vitest'
import { RateLimiter } from '../../../src/kube/call/rate-limit.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal

function takers(limiter: RateLimiter, count: number, signal = never) {
  const served: number[] = []
  const all = Array.from({ length: count }, (_, index) =>
    limiter.take(signal).then(
      () => served.push(index),
      () => undefined,
    ),
  )
  return { served, all: Promise.all(all) }
}

describe('the rate limit', () => {
  test('lets a burst through, then so many a second, in order', async () => {
    const clock = new VirtualClock()
    const { served } = takers(new RateLimiter(clock, { perSecond: 10, burst: 5 }), 20)
    await clock.advance(0)
    expect(served).toHaveLength(5)
    await clock.advance(1000)
    expect(served).toHaveLength(15)
    await clock.advance(500)
    expect(served).toEqual(Array.from({ length: 20 }, (_, index) => index))
    expect(clock.pendingTimers).toBe(0)
  })

  test('saves up no more than a burst', async () => {
    const clock = new VirtualClock()
    const limiter = new RateLimiter(clock, { perSecond: 10, burst: 5 })
    await takers(limiter, 5).all
    await clock.advance(3_600_000)
    const { served } = takers(limiter, 20)
    await clock.advance(0)
    expect(served).toHaveLength(5)
  })

  test('whoever gives up gives its turn back', async () => {
    const clock = new VirtualClock()
    const limiter = new RateLimiter(clock, { perSecond: 10, burst: 1 })
    const abort = new AbortController()
    const leaving = takers(limiter, 11, abort.signal)
    await clock.advance(0)
    expect(leaving.served).toHaveLength(1)
    abort.abort()
    await leaving.all
    const { served } = takers(limiter, 1)
    await clock.advance(100)
    expect(served).toHaveLength(1)
  })

  test('0 is no limit', async () => {
    const clock = new VirtualClock()
    const { served } = takers(new RateLimiter(clock, { perSecond: 0, burst: 1 }), 1000)
    await clock.advance(0)
    expect(served).toHaveLength(1000)
  })
})
