import { expect, test } from 'vitest'
import { CodedError } from '../../../src/core/errors.ts'
import { releasedRecord, type LeaseRecord } from '../../../src/runtime/leadership/lease.ts'
import { LeadLost } from '../../../src/runtime/leadership/lead-lost.ts'
import { LeaseElection } from '../../../src/runtime/leadership/lease-election.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'
import { recordedLog } from '../recorded-log.ts'
import { MemoryLease } from './memory-lease.ts'

const record: LeaseRecord = {
  holder: 'before',
  seconds: 15,
  acquiredAt: undefined,
  renewedAt: undefined,
  transitions: 0,
  releasedAt: undefined,
}
const free = releasedRecord(record, 0)
const never = new AbortController().signal

/** After a halt of the process, what was to happen meanwhile has not happened yet: signals of people come first. */
class StandingClock extends VirtualClock {
  #stoodMs = 0

  standStill(ms: number): void {
    this.#stoodMs += ms
  }

  override monotonic(): number {
    return super.monotonic() + this.#stoodMs
  }
}

function setUp(port: MemoryLease, clock = new VirtualClock()) {
  const { log, lines } = recordedLog()
  let led = 0
  const candidate = (identity: string): LeaseElection =>
    new LeaseElection({
      port,
      rules: { identity, leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
      clock,
      random: () => 0.5,
      log,
      onLead: () => void led++,
    })
  const leads = async (one: LeaseElection, signal = never): Promise<AbortSignal> => {
    const acquired = one.acquire(signal)
    // Who has just come does not believe that the lead was given up.
    await clock.advance(15_000)
    return await acquired
  }
  return { clock, candidate, leads, lines, led: () => led }
}

test('one leads, the other stands by; given back, the other leads', async () => {
  const port = new MemoryLease(free)
  const { clock, candidate, leads, led, lines } = setUp(port)
  const [one, other] = [candidate('one'), candidate('other')]
  const lead = await leads(one)
  let hasOther = false
  void other.acquire(never).then(() => (hasOther = true))
  await clock.advance(60_000)
  expect([lead.aborted, one.remainingMs(), other.remainingMs(), hasOther]).toEqual([false, 15_000, 0, false])
  await one.release()
  expect([one.remainingMs(), port.lease?.record.holder]).toEqual([0, ''])
  await clock.advance(600)
  expect([hasOther, port.lease?.record, led()]).toMatchObject([true, { holder: 'other', transitions: 2 }, 2])
  await other.release()
  expect([clock.pendingTimers, lead.aborted, one.hasOverstayed]).toEqual([0, false, false])
  expect(lines('info').map(({ msg }) => msg)).toEqual([
    'asking for the lead',
    'leading',
    'asking for the lead',
    'standing by',
    'the lead was given up',
    'leading',
    'the lead was given up',
  ])
})

test('a leader without an answer loses the lead at the renew deadline, while the renewal still hangs', async () => {
  const port = new MemoryLease(free)
  const { clock, candidate, leads } = setUp(port)
  const one = candidate('one')
  const lead = await leads(one)
  port.fault = 'hang'
  await clock.advance(9_999)
  expect([lead.aborted, one.remainingMs() > 0]).toEqual([false, true])
  await clock.advance(1)
  expect([lead.reason, one.remainingMs(), one.hasOverstayed]).toEqual([expect.any(LeadLost), 0, true])
  const { writes } = port
  port.fault = undefined
  await one.release()
  expect([port.writes, port.lease?.record.holder, clock.pendingTimers]).toEqual([writes, 'one', 0])
})

test('a lead that somebody takes is over at the next look', async () => {
  const port = new MemoryLease(free)
  const { clock, candidate, leads } = setUp(port)
  const one = candidate('one')
  const lead = await leads(one)
  port.put({ ...record, holder: 'stranger' })
  await clock.advance(2_000 + 2_200)
  expect(lead.reason).toMatchObject({
    code: 'leadLost',
    message: expect.stringContaining('stranger') as string,
  })
  await one.release()
  expect([port.lease?.record.holder, clock.pendingTimers]).toEqual(['stranger', 0])
})

test('a standby that is stopped writes nothing and leaves nothing', async () => {
  const port = new MemoryLease(record)
  const { clock, candidate } = setUp(port)
  const one = candidate('one')
  const stopped = new AbortController()
  const asked = expect(one.acquire(stopped.signal)).rejects.toThrow('enough')
  await clock.advance(5_000)
  stopped.abort(new Error('enough'))
  await asked
  await one.release()
  expect([port.writes, clock.pendingTimers]).toEqual([0, 0])
})

test('stopped just as it begins to lead, it gives the lead back', async () => {
  const port = new MemoryLease(free)
  const { clock, candidate, leads } = setUp(port)
  const one = candidate('one')
  const stopped = new AbortController()
  await leads(one, stopped.signal)
  stopped.abort(new Error('enough'))
  await one.release()
  expect([port.lease?.record.holder, clock.pendingTimers]).toEqual(['', 0])
})

test('one that stood still for longer than it may lead gives nothing back: that would be a write after its time', async () => {
  const port = new MemoryLease(free)
  const standing = new StandingClock()
  const { leads, candidate } = setUp(port, standing)
  const one = candidate('one')
  await leads(one)
  const { writes } = port
  standing.standStill(10_000)
  await one.release()
  expect([port.writes, port.lease?.record.holder]).toEqual([writes, 'one'])
})

test('one that stood still just before it was to lead says that the lead is lost: it would stand by for ever', async () => {
  const port = new MemoryLease()
  const standing = new StandingClock()
  const { candidate, led } = setUp(port, standing)
  const one = candidate('one')
  let end: unknown = 'still waits'
  one.acquire(never).then(
    () => (end = 'led'),
    (error: unknown) => (end = error),
  )
  // It makes the Lease, and waits as long as a former leader may go on.
  await standing.advance(3_300 + 14_000)
  expect([port.lease?.record.holder, end]).toEqual(['one', 'still waits'])
  standing.standStill(12_000)
  await standing.advance(2_000)
  expect([end, led()]).toEqual([expect.any(LeadLost), 0])
  await one.release()
  expect(standing.pendingTimers).toBe(0)
})

test('a record that somebody has touched meanwhile is given back, too', async () => {
  const port = new MemoryLease(free)
  const { candidate, leads } = setUp(port)
  const one = candidate('one')
  await leads(one)
  port.put({ ...record, holder: 'one', transitions: 7 })
  await one.release()
  expect(port.lease?.record).toMatchObject({ holder: '', transitions: 7 })
})

test('what stands in the way is told once, and again when it is something else', async () => {
  const port = new MemoryLease(record)
  const { clock, candidate, lines } = setUp(port)
  port.fault = new CodedError('forbidden', 'no right on leases')
  const one = candidate('one')
  void one.acquire(never)
  await clock.advance(20_000)
  port.fault = new CodedError('unavailable', 'no answer')
  await clock.advance(20_000)
  expect(lines('warn')).toMatchObject([{ err: { code: 'forbidden' } }, { err: { code: 'unavailable' } }])
  await one.release()
})
