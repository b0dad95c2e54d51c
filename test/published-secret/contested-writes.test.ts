import { expect, test } from 'vitest'
import { ContestedWrites } from '../../src/published-secret/contested-writes.ts'

test('only a Secret that changes each time is contested, and each owner is counted for itself', () => {
  const contested = new ContestedWrites()
  const note = (...owners: `${string}/${string}`[]) => owners.map(owner => contested.note(owner))
  expect(note('a/one', 'a/one', 'a/other')).toEqual([false, false, false])
  expect(note('a/one', 'a/one')).toEqual([true, true])
  contested.forget('a/one')
  expect(note('a/one', 'a/other', 'a/other')).toEqual([false, false, true])
})
