import { expect, test } from 'vitest'
import { Unrest } from '../../src/published-secret/unrest.ts'

test('only a Secret that changes each time is unrest, and each tenant is counted for itself', () => {
  const unrest = new Unrest()
  expect([unrest.note('a/one'), unrest.note('a/one'), unrest.note('a/other')]).toEqual([false, false, false])
  expect([unrest.note('a/one'), unrest.note('a/one')]).toEqual([true, true])
  unrest.forget('a/one')
  expect([unrest.note('a/one'), unrest.note('a/other'), unrest.note('a/other')]).toEqual([false, false, true])
})
