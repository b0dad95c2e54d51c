import { describe, expect, test } from 'vitest'
import {
  afterAnswer,
  afterSilence,
  beginElection,
  leadsForMs,
  nextRequest,
  type Election,
  type ElectionAnswer,
} from '../../../src/runtime/leadership/election.ts'
import {
  heldRecord,
  releasedRecord,
  respectedMs,
  type Lease,
  type LeaseRecord,
} from '../../../src/runtime/leadership/lease.ts'

const rules = { identity: 'me', leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 }
const wallMs = Date.UTC(2026, 2, 1, 12, 0, 0, 250)
const pauseMs = 2_200

const recordOf = (holder: string, more: Partial<LeaseRecord> = {}): LeaseRecord => ({
  holder,
  seconds: 15,
  acquiredAt: '2026-01-01T00:00:00.000000Z',
  renewedAt: '2026-01-01T00:00:00.000000Z',
  transitions: 3,
  releasedAt: undefined,
  ...more,
})

/** One process that is answered by hand. An answer comes `tookMs` after the request. */
class Asking {
  now = 1_000
  election: Election = beginElection(this.now)
  asked = ''
  #version = 0

  /** The next request, as soon as it is due, and its answer. */
  hear(answer: 'missing' | 'refused' | 'failed' | LeaseRecord, { tookMs = 0, uid = 'u' } = {}): this {
    this.now = Math.max(this.now, this.election.nextAt)
    const request = nextRequest(this.election, wallMs, rules)
    this.asked = request.kind
    const sentAt = this.now
    this.now += tookMs
    const exchange = { request, sentAt, answer: this.#answer(request.kind, answer, uid) }
    this.election = afterAnswer(this.election, exchange, { now: this.now, pauseMs }, rules)
    return this
  }

  /** The next request is a write, and it is done. */
  write(options: { readonly tookMs?: number; readonly uid?: string } = {}): this {
    const request = nextRequest(this.election, wallMs, rules)
    if (request.kind === 'read') throw new Error('it looks first')
    return this.hear(request.record, options)
  }

  get leadsFor(): number {
    return leadsForMs(this.election, this.now, rules)
  }

  #answer(asked: string, answer: string | LeaseRecord, uid: string): ElectionAnswer {
    if (typeof answer === 'string') return { kind: answer as 'missing' }
    const lease: Lease = { uid, version: String(++this.#version), record: answer }
    return { kind: asked === 'read' ? 'found' : 'written', lease }
  }
}

const released = releasedRecord(recordOf('other'), wallMs)

/** It has stood by, and sees that the leader gave it back. */
const givenBack = (): Asking => new Asking().hear(recordOf('other')).hear(released)
const leading = (): Asking => givenBack().write()

describe('how long a record is respected', () => {
  test.each([
    ['of a leader', recordOf('other'), 15_000],
    ['of one with a longer lease', recordOf('other', { seconds: 60 }), 60_000],
    [
      'of one with a shorter lease, as the leader may not have been asked',
      recordOf('other', { seconds: 1 }),
      15_000,
    ],
    ['of one for days', recordOf('other', { seconds: 1_000_000 }), 300_000],
    ['without a duration', recordOf('other', { seconds: undefined }), 15_000],
    ['given back', released, 0, 3],
    ['given back by a leader that came after the one that was seen', released, 0, 2],
    ['given back, as it was put back from a backup', released, 15_000, 4],
    ['given back, as the first thing that is seen: it may have been put back', released, 15_000],
    ['given back by a leader before the last one', { ...released, transitions: 4 }, 15_000, 3],
    ['whose holder somebody deleted', recordOf(''), 15_000],
    ['that only looks as if given back', recordOf('', { seconds: 1 }), 15_000],
    ['of nobody, ever', recordOf('', { seconds: undefined }), 15_000],
    ['its own', recordOf('me'), 0],
  ] as readonly [string, LeaseRecord, number, number?][])('%s', (_, record, ms, mostHeld) =>
    expect(respectedMs(record, rules, mostHeld)).toBe(ms),
  )
})

describe('what a leader writes', () => {
  test('a renewal is a change, also by a clock that stands still', () => {
    const records = [heldRecord(recordOf('other'), wallMs, rules)]
    while (records.length < 5) records.push(heldRecord(records.at(-1), wallMs, rules))
    expect(records.map(({ renewedAt }) => renewedAt?.slice(-7))).toEqual([
      '250000Z',
      '250001Z',
      '250002Z',
      '250003Z',
      '250004Z',
    ])
    const last = recordOf('me', { renewedAt: '2026-03-01T12:00:00.250999Z' })
    expect(heldRecord(last, wallMs, rules).renewedAt).toBe('2026-03-01T12:00:00.250000Z')
  })

  test.each([
    ['nobody’s', undefined, 0],
    ['another’s', recordOf('other'), 4],
    ['its own', recordOf('me'), 3],
    ['the largest number that there is', recordOf('other', { transitions: 2 ** 31 - 1 }), 0],
    ['the largest number, and its own', recordOf('me', { transitions: 2 ** 31 - 1 }), 2 ** 31 - 1],
  ])('transitions after %s', (_, before, transitions) =>
    expect(heldRecord(before, wallMs, rules).transitions).toBe(transitions),
  )
})

describe('asking for the lead', () => {
  test('a record that was given back is taken at once', () => {
    const one = givenBack()
    expect(one.election.nextAt).toBe(one.now)
    one.write()
    expect([one.asked, one.leadsFor]).toEqual(['replace', 15_000])
    expect(one.election.seen?.lease?.record).toEqual({
      holder: 'me',
      seconds: 15,
      acquiredAt: '2026-03-01T12:00:00.250000Z',
      renewedAt: '2026-03-01T12:00:00.250000Z',
      transitions: 4,
      releasedAt: undefined,
    })
  })

  test('the lease counts from when the request was sent', () =>
    expect(givenBack().write({ tookMs: 3_000 }).leadsFor).toBe(12_000))

  test('somebody’s record is taken a lease after it was first seen, whatever its times say, with a look right before', () => {
    const one = new Asking().hear(recordOf('other', { renewedAt: '1999-01-01T00:00:00.000000Z' }))
    const since = one.now
    const asked: string[] = []
    while (one.leadsFor === 0) {
      if (one.election.isFresh) one.write()
      else one.hear(recordOf('other', { renewedAt: '1999-01-01T00:00:00.000000Z' }))
      asked.push(one.asked)
    }
    expect([one.now - since, asked.slice(-2)]).toEqual([15_000, ['read', 'replace']])
  })

  test.each([
    [
      'four times a pause: the lease counts from the look that finds its last renewal',
      recordOf('other'),
      550,
    ],
    ['after a whole pause where the API server has trouble', 'failed', pauseMs],
    ['after more than one where there is no Lease: whoever leads makes it first', 'missing', 3_300],
  ] as const)('who stands by looks again %s', (_, answer, afterMs) => {
    const one = new Asking().hear(recordOf('other')).hear(answer)
    expect([one.asked, one.election.nextAt - one.now]).toEqual(['read', afterMs])
  })

  test('a record that changes is not taken', () => {
    const one = new Asking()
    for (let at = 0; at < 100; at++) one.hear(recordOf('other', { renewedAt: String(at) }))
    expect([one.asked, one.leadsFor]).toEqual(['read', 0])
  })

  test('another Lease with the same words is another record', () => {
    const one = new Asking().hear(recordOf('other'), { uid: 'a' })
    while (one.election.nextAt < 16_000) one.hear(recordOf('other'), { uid: 'a' })
    one.hear(recordOf('other'), { uid: 'b' })
    expect([one.now, one.election.isFresh]).toEqual([16_000, false])
  })

  test('a missing Lease is made at the second look, and leads a lease later, after a renewal', () => {
    const one = new Asking().hear('missing')
    expect(one.election.isFresh).toBe(false)
    one.hear('missing').write()
    const madeAt = one.now
    expect([one.asked, one.leadsFor]).toEqual(['create', 0])
    while (one.leadsFor === 0) one.write()
    expect(one.now - madeAt).toBe(15_000)
  })

  test('who makes it and is not renewed asks anew, and does not count as a leader that was lost', () => {
    const one = new Asking().hear('missing').hear('missing').write().hear('failed', { tookMs: 5_000 })
    one.hear('failed', { tookMs: 5_000 })
    expect([one.election.hold, one.election.lost]).toEqual([undefined, undefined])
  })

  test.each(['refused', 'failed'] as const)('%s: it looks again after a pause', answer => {
    const one = givenBack().hear(answer)
    expect([one.asked, one.election.nextAt - one.now, one.election.isFresh]).toEqual([
      'replace',
      pauseMs,
      false,
    ])
  })

  test('the answer to the taking was lost: it finds itself and leads', () => {
    const one = givenBack().hear('failed').hear(recordOf('me')).write()
    expect(one.leadsFor).toBe(15_000)
  })

  test('the answer to the making was lost, twice: it finds itself, and waits all the same', () => {
    const one = new Asking().hear('missing').hear('missing').hear('failed').hear(recordOf('me'))
    one.hear('failed').hear(recordOf('me')).write()
    expect(one.leadsFor).toBe(0)
  })

  test.each<readonly [string, (one: Asking) => void]>([
    ['another one was seen to lead since', one => void one.hear(recordOf('other', { transitions: 9 }))],
    [
      'nobody was seen for so long that another one may have led since',
      one => {
        while (one.now < 16_000) one.hear('failed', { tookMs: 5_000 })
      },
    ],
  ])('the answer to the taking was lost, and %s: its name may come from a backup, so it waits', (_, pass) => {
    const one = givenBack().hear('failed')
    pass(one)
    one.hear(recordOf('me')).write()
    expect(one.leadsFor).toBe(0)
  })

  test('an answer that comes too late gives nothing', () => {
    const one = givenBack().write({ tookMs: 10_000 })
    expect([one.leadsFor, one.election.lost]).toEqual([0, undefined])
    expect(one.hear(recordOf('me')).write().leadsFor).toBe(15_000)
  })
})

describe('keeping the lead', () => {
  test('it renews without a look, and nothing but the time changes', () => {
    const one = leading()
    const { now } = one
    const before = one.election.seen?.lease?.record
    one.write()
    expect([one.asked, one.now - now, one.leadsFor]).toEqual(['replace', 2_000, 15_000])
    expect(one.election.seen?.lease?.record).toEqual({ ...before, renewedAt: '2026-03-01T12:00:00.250001Z' })
  })

  test('an API server that takes its time for each answer keeps its leader: a renewal is due from when the last was sent', () => {
    const one = leading()
    for (let renewals = 0; renewals < 20; renewals++) {
      one.write({ tookMs: 4_900 })
      expect([one.leadsFor, one.election.lost]).toEqual([10_100, undefined])
    }
  })

  test.each([
    ['a renewal that hung has waited long enough: it looks at once', 5_000, 0],
    ['one that failed at once waits', 0, pauseMs],
  ])('%s', (_, tookMs, afterMs) => {
    const one = leading().hear('failed', { tookMs })
    expect(Math.max(0, one.election.nextAt - one.now)).toBe(afterMs)
  })

  test('without a renewal nothing may begin any more, before the lease ends', () => {
    const one = leading()
    one.now += 9_999
    expect(one.leadsFor).toBe(5_001)
    one.now += 1
    expect(one.leadsFor).toBe(0)
    expect(afterSilence(one.election, one.now, rules).lost).toBe('the lease was not renewed within 10 s')
  })

  test('an answer after the end does not bring it back', () => {
    const one = leading().hear(recordOf('me'), { tookMs: 9_000 })
    expect([one.leadsFor, one.election.lost]).toEqual([0, 'the lease was not renewed within 10 s'])
  })

  test.each([
    ['somebody has taken it', recordOf('other'), 'other has taken it'],
    ['somebody has deleted the holder', recordOf(''), 'somebody took it away'],
  ])('%s: it is lost', (_, record, why) => {
    const one = leading().hear('refused').hear(record)
    expect([one.asked, one.leadsFor, one.election.lost]).toEqual(['read', 0, why])
  })

  test('nonsense beside its name is written over', () => {
    const one = leading()
      .hear('refused')
      .hear(recordOf('me', { seconds: undefined, transitions: 0 }))
      .write()
    expect([one.leadsFor, one.election.seen?.lease?.record.seconds]).toEqual([15_000, 15])
  })

  test('a Lease that was deleted is made again, with the same count', () => {
    const one = leading()
    const { now } = one
    one.hear('refused').hear('missing').write({ uid: 'another' })
    // Sooner than anybody else does.
    expect(one.now - now).toBe(2_000 + 200)
    expect([one.asked, one.leadsFor, one.election.seen?.lease?.record.transitions]).toEqual([
      'create',
      15_000,
      4,
    ])
  })
})
