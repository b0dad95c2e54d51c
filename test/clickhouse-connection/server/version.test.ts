import { expect, test } from 'vitest'
import { compareReleases, isSupported } from '../../../src/clickhouse-connection/server/version.ts'

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
