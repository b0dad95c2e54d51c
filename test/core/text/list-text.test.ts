import { expect, test } from 'vitest'
import { listText } from '../../../src/core/text/list-text.ts'

test.each([
  [[], { most: 2 }, ''],
  [['a', 'b'], { most: 2 }, 'a, b'],
  [['a', 'b', 'c'], { most: 2 }, 'a, b and 1 more'],
  [['a', 'b'], { most: 2, count: 7 }, 'a, b and 5 more'],
  [['a'], { most: 2, count: 7 }, 'a and 6 more'],
])('%j with %j reads "%s"', (names, options, text) => {
  expect(listText(names, options)).toBe(text)
})
