import { expect, test } from 'vitest'
import type { Ask } from '../../../src/embed/browser/ask.ts'
import { Session } from '../../../src/embed/browser/session.ts'
import type { EmbedStatus } from '../../../src/embed/browser/status.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'
import { linkOf } from './answers.ts'

function start(ask: Ask, onStatus: (status: EmbedStatus, session: Session) => void = () => {}) {
  const clock = new VirtualClock()
  const deeds: string[] = []
  const states: string[] = []
  const signals: AbortSignal[] = []
  const frame = {
    show: (url: string) => void deeds.push(`show ${url.split('=').at(-1)} at ${clock.monotonic()}`),
    tell: (token: string) => void deeds.push(`tell ${token} at ${clock.monotonic()}`),
    empty: () => void deeds.push('empty'),
  }
  const counted: Ask = signal => {
    signals.push(signal)
    return ask(signal)
  }
  const session: Session = new Session({ ask: counted, frame, clock, random: () => 0.5 }, status => {
    states.push(status.state)
    onStatus(status, session)
  })
  return { clock, session, deeds, states, signals }
}

const never: Ask = () => new Promise(() => {})

/** T1, T2, … */
function numbered(): Ask {
  let asked = 0
  return async () => linkOf(`T${++asked}`)
}

test('a token is kept fresh', async () => {
  const { clock, deeds, states, signals } = start(numbered())
  await clock.advance(500_000)
  expect(deeds).toEqual(['show T1 at 0', 'tell T2 at 240000', 'tell T3 at 480000'])
  expect(states).toEqual(['loading', 'live'])
  expect(signals).toHaveLength(3)
  expect(clock.pendingTimers).toBe(1)
})

test('a request that hangs is aborted, and its late answer is not heard', async () => {
  const answers: ((value: unknown) => void)[] = []
  const { clock, deeds, signals } = start(() => new Promise(resolve => answers.push(resolve)))
  await clock.advance(15_000)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  await clock.advance(1000)
  answers[0]?.(linkOf('late'))
  await clock.flush()
  expect(deeds).toEqual([])
  answers[1]?.(linkOf('B'))
  await clock.flush()
  expect(deeds).toEqual(['show B at 16000'])
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
})

test('nothing is left when it is closed in mid-request', async () => {
  const { clock, session, deeds, states, signals } = start(never)
  session.close()
  await clock.advance(100_000)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(clock.pendingTimers).toBe(0)
  expect(deeds).toEqual(['empty'])
  expect(states).toEqual([])
})

test('nothing is left when it is closed between requests, and nothing wakes it', async () => {
  const { clock, session, signals } = start(numbered())
  await clock.advance(1000)
  session.close()
  session.close()
  session.send({ type: 'refresh' })
  session.send({ type: 'wake' })
  await clock.advance(1_000_000)
  expect(signals).toHaveLength(1)
  expect(clock.pendingTimers).toBe(0)
})

test('nothing is left when the page closes it while it hears of a state', async () => {
  const { clock, session, deeds } = start(numbered(), (status, session) => {
    if (status.state === 'live') session.close()
  })
  await clock.flush()
  expect(deeds).toEqual(['show T1 at 0', 'empty'])
  expect(clock.pendingTimers).toBe(0)
  session.close()
})

test('nothing is left when the page closes it while it is asked for a token', async () => {
  let asked = 0
  const begun = start(() => {
    if (++asked === 2) begun.session.close()
    return new Promise(() => {})
  })
  await begun.clock.advance(16_000)
  expect(begun.signals.map(({ aborted }) => aborted)).toEqual([true, true])
  expect(begun.clock.pendingTimers).toBe(0)
})

test('a sleep that no event tells of is noticed within half a minute', async () => {
  const clock = new VirtualClock()
  let sleptMs = 0
  let asked = 0
  const session = new Session(
    {
      ask: async () => linkOf(`T${++asked}`),
      frame: { show: () => {}, tell: () => {}, empty: () => {} },
      clock: { monotonic: () => clock.monotonic() + sleptMs, after: (ms, run) => clock.after(ms, run) },
      random: () => 0.5,
    },
    () => {},
  )
  await clock.advance(1000)
  sleptMs = 3_600_000
  await clock.advance(30_000)
  expect(asked).toBe(2)
  session.close()
})
