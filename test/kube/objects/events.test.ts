import { expect, test } from 'vitest'
import { EventRecorder } from '../../../src/kube/objects/events.ts'
import type { Call } from '../../../src/kube/call/call.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

/** Events as `namespace reason`, in the order in which they were written. */
function setUp() {
  const written: string[] = []
  const request = <T>({ body }: Call): Promise<T> => {
    const { metadata, reason } = body as { metadata: { namespace: string }; reason: string }
    written.push(`${metadata.namespace} ${reason}`)
    return Promise.resolve({} as T)
  }
  const recorder = new EventRecorder({
    transport: { request },
    clock: new VirtualClock(),
    random: () => 0,
    log: createLogger({ level: 'silent' }),
    instance: 'test',
  })
  const publish = (namespace: string, reason: string): void => {
    const metadata = { namespace, name: 'one', uid: namespace }
    recorder.publish({ regarding: { metadata }, type: 'Warning', reason, note: '', action: 'Test' })
  }
  return { written, recorder, publish }
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
