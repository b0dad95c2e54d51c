import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeDiff } from '../../src/kube/write-status.ts'

/** RFC 7396, section 2, as the API server applies it. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, unknown> =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = mergePatch(result[name], value)
  }
  return result
}

describe('the difference between two statuses', () => {
  test.each([
    ['nothing', { a: 1, b: [{ c: 'x' }] }, { a: 1, b: [{ c: 'x' }] }, undefined],
    ['a changed leaf', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    ['a field that is gone', { a: 1, b: 2 }, { a: 1 }, { b: null }],
    ['a field that is undefined', { a: 1, b: 2 }, { a: 1, b: undefined }, { b: null }],
    ['a list, as a whole', { a: [1, 2] }, { a: [1, 3] }, { a: [1, 3] }],
    ['a first status', {}, { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%s', (_, before, after, patch) => expect(mergeDiff(before, after)).toEqual(patch))

  const status = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(
      fc.integer(),
      fc.string(),
      fc.array(fc.dictionary(fc.constantFrom('x', 'y'), fc.integer())),
      fc.dictionary(fc.constantFrom('x', 'y'), fc.integer(), { minKeys: 1 }),
    ),
  )
  test('applied by the server it gives the new one', () => {
    fc.assert(
      fc.property(status, status, (before, after) => {
        const patch = mergeDiff(before, after)
        expect(mergePatch(before, patch ?? {})).toEqual(after)
        expect(mergeDiff(after, after)).toBeUndefined()
      }),
    )
  })
})
