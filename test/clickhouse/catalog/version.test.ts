import { expect, test } from 'vitest'
import { compareReleases, isSupported, withoutOld } from '../../../src/clickhouse/catalog/version.ts'
import { answering, down, urls } from '../../builders/connection-observed.ts'

test.each([
  ['25.8.1.1', true],
  ['25.12.1.1', true],
  ['26.1', true],
  ['25.7.99.1', false],
  ['24.12.1.1', false],
  ['', false],
  ['master', false],
])('version %s is supported: %s', (version, expected) => {
  expect(isSupported(version)).toBe(expected)
})

test('versions are compared as numbers', () => {
  expect(['25.12.1', '26.1', '25.8'].sort(compareReleases)).toEqual(['25.8', '25.12.1', '26.1'])
})

test('an endpoint of an older release cannot be used, and says so; the others can', () => {
  const [one, other] = urls
  const views = [
    answering(one),
    answering(other, { version: '24.8.1.1' }),
    down('http://ch3.example.com:8123'),
  ]
  const [good, old, away] = withoutOld(views)
  expect(good).toBe(views[0])
  expect(away).toBe(views[2])
  expect(old).toMatchObject({ ok: false, url: other, error: { code: 'serverTooOld' } })
  expect(old?.ok === false && old.error.message).toBe(
    'ch2.example.com:8123 runs ClickHouse 24.8.1.1, and 25.8 or newer is needed: upgrade it',
  )
})

test('what calls itself a version is not repeated if it is none', () => {
  const [view] = withoutOld([answering(urls[0], { version: 'master\n## look here' })])
  expect(view?.ok === false && view.error.message).toContain('runs ClickHouse of an unknown version,')
})
