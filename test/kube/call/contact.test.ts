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
      contact.heard(clock.monotonic(), 200)
      return Promise.resolve()
    },
  })
  return { clock, contact, asked: () => asked }
}

test('while the API server answers, nothing is asked', async () => {
  const { clock, contact, asked } = setUp(() => true)
  contact.heard(0, 200)
  await clock.advance(9_999)
  expect([await contact.allow(never), contact.isOpen, asked()]).toEqual([Number.POSITIVE_INFINITY, true, 0])
})

test('after a silence, one question serves all who wait', async () => {
  const { clock, contact, asked } = setUp(() => true)
  contact.heard(0, 200)
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
  contact.heard(-20_000, 200)
  expect(contact.isOpen).toBe(false)
})

test.each([
  ['an answer', 200, true],
  ['a refusal', 403, true],
  ['what is not there', 404, true],
  ['a plea to come later', 429, true],
  ['a login that is not taken: whom it does not know, it tells nothing', 401, false],
  ['what stands before an API server that is away', 502, false],
])('is it heard: %s, %i', (_, status, isOpen) => {
  const { contact } = setUp(() => true)
  contact.heard(0, status)
  expect(contact.isOpen).toBe(isOpen)
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
