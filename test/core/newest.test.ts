import { expect, test } from 'vitest'
import { putNewest } from '../../src/core/newest.ts'

test('a map that is bounded keeps the newest, and what is put again is new', () => {
  const map = new Map<string, number>()
  for (const [at, key] of ['a', 'b', 'a', 'c', 'd'].entries()) putNewest(map, key, at, 3)
  expect([...map]).toEqual([
    ['a', 2],
    ['c', 3],
    ['d', 4],
  ])
  putNewest(map, 'e', 5, 1)
  expect([...map]).toEqual([['e', 5]])
})
