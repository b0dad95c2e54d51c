import { expect, test } from 'vitest'
import { parseVersion } from '../../../src/api/fields/key-version.ts'

test.each([
  ['1', 1],
  ['12', 12],
  ['2147483647', 2_147_483_647],
  ['2147483648', undefined],
  ['12345678901', undefined],
  ['0', undefined],
  ['01', undefined],
  ['-1', undefined],
  ['1.0', undefined],
  ['1e3', undefined],
  [' 1', undefined],
  ['1\n', undefined],
  ['', undefined],
])('%j: %j', (text, version) => {
  expect(parseVersion(text)).toBe(version)
})
