import { expect, test } from 'vitest'
import { SharedTexts } from '../../../src/runtime/cache/shared-texts.ts'

test('a tree is the same after it, whatever is in it', () => {
  const tree = { a: 'x', list: ['x', 1, null, { b: 'y' }], none: null, flag: true, deep: { a: { a: 'x' } } }
  const texts = new SharedTexts()
  const settled = structuredClone(tree)
  texts.settle(settled)
  expect(settled).toEqual(tree)
  for (const nothing of ['text', 7, null, undefined]) texts.settle(nothing)
})

test('goes on with very many different texts', () => {
  const texts = new SharedTexts()
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`n${at}`, `text ${at}`]))
  const settled = structuredClone(many)
  texts.settle(settled)
  expect(settled).toEqual(many)
})
