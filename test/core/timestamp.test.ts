import { expect, test } from 'vitest'
import { parseTimestamp, toMicroTimestamp, toTimestamp } from '../../src/core/timestamp.ts'

test('timestamps have whole seconds and a Z', () =>
  expect(toTimestamp(1_790_000_000_999)).toBe('2026-09-21T14:13:20Z'))

test('and microseconds where Kubernetes asks for them', () =>
  expect(toMicroTimestamp(1_790_000_000_042)).toBe('2026-09-21T14:13:20.042000Z'))

test.each([
  ['2026-09-21T14:13:20Z', 1_790_000_000_000],
  ['2026-09-21T14:13:20.999Z', 1_790_000_000_999],
  ['', undefined],
  [undefined, undefined],
  ['yesterday', undefined],
])('"%s" is read as %s', (text, ms) => expect(parseTimestamp(text)).toBe(ms))
