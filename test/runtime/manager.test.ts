import { expect, test } from 'vitest'
import { neverAborts, untilAborted } from '../../src/core/abort.ts'
import { sleep } from '../../src/core/clock.ts'
import { settled, type Outcome } from '../../src/core/outcome.ts'
import { Controller } from '../../src/runtime/controller.ts'
import { enqueueChanges } from '../../src/runtime/queue/enqueue.ts'
import type { Leadership } from '../../src/runtime/leadership/leadership.ts'
import { Manager, type ManagerOptions } from '../../src/runtime/manager.ts'
import { Reflector } from '../../src/runtime/cache/reflector/reflector.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { WorkQueue } from '../../src/runtime/queue/work-queue.ts'
import { VirtualClock } from '../time/virtual-clock.ts'
import { aThing, type Thing } from './objects.ts'
import { recordedLog } from './recorded-log.ts'
import { modified, pause, ScriptedSource, type Step } from './cache/reflector/scripted-source.ts'

interface Options extends Pick<ManagerOptions, 'leadership' | 'endEffects'> {
  /** What each run does, besides. */
  readonly work?: (signal: AbortSignal) => Promise<void>
}

/** One resource with all its machinery, from a scripted source to a reconciler that writes down what it sees. */
function setUp(steps: readonly Step[], { work, ...options }: Options = {}) {
  const clock = new VirtualClock()
  const random = () => 0.5
  const { log, lines } = recordedLog()
  const store = new Store<Thing>({ name: 'things', log })
  const source = new ScriptedSource(clock, steps)
  const reflector = new Reflector<Thing>({ name: 'things', source, store, clock, random, log })
  const queue = new WorkQueue({ name: 'things', clock, random })
  enqueueChanges(store, queue)
  const seen: string[] = []
  const reconcile = async (key: string, signal: AbortSignal): Promise<Outcome> => {
    seen.push(`${key}@${store.get(key)?.metadata.resourceVersion ?? 'gone'}`)
    await work?.(signal)
    return settled
  }
  const exists = (key: string): boolean => store.has(key)
  const controller = new Controller({ name: 'things', queue, reconcile, exists, clock, random, log })
  const manager = new Manager({ reflectors: [reflector], controllers: [controller], clock, log, ...options })
  return { clock, source, queue, manager, seen, lines }
}

const hang: Step = { watch: [], next: 'hang' }
const listed: Step = { list: [aThing('a', 1), aThing('b', 2)], version: 9 }

test('reflectors, then controllers; a change in the cluster becomes a run', async () => {
  const { clock, manager, seen, source } = setUp([
    listed,
    { watch: [pause(1_000), modified('a', 10)], next: 'hang' },
  ])
  expect(manager.ready).toBe(false)
  await manager.start()
  expect([manager.ready, manager.leading]).toEqual([true, true])
  await clock.advance(1_000)
  expect(seen).toEqual(['ns/a@1', 'ns/b@2', 'ns/a@10'])
  await manager.stop()
  expect([manager.ready, manager.leading, source.open, clock.pendingTimers]).toEqual([false, false, 0, 0])
})

test('no controller runs before everything has synced, and a slow sync is told', async () => {
  const { clock, manager, seen, lines } = setUp([
    { list: [aThing('a', 1)], version: 9, more: 'p2' },
    { listHangs: 'hang' },
  ])
  const started = expect(manager.start()).rejects.toThrow('stopped')
  await clock.advance(65_000)
  expect([manager.ready, manager.unsynced, seen]).toEqual([false, ['things'], []])
  expect(lines('warn')).toMatchObject([{ unsynced: ['things'] }, { unsynced: ['things'] }])
  await manager.stop()
  await started
  expect(clock.pendingTimers).toBe(0)
})

test('a standby is ready, keeps its caches and runs nothing; losing the lead aborts', async () => {
  let lead = (_signal: AbortSignal): void => {}
  let remainingMs = 1
  const ended: string[] = []
  const leadership: Leadership = {
    acquire: signal =>
      new Promise((resolve, reject) => {
        lead = resolve
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    remainingMs: () => remainingMs,
    release: () => Promise.resolve(void ended.push('the lead is given up')),
  }
  const endEffects = (): Promise<void> => Promise.resolve(void ended.push('nothing has effects'))
  const { clock, manager, seen, queue } = setUp([listed, hang], { leadership, endEffects })
  const started = manager.start()
  await clock.flush()
  expect([manager.ready, manager.leading, seen, queue.size]).toEqual([true, false, [], 2])
  const term = new AbortController()
  lead(term.signal)
  expect(await started).toBe(term.signal)
  await clock.flush()
  expect([manager.leading, seen]).toEqual([true, ['ns/a@1', 'ns/b@2']])
  remainingMs = 0
  expect(manager.leading).toBe(false)
  term.abort(new Error('the lead was lost'))
  queue.add('ns/a')
  await clock.flush()
  expect([manager.leading, seen.length]).toEqual([false, 2])
  await manager.stop()
  expect([ended, clock.pendingTimers]).toEqual([['nothing has effects', 'the lead is given up'], 0])
})

test('what hangs is aborted two seconds after the stop; the lead is given up once it has ended, and not before', async () => {
  const ended: string[] = []
  const note = (what: string): Promise<void> => Promise.resolve(void ended.push(`${what} at ${clock.now()}`))
  const leadership: Leadership = {
    acquire: () => Promise.resolve(neverAborts),
    remainingMs: () => 1,
    release: () => note('the lead is given up'),
  }
  const work = async (signal: AbortSignal): Promise<void> => {
    await untilAborted(signal)
    await sleep(clock, 300, neverAborts)
    await note('the work has ended')
  }
  const endEffects = (): Promise<void> => note('nothing has effects')
  const { clock, manager } = setUp([{ list: [aThing('a', 1)], version: 9 }, hang], {
    leadership,
    endEffects,
    work,
  })
  await manager.start()
  await clock.flush()
  const since = clock.now()
  const stopped = manager.stop()
  await clock.advance(20_000)
  await stopped
  expect([ended, clock.pendingTimers]).toEqual([
    [
      `the work has ended at ${since + 2_300}`,
      `nothing has effects at ${since + 2_300}`,
      `the lead is given up at ${since + 2_300}`,
    ],
    0,
  ])
})

test('a standby that is stopped leaves nothing', async () => {
  const leadership: Leadership = {
    acquire: signal =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    remainingMs: () => 0,
    release: () => Promise.resolve(),
  }
  const { clock, manager, source, seen } = setUp([listed, hang], { leadership })
  const started = expect(manager.start()).rejects.toThrow('stopped')
  await clock.flush()
  await Promise.all([manager.stop(), manager.stop()])
  await started
  expect([source.open, clock.pendingTimers, seen]).toEqual([0, 0, []])
})

test('stopped before it was started it does not start', async () => {
  const { clock, manager, source } = setUp([listed, hang])
  await manager.stop()
  await expect(manager.start()).rejects.toThrow('stopped')
  expect([source.asked, clock.pendingTimers]).toEqual([[], 0])
})
