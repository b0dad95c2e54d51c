import { expect, test } from 'vitest'
import { failureOf, mayPass, retryAfterMs } from '../../../src/sandbox/pages/chart/failure.ts'

const numeric = (code: number): object => ({
  code,
  error: { code, details: { code }, extra: { hideRetry: false } },
})

test.each([
  ['another entry', 409, { code: 'ERR.CHARTS.OUTDATED_DEPENDENCIES' }, false, 'outdated', false],
  ['no embed', 404, numeric(404), false, 'not-found', false],
  ['a token that is refused', 403, numeric(403), false, 'refused', false],
  ['a token whose time is over', 403, numeric(403), true, 'expired', false],
  ['a token that is none', 400, { code: 'ERR.CHARTS.INVALID_TOKEN' }, false, 'refused', false],
  [
    'a dashboard that is refused',
    403,
    { error: { code: 'ERR.ENTRY.CONFIG_LOADING_ERROR', details: { code: 403 } } },
    false,
    'refused',
    false,
  ],
  [
    'data that cannot be read',
    400,
    { ...numeric(400), message: 'There is no table.' },
    false,
    'unreadable',
    true,
  ],
  ['too much', 413, { code: 'BAD_REQUEST' }, false, 'too-large', false],
  ['ClickHouse away', 503, numeric(503), false, 'source', true],
  ['a failure', 500, numeric(500), false, 'other', true],
  ['a page of HTML', 502, undefined, false, 'source', true],
] as const)('%s', (_name, status, body, expired, kind, again) => {
  const failure = failureOf(status, body, expired)
  expect(failure.kind).toBe(kind)
  expect(mayPass(failure)).toBe(again)
})

test('what is shown of it is the server’s message, else its code, else the status', () => {
  expect(failureOf(400, { code: 400, message: 'There is no table.' }, false).detail).toBe(
    'There is no table.',
  )
  expect(failureOf(409, { code: 'ERR.CHARTS.OUTDATED_DEPENDENCIES' }, false).detail).toBe(
    'ERR.CHARTS.OUTDATED_DEPENDENCIES',
  )
  expect(failureOf(500, null, false).detail).toBe('HTTP 500')
})

test('requests after failures come ever later, but not later than in half a minute', () => {
  expect([1, 2, 3, 4, 5, 60].map(retryAfterMs)).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000])
})
