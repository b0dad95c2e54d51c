import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Turns } from '../../src/core/turns.ts'

function filled(things: readonly string[]): Turns<string> {
  const turns = new Turns<string>()
  for (const thing of things) turns.add(thing.charAt(0), thing)
  return turns
}

function drained(turns: Turns<string>): string[] {
  const things: string[] = []
  for (let thing = turns.next(); thing !== undefined; thing = turns.next()) things.push(thing)
  return things
}

test.each<[string, string]>([
  ['', ''],
  ['a1 a2 a3', 'a1 a2 a3'],
  ['a1 a2 a3 b1', 'a1 b1 a2 a3'],
  ['a1 a2 b1 b2 c1', 'a1 b1 c1 a2 b2'],
])('parties take turns: %s leave as %s', (came, left) => {
  expect(drained(filled(came.split(' ').filter(Boolean))).join(' ')).toBe(left)
})

test('who comes is last, and who has left is forgotten', () => {
  const turns = filled(['a1', 'a2', 'b1'])
  expect(turns.next()).toBe('a1')
  turns.add('c', 'c1')
  expect(turns.next()).toBe('b1')
  turns.add('b', 'b2')
  expect(drained(turns)).toEqual(['a2', 'c1', 'b2'])
})

test('what is dropped is the oldest of the party that has the most', () => {
  const turns = filled(['a1', 'b1', 'b2', 'b3', 'a2'])
  turns.dropOne()
  expect(turns.size).toBe(4)
  turns.dropOne()
  expect(drained(turns)).toEqual(['a2', 'b2', 'b3'])
})

test('nothing is lost, and between two things of one party no other that waits goes without', () => {
  const thing = fc
    .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(99))
    .map(([party, at]) => `${party}${at}`)
  fc.assert(
    fc.property(fc.array(thing, { maxLength: 60 }), things => {
      const left = drained(filled(things))
      expect(left.toSorted()).toEqual(things.toSorted())
      const lastOf = new Map<string, number>()
      for (const [at, one] of left.entries()) {
        const before = lastOf.get(one.charAt(0))
        lastOf.set(one.charAt(0), at)
        if (before === undefined) continue
        const between = new Set(left.slice(before + 1, at).map(each => each.charAt(0)))
        const later = new Set(left.slice(at).map(each => each.charAt(0)))
        for (const party of later) expect(party === one.charAt(0) || between.has(party)).toBe(true)
      }
    }),
  )
})
