import { expect, test } from 'vitest'
import { EventRecorder } from '../../../src/kube/objects/events.ts'
import type { Call } from '../../../src/kube/call/call.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

/** Events as `namespace reason`, in the order in which they were written, and the lines of the log. */
function setUp({ refuses = false } = {}) {
  const written: string[] = []
  const lines: string[] = []
  const request = <T>({ body }: Call): Promise<T> => {
    if (refuses) return Promise.reject(new Error('the test refuses it'))
    const { metadata, reason } = body as { metadata: { namespace: string }; reason: string }
    written.push(`${metadata.namespace} ${reason}`)
    return Promise.resolve({} as T)
  }
  const recorder = new EventRecorder({
    transport: { request },
    clock: new VirtualClock(),
    random: () => 0,
    log: createLogger({ level: 'info', destination: { write: (line: string) => void lines.push(line) } }),
    instance: 'test',
  })
  const publish = (namespace: string, reason: string): void => {
    const regarding = { kind: 'Thing', metadata: { namespace, name: 'one', uid: namespace } }
    recorder.publish({ regarding, type: 'Warning', reason, note: 'As it is.', action: 'Test' })
  }
  return { written, lines, recorder, publish }
}

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
  ['once', false],
  ['also where it cannot be written', true],
])('what is told by an Event stands in the log at info, %s', async (_, refuses) => {
  const { lines, recorder, publish } = setUp({ refuses })
  publish('a', 'SweepHeld')
  publish('a', 'SweepHeld')
  await recorder.flush()
  expect(lines.map(line => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'info',
      time: expect.any(String),
      msg: 'event',
      kind: 'Thing',
      key: 'a/one',
      event: 'SweepHeld',
      note: 'As it is.',
    },
  ])
  await recorder.close()
})
