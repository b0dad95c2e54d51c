import { expect, test } from 'vitest'
import { CodedError } from '../../../src/core/errors.ts'
import { Contact } from '../../../src/kube/call/contact.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal

function setUp(answers: () => boolean) {
  const clock = new VirtualClock()
  let asked = 0
  const contact: Contact = new Contact({
    clock,
    silenceMs: 10_000,
    ask: () => {
      asked += 1
      if (!answers()) return Promise.reject(new CodedError('unavailable', 'no answer'))
      contact.heard(clock.monotonic())
      return Promise.resolve()
    },
  })
  return { clock, contact, asked: () => asked }
}

test('while the API server answers, nothing is asked', async () => {
  const { clock, contact, asked } = setUp(() => true)
  contact.heard(0)
  await clock.advance(9_999)
  expect([await contact.allow(never), contact.isOpen, asked()]).toEqual([Number.POSITIVE_INFINITY, true, 0])
})

test('after a silence, one question serves all who wait', async () => {
  const { clock, contact, asked } = setUp(() => true)
  contact.heard(0)
  await clock.advance(10_000)
  expect(contact.isOpen).toBe(false)
  await Promise.all([contact.allow(never), contact.allow(never)])
  expect([contact.isOpen, asked()]).toEqual([true, 1])
})

test('without an answer, whoever waits goes on as soon as one comes', async () => {
  let answers = false
  const { clock, contact } = setUp(() => answers)
  const allowed = contact.allow(never)
  await clock.advance(5_000)
  answers = true
  await clock.advance(1_000)
  expect(await allowed).toBe(Number.POSITIVE_INFINITY)
})

test('and is refused when none comes', async () => {
  const { clock, contact } = setUp(() => false)
  const refused = expect(contact.allow(never)).rejects.toMatchObject({ code: 'silent' })
  await clock.advance(11_000)
  await refused
  expect(clock.pendingTimers).toBe(0)
})

test('an answer counts from its question: what lay in a buffer says nothing', () => {
  const { contact } = setUp(() => true)
  contact.heard(-20_000)
  expect(contact.isOpen).toBe(false)
})

test('who gives up does not wait', async () => {
  const { clock, contact } = setUp(() => false)
  const giveUp = new AbortController()
  const refused = expect(contact.allow(giveUp.signal)).rejects.toThrow('enough')
  await clock.advance(0)
  giveUp.abort(new Error('enough'))
  await refused
  expect(clock.pendingTimers).toBe(0)
})
