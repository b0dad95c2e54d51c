import { describe, expect, test } from 'vitest'
import type { Call } from '../../../src/kube/call/call.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { EventRecorder } from '../../../src/kube/objects/events.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

interface Body {
  readonly metadata: { readonly namespace: string }
  readonly reason: string
  readonly note: string
  readonly series?: { readonly count: number; readonly lastObservedTime: string }
}

/** A new Event as `namespace reason`, one that was counted as `NAME x2`, in the order of the writes; and the log's lines. */
function setUp() {
  const written: string[] = []
  const lines: string[] = []
  const clock = new VirtualClock()
  const server = { refuses: (_call: Call): Error | undefined => undefined, takesMs: 0 }
  const request = async <T>(call: Call): Promise<T> => {
    if (server.takesMs > 0) await new Promise<void>(resolve => void clock.after(server.takesMs, resolve))
    const error = server.refuses(call)
    if (error !== undefined) throw error
    const { metadata, reason, series } = call.body as Body
    const times = series === undefined ? '' : ` x${series.count}`
    if (call.method === 'POST') written.push(`${metadata.namespace} ${reason}${times}`)
    else written.push(`${call.path.split('/').at(-1)}${times}`)
    return {} as T
  }
  let named = 0
  const recorder = new EventRecorder({
    transport: { request },
    clock,
    random: () => ++named / 2 ** 48,
    log: createLogger({ level: 'info', destination: { write: (line: string) => void lines.push(line) } }),
    instance: 'test',
  })
  const publish = (namespace: string, reason: string, note = 'As it is.'): void => {
    const regarding = { kind: 'Thing', metadata: { namespace, name: 'one', uid: namespace } }
    recorder.publish({ regarding, type: 'Warning', reason, note, action: 'Test' })
  }
  /** It is told, with as much time between as there mostly is. */
  const happen = async (reason: string, afterMs = 1_000): Promise<void> => {
    await clock.advance(afterMs)
    publish('a', reason)
    await recorder.flush()
  }
  return { written, lines, recorder, publish, happen, clock, server }
}

const minute = 60_000

test('two thousand that flip each minute overflow the queue: it rests, and no time is left out of the count', async () => {
  const { written, publish, recorder, clock, server } = setUp()
  server.takesMs = 100
  const byMinute: string[][] = []
  for (let at = 0; at < 12; at++) {
    const reason = at % 2 === 0 ? 'Unreachable' : 'Ready'
    for (let tenant = 0; tenant < 2_000; tenant++) publish(`t${tenant}`, reason)
    await clock.advance(minute)
    byMinute.push(written.splice(0))
  }
  // First and second times are told at once, as far as there is room; the rest is gathered for five minutes.
  expect(byMinute.map(lines => lines.length)).toEqual([501, 501, 501, 501, 0, 0, 0, 600, 600, 400, 0, 0])
  expect(new Set(byMinute[7]?.map(line => line.split(' ').at(-1)))).toEqual(new Set(['x4']))
  const created = byMinute.flat().filter(line => line.startsWith('t'))
  expect(new Set(created.map(line => line.split(' x')[0])).size).toBe(created.length)
  await Promise.all([recorder.close(), clock.advance(minute)])
})

test('the events of a namespace that has thousands neither come before another’s nor push them out', async () => {
  const { written, recorder, publish } = setUp()
  publish('quiet', 'Before')
  for (let at = 0; at < 2_000; at++) publish('loud', `Loud${at}`)
  publish('quiet', 'After')
  await recorder.flush()
  expect(written.filter(line => line.startsWith('quiet'))).toEqual(['quiet Before', 'quiet After'])
  expect(written.indexOf('quiet After')).toBeLessThan(4)
  expect(written.length).toBeLessThanOrEqual(502)
  expect(written.at(-1)).toBe('loud Loud1999')
  await recorder.close()
})

test.each([
  ['once for each write', undefined],
  ['also where it cannot be written', new Error('the test refuses it')],
])('what is told by an Event stands in the log at info, %s', async (_, refusal) => {
  const { lines, happen, recorder, server } = setUp()
  server.refuses = () => refusal
  await happen('SweepHeld')
  await happen('SweepHeld')
  const line = {
    level: 'info',
    time: expect.any(String) as string,
    msg: 'event',
    kind: 'Thing',
    key: 'a/one',
    event: 'SweepHeld',
    note: 'As it is.',
  }
  // What was never told is told as new.
  const again = refusal === undefined ? { ...line, count: 2 } : line
  expect(lines.map(text => JSON.parse(text) as unknown)).toEqual([line, again])
  await recorder.close()
})

describe('what is so again', () => {
  test('a trouble that is back is told at once, by the Event that there is', async () => {
    const { written, happen, recorder } = setUp()
    for (const reason of ['Unreachable', 'Ready', 'Unreachable', 'Ready']) await happen(reason)
    expect(written).toEqual(['a Unreachable', 'a Ready', 'one.000000000001 x2', 'one.000000000002 x2'])
    await recorder.close()
  })

  test('what comes and goes all the time costs a write in five minutes, and the last time is told, too', async () => {
    const { written, happen, clock, recorder } = setUp()
    for (let time = 0; time < 600; time++) await happen('Unreachable', 1_000)
    expect(written).toEqual(['a Unreachable', 'one.000000000001 x2', 'one.000000000001 x301'])
    await clock.advance(5 * minute)
    await recorder.flush()
    expect(written.at(-1)).toBe('one.000000000001 x600')
    await clock.advance(60 * minute)
    expect(written).toHaveLength(4)
    await recorder.close()
  })

  test.each([
    ['within half an hour', 29 * minute, 'one.000000000001 x2'],
    ['later', 31 * minute, 'a Unreachable'],
  ])('%s', async (_, afterMs, told) => {
    const { written, happen, recorder } = setUp()
    await happen('Unreachable')
    await happen('Unreachable', afterMs)
    expect(written).toEqual(['a Unreachable', told])
    await recorder.close()
  })

  test('in other words it is another Event, and both are remembered', async () => {
    const { written, publish, recorder } = setUp()
    for (const note of ['One.', 'Two.', 'One.', 'Two.']) {
      publish('a', 'Unreachable', note)
      await recorder.flush()
    }
    expect(written).toEqual(['a Unreachable', 'a Unreachable', 'one.000000000001 x2', 'one.000000000002 x2'])
    await recorder.close()
  })

  test('while the first is being written', async () => {
    const { written, publish, recorder } = setUp()
    publish('a', 'Unreachable')
    publish('a', 'Unreachable')
    await recorder.flush()
    expect(written).toEqual(['a Unreachable', 'one.000000000001 x2'])
    await recorder.close()
  })

  test('while the first waits in the queue', async () => {
    const { written, publish, recorder } = setUp()
    publish('b', 'Other')
    publish('a', 'Unreachable')
    publish('a', 'Unreachable')
    await recorder.flush()
    expect(written).toEqual(['b Other', 'a Unreachable x2'])
    await recorder.close()
  })

  test.each([
    ['the server has forgotten the Event', new KubeError('notFound', 'gone')],
    ['the role is of an earlier release', new KubeError('forbidden', 'may not patch')],
  ])('%s: another one tells it, and how often', async (_, refusal) => {
    const { written, happen, recorder, server } = setUp()
    await happen('Unreachable')
    server.refuses = ({ method }) => (method === 'PATCH' ? refusal : undefined)
    await happen('Unreachable')
    expect(written).toEqual(['a Unreachable', 'a Unreachable x2'])
    server.refuses = () => undefined
    await happen('Unreachable', 6 * minute)
    expect(written.at(-1)).toBe('one.000000000002 x3')
    await recorder.close()
  })

  test('what could not be counted is told anew the next time', async () => {
    const { written, happen, recorder, server } = setUp()
    await happen('Unreachable')
    server.refuses = () => new KubeError('unavailable', 'no answer')
    await happen('Unreachable')
    server.refuses = () => undefined
    await happen('Unreachable')
    expect(written).toEqual(['a Unreachable', 'a Unreachable'])
    await recorder.close()
  })

  test('what was pushed out of the queue is told the next time, and how often it was so', async () => {
    const { written, publish, recorder } = setUp()
    publish('loud', 'First')
    for (let at = 0; at <= 500; at++) publish('loud', `Loud${at}`)
    await recorder.flush()
    expect(written).not.toContain('loud Loud0')
    publish('loud', 'Loud0')
    await recorder.flush()
    expect(written.at(-1)).toBe('loud Loud0 x2')
    await recorder.close()
  })

  test('a recorder that is closed leaves no timer', async () => {
    const { happen, clock, recorder } = setUp()
    for (let time = 0; time < 3; time++) await happen('Unreachable')
    expect(clock.pendingTimers).toBe(1)
    await recorder.close()
    expect(clock.pendingTimers).toBe(0)
  })
})
