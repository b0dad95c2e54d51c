import { expect, test } from 'vitest'
import { CodedError } from '../../src/core/errors.ts'
import { type Outcome, recheck, settled, stalled } from '../../src/core/outcome.ts'
import { Controller, type ControllerOptions } from '../../src/runtime/controller.ts'
import { noMetrics } from '../../src/runtime/metrics.ts'
import { StaleView } from '../../src/runtime/stale-view.ts'
import { WorkQueue } from '../../src/runtime/queue/work-queue.ts'
import { VirtualClock } from '../time/virtual-clock.ts'
import { recordedLog } from './recorded-log.ts'

type Reconcile = ControllerOptions['reconcile']

/** One party, which has all workers to itself. */
const alone = { partyOf: () => 'all' }

function setUp(
  reconcile: Reconcile,
  { workers = 8, ...options }: Partial<ControllerOptions> & { readonly workers?: number } = {},
) {
  const clock = new VirtualClock()
  const { log, lines } = recordedLog()
  const random = () => 0.5
  const queue = new WorkQueue({ name: 'q', clock, random, workers, ...alone })
  const runs: string[] = []
  const results: string[] = []
  const metrics = {
    ...noMetrics,
    runEnded: (_controller: string, result: string, ms: number) => results.push(`${result} ${ms}`),
    runFailed: (_controller: string, code: string) => results.push(code),
  }
  const controller = new Controller({
    name: 'c',
    queue,
    reconcile: (key, signal) => {
      runs.push(`${key} at ${clock.monotonic()}`)
      return reconcile(key, signal)
    },
    resyncMs: 100_000,
    clock,
    random,
    log,
    metrics,
    ...options,
  })
  const life = new AbortController()
  controller.start(life.signal)
  return { clock, queue, controller, runs, results, lines, life }
}

/** Does not end until the signal aborts. */
const untilAborted: Reconcile = (_key, signal) =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(new Error('the echo of the abort')))
  })

const unavailable = new CodedError('unavailable', 'nobody there', { retryable: true })

interface Case {
  readonly name: string
  readonly outcomes: readonly (Outcome | Error)[]
  readonly runs: readonly string[]
  readonly results: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'settled: a slow resync',
    outcomes: [settled, settled],
    runs: ['a at 0', 'a at 100000'],
    results: ['settled 0', 'settled 0'],
  },
  {
    name: 'recheck: again after that time',
    outcomes: [recheck(3_000), settled],
    runs: ['a at 0', 'a at 3000'],
    results: ['recheck 0', 'settled 0'],
  },
  {
    name: 'stalled: a slow resync, too',
    outcomes: [stalled('Bad'), settled],
    runs: ['a at 0', 'a at 100000'],
    results: ['stalled 0', 'settled 0'],
  },
  {
    name: 'a failure: backoff, which a success resets',
    outcomes: [unavailable, unavailable, recheck(1_000), unavailable, settled],
    runs: ['a at 0', 'a at 750', 'a at 2250', 'a at 3250', 'a at 4000'],
    results: 'unavailable,failed 0,unavailable,failed 0,recheck 0,unavailable,failed 0,settled 0'.split(','),
  },
]

test.each(cases)('$name', async ({ outcomes, runs: expected, results: told }) => {
  const left = [...outcomes]
  const { clock, queue, controller, runs, results } = setUp(() => {
    const outcome = left.shift() ?? settled
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)
  })
  queue.add('a')
  await clock.runUntil(() => left.length === 0, 400_000)
  expect(runs).toEqual(expected)
  expect(results).toEqual(told)
  await controller.stop()
  expect(clock.pendingTimers).toBe(0)
})

test('a resync gives way to live edits', async () => {
  const release: (() => void)[] = []
  const { clock, queue, runs } = setUp(() => new Promise(resolve => release.push(() => resolve(settled))), {
    workers: 1,
  })
  queue.add('old')
  await clock.flush()
  release.shift()?.()
  await clock.advance(99_999)
  queue.add('slow')
  await clock.advance(1)
  queue.add('edit')
  await clock.flush()
  release.shift()?.()
  await clock.flush()
  expect(runs.map(run => run.split(' ')[0])).toEqual(['old', 'slow', 'edit'])
})

test('a key whose object is gone is not resynced', async () => {
  const { clock, queue, runs } = setUp(() => Promise.resolve(settled), { exists: key => key !== 'gone' })
  queue.add('gone')
  queue.add('here')
  await clock.advance(150_000)
  expect(runs).toEqual(['gone at 0', 'here at 0', 'here at 100000'])
  expect(queue.size).toBe(1)
})

test('runs as many keys at once as it has workers', async () => {
  const { clock, queue, runs } = setUp(untilAborted, { workers: 3 })
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key)
  await clock.flush()
  expect(runs).toHaveLength(3)
})

test('a run that takes too long is aborted and tried again, with the time-out as its error', async () => {
  const { clock, queue, results, lines } = setUp(untilAborted, { timeoutMs: 5_000 })
  queue.add('a')
  await clock.advance(5_000)
  expect(results).toEqual(['timeout', 'failed 5000'])
  expect(lines('warn')).toMatchObject([
    { key: 'a', err: { code: 'timeout', cause: { message: 'the echo of the abort' } } },
  ])
  expect(queue.size).toBe(1)
})

test('a run that ignores its abort is logged, and keeps its key to itself', async () => {
  const release: (() => void)[] = []
  const deaf: Reconcile = () => new Promise(resolve => release.push(() => resolve(settled)))
  const { clock, queue, runs, lines } = setUp(deaf, { timeoutMs: 5_000 })
  queue.add('a')
  await clock.advance(14_999)
  expect(lines('error')).toEqual([])
  await clock.advance(1)
  expect(lines('error')).toMatchObject([{ controller: 'c', key: 'a' }])
  queue.add('a')
  await clock.advance(60_000)
  expect(runs).toHaveLength(1)
  release[0]?.()
  await clock.flush()
  expect(runs).toHaveLength(2)
})

test('a stale view is nobody’s failure, unless it stays', async () => {
  let views = 3
  const stale: Reconcile = () =>
    views-- > 0 ? Promise.reject(new StaleView('the Secret has changed')) : Promise.resolve(settled)
  const { clock, queue, controller, lines } = setUp(stale)
  queue.add('a')
  await clock.runUntil(() => views < 0, 400_000)
  expect([...lines('warn'), ...lines('info')]).toEqual([])
  expect(controller.failing).toBe(0)
  views = 10
  queue.add('a')
  await clock.runUntil(() => views < 0, 4_000_000)
  expect(lines('warn')).toMatchObject([{ controller: 'c', key: 'a', failures: 5 }])
})

test('one line for each change of the error, none for its repeats', async () => {
  const other = new CodedError('forbidden', 'may not')
  const outcomes = [unavailable, unavailable, unavailable, other, other, new TypeError('a bug'), settled]
  const left: (Outcome | Error)[] = [...outcomes]
  const { clock, queue, controller, lines } = setUp(() => {
    const outcome = left.shift() ?? settled
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)
  })
  queue.add('a')
  await clock.runUntil(() => left.length === 1, 400_000)
  expect(controller.failing).toBe(1)
  await clock.runUntil(() => left.length === 0, 400_000)
  const loud = lines().filter(line => line['level'] !== 'debug')
  expect(loud.map(line => [line['level'], line['msg'], (line['err'] as { code?: string })?.code])).toEqual([
    ['warn', 'reconcile failed', 'unavailable'],
    ['warn', 'reconcile failed', 'forbidden'],
    ['error', 'reconcile failed', undefined],
    ['info', 'recovered', undefined],
  ])
  expect(controller.failing).toBe(0)
})

test('a reconciler that throws before it returns a promise is a failure like any other', async () => {
  const { clock, queue, results } = setUp(() => {
    throw new TypeError('a bug')
  })
  queue.add('a')
  await clock.flush()
  expect(results).toEqual(['unknown', 'failed 0'])
})

test('a stop lets running keys finish and takes no new ones', async () => {
  const release: (() => void)[] = []
  const { clock, queue, controller, runs, results } = setUp(
    (_key, signal) =>
      new Promise(resolve => {
        release.push(() => resolve(signal.aborted ? stalled('aborted') : settled))
      }),
    { workers: 1, graceMs: 5_000 },
  )
  queue.add('a')
  queue.add('b')
  await clock.flush()
  let stopped = false
  const stop = controller.stop().then(() => (stopped = true))
  await clock.advance(4_000)
  expect(stopped).toBe(false)
  release[0]?.()
  await stop
  expect([runs, results, clock.pendingTimers]).toEqual([['a at 0'], ['settled 4000'], 0])
})

test('a stop aborts what is not done within the grace, and that is no failure', async () => {
  const { clock, queue, controller, results, lines } = setUp(untilAborted, { graceMs: 5_000 })
  queue.add('a')
  await clock.flush()
  const stop = Promise.all([controller.stop(), controller.stop()])
  await clock.advance(4_999)
  expect(results).toEqual([])
  await clock.advance(1)
  await stop
  expect([results, lines(), clock.pendingTimers]).toEqual([['aborted 5000'], [], 0])
})

test('the end of its life aborts all at once', async () => {
  const { clock, queue, controller, results, life } = setUp(untilAborted)
  queue.add('a')
  await clock.flush()
  life.abort(new Error('the lead was lost'))
  await clock.flush()
  expect(results).toEqual(['aborted 0'])
  queue.add('b')
  await controller.stop()
  expect([results, clock.pendingTimers]).toEqual([['aborted 0'], 0])
})

test('stopped before it was started it never runs', async () => {
  const clock = new VirtualClock()
  const { log } = recordedLog()
  const queue = new WorkQueue({ name: 'q', clock, random: () => 0, ...alone })
  const runs: string[] = []
  const reconcile: Reconcile = key => Promise.resolve(runs.push(key)).then(() => settled)
  const controller = new Controller({ name: 'c', queue, reconcile, clock, random: () => 0, log })
  queue.add('a')
  await controller.stop()
  controller.start(new AbortController().signal)
  await clock.advance(1_000)
  expect(runs).toEqual([])
})
