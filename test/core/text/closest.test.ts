import { expect, test } from 'vitest'
import { closest } from '../../../src/core/text/closest.ts'

const commands = ['run', 'status', 'explain', 'key', 'rollout', 'embed', 'sql', 'lint']

test.each<[string, string | undefined]>([
  ['statsu', 'status'],
  ['stats', 'status'],
  ['Status', 'status'],
  ['explian', 'explain'],
  ['rolout', 'rollout'],
  ['kye', 'key'],
  ['runn', 'run'],
  ['sq', 'sql'],
  ['apply', undefined],
  ['', undefined],
  ['x', undefined],
  ['s'.repeat(100_000), undefined],
])('%.20s is taken for %s', (word, meant) => {
  expect(closest(word, commands)).toBe(meant)
})
