import { describe, expect, test } from 'vitest'
import { durationOf, parseDuration } from '../../src/core/duration.ts'

describe('durations', () => {
  test.each([
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['168h', 604_800_000],
    ['500ms', 500],
    ['0s', 0],
    ['', undefined],
    ['1d', undefined],
    ['10', undefined],
    ['-1s', undefined],
    ['1.5h', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
    // What cannot be read makes nothing happen at once.
    expect(durationOf(text)).toBe(ms ?? 86_400_000)
  })
})
