import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Priority } from '../../../src/runtime/queue/queue-item.ts'
import { WorkQueue } from '../../../src/runtime/queue/work-queue.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

/** The queue as one would write it if nothing cost anything: a list, searched anew each time. */
class NaiveQueue {
  now = 0
  #sequence = 0
  readonly #maxPerPartition: number
  #preferred = 0
  #entries: Entry[] = []

  constructor(maxPerPartition: number) {
    this.#maxPerPartition = maxPerPartition
  }

  add(key: string, rank: number, afterMs: number): void {
    const entry = this.#entries.find(one => one.key === key)
    const dueAt = this.now + afterMs
    if (entry === undefined) {
      const sequence = this.#sequence++
      this.#entries.push({
        key,
        sequence,
        due: { rank, dueAt },
        again: undefined,
        running: false,
        failures: 0,
      })
    } else if (entry.running) entry.again = best(entry.again, { rank, dueAt })
    else entry.due = best(entry.due, { rank, dueAt })
  }

  take(): string | undefined {
    const running = this.#entries.filter(({ running }) => running)
    const free = (entry: Entry) =>
      running.filter(other => partitionOf(other.key) === partitionOf(entry.key)).length <
      this.#maxPerPartition
    const due = this.#entries
      .filter(entry => !entry.running && entry.due.dueAt <= this.now && free(entry))
      .toSorted((a, b) => a.due.rank - b.due.rank || a.due.dueAt - b.due.dueAt || a.sequence - b.sequence)
    const patient = due.find(({ due: { rank } }) => rank === low)
    const next = this.#preferred === 2 && patient !== undefined ? patient : due[0]
    if (next === undefined) return undefined
    this.#preferred = next.due.rank !== low && patient !== undefined ? this.#preferred + 1 : 0
    next.running = true
    return next.key
  }

  done(key: string, failed: boolean): void {
    const entry = this.#entries.find(one => one.key === key)!
    entry.running = false
    let next = entry.again
    if (failed) {
      const delay = Math.min(300_000, 1000 * 2 ** entry.failures) * 0.75
      next = best(next, { rank: entry.due.rank, dueAt: this.now + delay })
      entry.failures++
    } else entry.failures = 0
    entry.again = undefined
    if (next === undefined) this.#entries = this.#entries.filter(one => one !== entry)
    else entry.due = next
  }

  get size(): number {
    return this.#entries.filter(({ running }) => !running).length
  }
}

interface Due {
  readonly rank: number
  readonly dueAt: number
}

interface Entry {
  readonly key: string
  readonly sequence: number
  due: Due
  again: Due | undefined
  running: boolean
  failures: number
}

const low = 2

function best(known: Due | undefined, added: Due): Due {
  if (known === undefined) return added
  return { rank: Math.min(known.rank, added.rank), dueAt: Math.min(known.dueAt, added.dueAt) }
}

function partitionOf(key: string): string {
  return key.slice(0, 1)
}

const priorities = ['high', 'normal', 'low'] as const satisfies readonly Priority[]
const key = fc.constantFrom('a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1')
const step = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    key,
    rank: fc.nat(2),
    afterMs: fc.constantFrom(0, 0, 1, 100, 500, 750, 1500, 20_000),
  }),
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('done' as const), which: fc.nat(6), failed: fc.boolean() }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 99, 400, 750, 3000, 60_000) }),
)

test('behaves as the naive queue does, whatever is done to it', async () => {
  const runs = fc.tuple(fc.array(step, { maxLength: 100, size: 'max' }), fc.constantFrom(1, 2, 99))
  await fc.assert(
    fc.asyncProperty(runs, async ([steps, maxPerPartition]) => {
      const clock = new VirtualClock()
      const queue = new WorkQueue({ name: 'q', clock, random: () => 0.5, partitionOf, maxPerPartition })
      const model = new NaiveQueue(maxPerPartition)
      const running: string[] = []
      for (const act of steps) {
        switch (act.kind) {
          case 'add':
            queue.add(act.key, { priority: priorities[act.rank] ?? 'low', afterMs: act.afterMs })
            model.add(act.key, act.rank, act.afterMs)
            break
          case 'take': {
            const abort = new AbortController()
            const taken = queue.take(abort.signal).catch(() => undefined)
            abort.abort()
            const work = await taken
            expect(work?.key).toBe(model.take())
            if (work !== undefined) running.push(work.key)
            break
          }
          case 'done': {
            const [ended] = running.splice(act.which % Math.max(1, running.length), 1)
            if (ended === undefined) break
            queue.done(ended, act.failed ? { retry: new Error('no') } : 'forget')
            model.done(ended, act.failed)
            break
          }
          case 'pass':
            await clock.advance(act.ms)
            model.now += act.ms
            break
          default:
            act satisfies never
        }
        expect([queue.size, queue.running]).toEqual([model.size, running.length])
        expect(clock.pendingTimers).toBeLessThanOrEqual(1)
      }
      queue.close()
      expect(clock.pendingTimers).toBe(0)
    }),
    { numRuns: 200 },
  )
})
