import { expect, test } from 'vitest'
import { compareVersions } from '../../../src/runtime/cache/resource-version.ts'

test.each([
  ['1', '2', -1],
  ['2', '2', 0],
  ['9', '10', -1],
  ['100', '99', 1],
  ['9007199254740993', '9007199254740992', 1],
  ['18446744073709551616', '18446744073709551615', 1],
  ['0', '1', -1],
  ['01', '1', undefined],
  ['', '1', undefined],
  ['-1', '1', undefined],
  ['1.5', '1', undefined],
  ['abc', '1', undefined],
  [undefined, '1', undefined],
  ['1', undefined, undefined],
])('%s against %s', (a, b, sign) => {
  const order = compareVersions(a, b)
  expect(order === undefined ? undefined : Math.sign(order)).toBe(sign)
})
