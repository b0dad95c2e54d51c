import { expect, test } from 'vitest'
import { awakeClock } from '../../../src/embed/browser/awake-clock.ts'

const hour = 3_600_000

interface Reading {
  readonly monotonic: number
  readonly wall: number
  readonly reads: number
}

const cases: Readonly<Record<string, readonly Reading[]>> = {
  'runs with the monotonic clock': [{ monotonic: 5000, wall: 5000, reads: 5000 }],
  'counts a sleep that the monotonic clock does not': [
    { monotonic: 1000, wall: 1000, reads: 1000 },
    { monotonic: 1010, wall: hour, reads: hour },
    { monotonic: 2010, wall: hour + 1000, reads: hour + 1000 },
  ],
  'counts a sleep once, where both clocks do': [{ monotonic: hour, wall: hour, reads: hour }],
  'does not mind a clock on the wall that is set back': [
    { monotonic: 1000, wall: -5 * hour, reads: 1000 },
    { monotonic: 2000, wall: -5 * hour + 1000, reads: 2000 },
  ],
  'counts a sleep after the clock on the wall was set back': [
    { monotonic: 1000, wall: -5 * hour, reads: 1000 },
    { monotonic: 1000, wall: -4 * hour, reads: hour + 1000 },
  ],
  'does not gather what the clocks differ by from reading to reading': [
    { monotonic: 1000, wall: 1900, reads: 1000 },
    { monotonic: 2000, wall: 3800, reads: 2000 },
  ],
  'takes a clock on the wall that is set forward for a sleep': [{ monotonic: 1000, wall: hour, reads: hour }],
}

test.each(Object.entries(cases))('%s', (_name, readings) => {
  for (const wallAtStart of [0, Date.UTC(2026, 0, 1), -5 * hour]) {
    let at = { monotonic: 0, wall: 0 }
    const read = awakeClock(
      () => at.monotonic + 77,
      () => at.wall + wallAtStart,
    )
    for (const { monotonic, wall, reads } of readings) {
      at = { monotonic, wall }
      expect(read()).toBe(reads)
    }
  }
})
