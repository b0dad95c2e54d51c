import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refreshMoment } from '../../../src/secure-embed/link/refresh.ts'
import { validityFrom } from '../../../src/embed/token/lifetime.ts'

const uids = Array.from(
  { length: 1000 },
  (_, at) => `3f0c7a52-0000-4000-8000-${String(at).padStart(12, '0')}`,
)
const hour = { lifetime: 3600, refreshBefore: 900 }

const rules = fc.integer({ min: 300, max: 36_000 }).chain(lifetime =>
  fc.record({
    lifetime: fc.constant(lifetime),
    refreshBefore: fc.integer({ min: 120, max: Math.floor(lifetime / 2) }),
    uid: fc.uuid(),
  }),
)
const minted = fc.integer({ min: 1_700_000_000, max: 4_000_000_000 })

/** When a link that is made at `at` is replaced; both in seconds since the epoch. */
const after = (at: number, of: Parameters<typeof refreshMoment>[1]): number =>
  refreshMoment(validityFrom(at * 1000, of.lifetime).exp, of)

describe('the moment of refresh', () => {
  test('lies after the mint, and refreshBefore ahead of the end or earlier', () => {
    fc.assert(
      fc.property(rules, minted, (of, at) => {
        const { exp } = validityFrom(at * 1000, of.lifetime)
        const moment = after(at, of)
        expect(moment).toBeGreaterThan(at)
        expect(exp - moment).toBeGreaterThanOrEqual(of.refreshBefore)
      }),
    )
  })

  test('recurs with a fixed period, also if one comes a little late', () => {
    fc.assert(
      fc.property(rules, minted, fc.integer({ min: 0, max: 60 }), (of, at, late) => {
        const period = of.lifetime - 30 - of.refreshBefore
        const first = after(at, of)
        expect(after(first + late, of)).toBe(first + period)
      }),
    )
  })

  test('is the same for the same token and embed: a restart changes nothing', () => {
    const of = { ...hour, uid: uids[0] ?? '' }
    expect(refreshMoment(1_790_003_600, of)).toBe(refreshMoment(1_790_003_600, { ...of }))
    expect(refreshMoment(1_790_003_600, of)).not.toBe(
      refreshMoment(1_790_003_600, { ...of, uid: uids[1] ?? '' }),
    )
  })
})

describe('a thousand links of one hour that were made at once', () => {
  /** Moments of the first hours, by minute since the mint. */
  function perMinute(hours: number): number[] {
    const at = 1_790_000_000
    const counts = Array.from({ length: hours * 60 }, () => 0)
    for (const uid of uids) {
      for (let moment = at; ; ) {
        moment = after(moment, { ...hour, uid })
        const minute = Math.floor((moment - at) / 60)
        if (minute >= counts.length) break
        counts[minute] = (counts[minute] ?? 0) + 1
      }
    }
    return counts
  }

  test.each([1, 6])(
    'are replaced spread over the time: in %i hours no minute has more than three times the mean',
    hours => {
      const counts = perMinute(hours)
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
      expect(mean).toBeGreaterThan(1000 / 60)
      expect(Math.max(...counts)).toBeLessThanOrEqual(3 * mean)
    },
  )
})
