import { expect, test } from 'vitest'
import { AnswerBudget } from '../../../src/clickhouse/endpoint/answer-budget.ts'

test('one namespace alone may have all of it, and no more', () => {
  const lease = new AnswerBudget(100).share('one').lease()
  expect([lease.take(60), lease.take(40), lease.take(1)]).toEqual([true, true, false])
})

test('who holds no more than an equal part is served, whatever others hold', () => {
  const budget = new AnswerBudget(100)
  const hog = budget.share('hog').lease()
  expect(hog.take(100)).toBe(true)
  const other = budget.share('other').lease()
  expect([other.take(50), other.take(1)]).toEqual([true, false])
  expect(hog.take(1)).toBe(false)
})

test('what somebody gave back others may have', () => {
  const budget = new AnswerBudget(100)
  const [one, other] = [budget.share('one').lease(), budget.share('other').lease()]
  expect([one.take(50), other.take(60)]).toEqual([true, false])
  one.close()
  expect([other.take(60), other.take(40)]).toEqual([true, true])
})

test('many connections of a namespace have one part', () => {
  const budget = new AnswerBudget(100)
  budget.share('other')
  const leases = Array.from({ length: 10 }, () => budget.share('many').lease())
  const taken = leases.map(lease => lease.take(20))
  expect(taken.filter(Boolean)).toHaveLength(5)
  expect(budget.share('late').lease().take(33)).toBe(true)
})

test('a namespace counts as long as it has a connection', () => {
  const budget = new AnswerBudget(100)
  const gone = budget.share('gone')
  const again = budget.share('gone')
  const lease = budget.share('here').lease()
  budget.share('third').lease().take(50)
  gone.close()
  gone.close()
  expect(lease.take(51)).toBe(false)
  again.close()
  expect(lease.take(50)).toBe(true)
})

test('what is still held counts after the last connection is gone, and after it is there again', () => {
  const budget = new AnswerBudget(100)
  const before = budget.share('again')
  const held = before.lease()
  expect(held.take(60)).toBe(true)
  before.close()
  const now = budget.share('again').lease()
  budget.share('other')
  expect([now.take(41), now.take(40)]).toEqual([false, true])
  held.close()
  expect(now.take(60)).toBe(true)
})

test('what is read for a lease that was given back takes nothing, and gives nothing back twice', () => {
  const budget = new AnswerBudget(100)
  const share = budget.share('one')
  const failed = share.lease()
  expect(failed.take(60)).toBe(true)
  failed.close()
  expect(failed.take(1)).toBe(false)
  failed.close()
  expect(share.lease().take(100)).toBe(true)
})
