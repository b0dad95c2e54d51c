import { expect, test } from 'vitest'
import type { Purpose } from '../../../src/connector-tenant/look/freshness.ts'
import { Looks, type Asking } from '../../../src/connector-tenant/look/looks.ts'

const minute = 60_000
const asking = (over: Partial<Asking> = {}): Asking => ({
  tenant: 'team-a/one',
  connection: 'datalens/default',
  elapsed: 10 * minute,
  takenAt: 0,
  ...over,
})

test.each<[Purpose, 'any' | number]>([
  ['nothing', 'any'],
  ['deed', 5_000],
  ['news', 5_000],
  ['again', minute],
])('for %s a snapshot of this age will do: %s', (purpose, age) => {
  expect(new Looks().maxAge(purpose, asking())).toBe(age)
})

test('a deed has as many looks as it needs', () => {
  const looks = new Looks()
  for (let time = 0; time < 3; time++) expect(looks.maxAge('deed', asking())).toBe(5_000)
})

test.each<[string, Partial<Asking>, number]>([
  ['the same tenant', {}, minute],
  ['another tenant of the namespace', { tenant: 'team-a/two' }, minute],
  ['a tenant of another namespace', { tenant: 'team-b/one' }, 5_000],
  ['a tenant of another connection', { connection: 'datalens/other' }, 5_000],
  ['the same tenant a minute later', { elapsed: 11 * minute }, 5_000],
  ['the same tenant a little before that', { elapsed: 11 * minute - 1 }, minute],
])('after one look for news, %s needs no fresher one than: %s', (_who, over, age) => {
  const looks = new Looks()
  looks.maxAge('news', asking())
  expect(looks.maxAge('news', asking(over))).toBe(age)
})

test('news that need no reading cost no look', () => {
  const looks = new Looks()
  expect(looks.maxAge('news', asking({ takenAt: 10 * minute - 5_000 }))).toBe(5_000)
  expect(looks.maxAge('news', asking())).toBe(5_000)
  expect(looks.maxAge('news', asking())).toBe(minute)
})
