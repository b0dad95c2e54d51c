import { describe, expect, it } from 'vitest'
import { FirstLook } from '../../src/operator/first-look.ts'
import { VirtualClock } from '../time/virtual-clock.ts'

const signal = new AbortController().signal

function setUp(required: readonly string[]) {
  const clock = new VirtualClock()
  const firstLook = new FirstLook({ required: () => required, limitMs: 10_000, clock })
  const ran: string[] = []
  const held = firstLook.holding((key: string) => {
    ran.push(key)
    return Promise.resolve(key)
  })
  const look = firstLook.noting(
    key => `key ${key}`,
    (key: string) => (key === 'broken' ? Promise.reject(new Error('broken')) : Promise.resolve(key)),
  )
  return { clock, ran, held, look }
}

describe('the first look', () => {
  it('holds back until all that is required was looked at, also if that failed', async () => {
    const { ran, held, look } = setUp(['key a', 'key broken'])
    const both = Promise.all([held('one', signal), held('two', signal)])
    await look('a', signal)
    expect(ran).toEqual([])
    await expect(look('broken', signal)).rejects.toThrow('broken')
    await both
    expect(ran).toEqual(['one', 'two'])
  })

  it('counts what was looked at before anything had to be held back', async () => {
    const { ran, held, look } = setUp(['key a'])
    await look('a', signal)
    await held('one', signal)
    expect(ran).toEqual(['one'])
  })

  it('holds nothing back when nothing is required, and nothing once it has let through', async () => {
    const { ran, held } = setUp([])
    await held('one', signal)
    await held('two', signal)
    expect(ran).toEqual(['one', 'two'])
  })

  it('lets through at the limit, however slow a look is', async () => {
    const { clock, ran, held } = setUp(['key a'])
    const waiting = held('one', signal)
    await clock.advance(9_999)
    expect(ran).toEqual([])
    await clock.advance(1)
    await waiting
    expect(ran).toEqual(['one'])
  })

  it('gives up with the signal', async () => {
    const { clock, ran, held } = setUp(['key a'])
    const stop = new AbortController()
    const waiting = held('one', stop.signal)
    stop.abort(new Error('stopped'))
    await Promise.all([expect(waiting).rejects.toThrow('stopped'), clock.advance(0)])
    expect(ran).toEqual([])
  })
})
