import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asMergePatch, patchOperations } from '../../../src/kube/objects/json-patch.ts'
import { merged, patched } from '../../builders/patches.ts'

describe('the operations between two statuses', () => {
  test.each([
    ['nothing', { a: 1, b: [{ c: 'x' }] }, { a: 1, b: [{ c: 'x' }] }, []],
    [
      'a changed leaf',
      { a: { b: 1, c: 2 } },
      { a: { b: 1, c: 3 } },
      [{ op: 'add', path: '/status/a/c', value: 3 }],
    ],
    ['a field that is gone', { a: 1, b: 2 }, { a: 1 }, [{ op: 'remove', path: '/status/b' }]],
    [
      'a field that is undefined',
      { a: 1, b: 2 },
      { a: 1, b: undefined },
      [{ op: 'remove', path: '/status/b' }],
    ],
    ['a field that is undefined on both sides', { b: undefined }, { b: undefined }, []],
    ['a field that is undefined, and one that is none', { a: { b: undefined } }, { a: { c: undefined } }, []],
    [
      'a field that every object has from birth',
      { a: [{}] },
      { a: [{ constructor: 'x' }] },
      [{ op: 'add', path: '/status/a', value: [{ constructor: 'x' }] }],
    ],
    ['a list, as a whole', { a: [1, 2] }, { a: [1, 3] }, [{ op: 'add', path: '/status/a', value: [1, 3] }]],
    ['a first status', undefined, { a: { b: 1 } }, [{ op: 'add', path: '/status', value: { a: { b: 1 } } }]],
    [
      'an object where there was none',
      {},
      { a: { b: 1 } },
      [{ op: 'add', path: '/status/a', value: { b: 1 } }],
    ],
    [
      'names that need to be escaped',
      { 'a/b': 1 },
      { 'c~1': 2 },
      [
        { op: 'remove', path: '/status/a~1b' },
        { op: 'add', path: '/status/c~01', value: 2 },
      ],
    ],
  ])('%s', (_, before, after, operations) =>
    expect(patchOperations(before, after, '/status')).toEqual(operations),
  )

  const status = fc.dictionary(
    fc.constantFrom('a', 'b/', '~c'),
    fc.oneof(
      fc.integer(),
      fc.string(),
      fc.array(fc.dictionary(fc.constantFrom('x', 'y'), fc.integer())),
      fc.dictionary(fc.constantFrom('x', 'y'), fc.integer()),
    ),
    { noNullPrototype: true },
  )
  test('carried out by the server they give the new one', () => {
    fc.assert(
      fc.property(status, status, (before, after) => {
        const object = { metadata: { name: 'a' }, status: before }
        const operations = patchOperations(before, after, '/status')
        expect(patched(object, operations)).toEqual({ ...object, status: after })
        expect(patchOperations(after, after, '/status')).toEqual([])
        expect(merged(object, asMergePatch(operations))).toEqual({ ...object, status: after })
      }),
    )
  })
})
