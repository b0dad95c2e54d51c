import { expect, test } from 'vitest'
import { sleep } from '../../src/core/clock.ts'
import { seededRandom } from '../builders/seeded-random.ts'
import { VirtualClock } from './virtual-clock.ts'

const never = new AbortController().signal

test('timers run when they are due, in order, and see their own time', async () => {
  const clock = new VirtualClock(1_000)
  const ran: string[] = []
  const note = (name: string) => () => ran.push(`${name} at ${clock.now()}`)
  clock.after(20, note('later'))
  clock.after(10, note('first'))
  clock.after(10, note('second'))
  clock.after(10, () => clock.after(5, note('set meanwhile')))
  clock.after(15, note('cancelled'))()
  await clock.advance(15)
  expect(ran).toEqual(['first at 1010', 'second at 1010', 'set meanwhile at 1015'])
  expect([clock.monotonic(), clock.pendingTimers]).toEqual([15, 1])
})

test('promises get as far as they can before time goes on', async () => {
  const clock = new VirtualClock()
  const seen: number[] = []
  const walk = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await sleep(clock, 10, never)
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      seen.push(clock.monotonic())
    }
  }
  void walk()
  await clock.advance(100)
  expect(seen).toEqual([10, 20, 30])
})

test('runs until a condition holds, or says that it does not', async () => {
  const clock = new VirtualClock()
  let done = false
  clock.after(500, () => (done = true))
  await clock.runUntil(() => done)
  expect(clock.monotonic()).toBe(500)
  clock.after(500, () => {})
  await expect(clock.runUntil(() => false, 400)).rejects.toThrow('400 ms')
})

test('seeded numbers are in [0, 1), repeatable and spread', () => {
  const draw = (seed: number) => Array.from({ length: 1_000 }, seededRandom(seed))
  const numbers = draw(7)
  expect(numbers).toEqual(draw(7))
  expect(numbers).not.toEqual(draw(8))
  expect(numbers.every(number => number >= 0 && number < 1)).toBe(true)
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
})
