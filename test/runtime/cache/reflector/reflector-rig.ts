import { afterEach } from 'vitest'
import { CodedError } from '../../../../src/core/errors.ts'
import { Reflector } from '../../../../src/runtime/cache/reflector/reflector.ts'
import type { Change } from '../../../../src/runtime/cache/change.ts'
import { Store } from '../../../../src/runtime/cache/store.ts'
import { noMetrics } from '../../../../src/runtime/metrics.ts'
import { seededRandom } from '../../../builders/seeded-random.ts'
import { VirtualClock } from '../../../time/virtual-clock.ts'
import { aThing, type Thing } from '../../objects.ts'
import { recordedLog } from '../../recorded-log.ts'
import { ScriptedSource, type Step } from './scripted-source.ts'

export const gone = new CodedError('gone', 'too old resource version')
export const refused = new CodedError('unavailable', 'connection refused', { retryable: true })

export const throttled = new CodedError('throttled', 'too many requests', { retryable: true })

export const a1 = aThing('a', 1)
export const b2 = aThing('b', 2)
export const a5 = aThing('a', 5)
export const b6 = aThing('b', 6)
export const watching: Step = { watch: [], next: 'hang' }

const running: Reflector<Thing>[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(reflector => reflector.stop()))
})

/** A reflector whose server plays the script; it is stopped after the test. */
export function setUp(steps: readonly Step[], random = seededRandom(1)) {
  const clock = new VirtualClock()
  const { log, lines } = recordedLog()
  const store = new Store<Thing>({ name: 'things', log })
  const changes: Change<Thing>[] = []
  store.subscribe(change => changes.push(change))
  const source = new ScriptedSource(clock, steps)
  const ends: string[] = []
  const metrics = { ...noMetrics, watchEnded: (_name: string, why: string) => ends.push(why) }
  const reflector = new Reflector<Thing>({ name: 'things', source, store, clock, random, log, metrics })
  running.push(reflector)
  return { clock, lines, store, changes, source, reflector, ends }
}
