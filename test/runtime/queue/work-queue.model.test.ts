import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Priority } from '../../../src/runtime/queue/queue-item.ts'
import { WorkQueue } from '../../../src/runtime/queue/work-queue.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const workers = 2
const kept = { none: 0, party: 1, partition: 2, owner: 3 }

/** The queue as one would write it if nothing cost anything: a list, searched anew each time. */
class NaiveQueue {
  now = 0
  #sequence = 0
  readonly #maxPerPartition: number
  #preferred = 0
  #entries: Entry[] = []
  /** When each party that has keys due or running is next. */
  readonly #turns = new Map<string, number>()
  #turn = 0

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
    this.noteParties()
  }

  take(): string | undefined {
    const due = this.#entries.filter(entry => this.#isDue(entry) && this.#mayRun(entry))
    const heads = due
      .filter(entry => !due.some(other => isSameLine(other, entry) && compare(other, entry) < 0))
      .toSorted((a, b) => this.#turnOf(a) - this.#turnOf(b) || compare(a, b))
    const patient = heads.find(isPatient)
    const live = heads.find(entry => !isPatient(entry))
    const next = live === undefined || (this.#preferred === 2 && patient !== undefined) ? patient : live
    if (next === undefined) return undefined
    this.#preferred = next === live && patient !== undefined ? this.#preferred + 1 : 0
    next.running = true
    this.#turn = Math.max(this.#turn, this.#turnOf(next) + 1)
    this.#turns.set(partyOf(next.key), this.#turn)
    return next.key
  }

  done(key: string, failed: boolean): void {
    const entry = this.#entries.find(one => one.key === key)!
    this.#entries = this.#entries.filter(one => one !== entry)
    this.noteParties()
    let next = entry.again
    if (failed) {
      const delay = Math.min(300_000, 1000 * 2 ** entry.failures) * 0.75
      next = best(next, { rank: entry.due.rank, dueAt: this.now + delay })
      entry.failures++
    } else entry.failures = 0
    entry.again = undefined
    entry.running = false
    if (next !== undefined) this.#entries.push({ ...entry, due: next })
    this.noteParties()
  }

  /** To be called after whatever has changed: who comes is behind those who have waited for their turn. */
  noteParties(): void {
    const present = new Set(
      this.#entries.filter(entry => entry.running || this.#isDue(entry)).map(({ key }) => partyOf(key)),
    )
    for (const party of this.#turns.keys()) if (!present.has(party)) this.#turns.delete(party)
    for (const party of present) if (!this.#turns.has(party)) this.#turns.set(party, this.#turn)
  }

  get size(): number {
    return this.#entries.filter(({ running }) => !running).length
  }

  #isDue({ running, due }: Entry): boolean {
    return !running && due.dueAt <= this.now
  }

  #turnOf({ key }: Entry): number {
    return this.#turns.get(partyOf(key))!
  }

  #mayRun({ key }: Entry): boolean {
    const running = this.#entries.filter(entry => entry.running).map(entry => entry.key)
    const partition = partitionOf(key)
    const beside = running.filter(other => partition !== undefined && partitionOf(other) === partition)
    if (beside.length >= this.#maxPerPartition) return false
    const isIdle = (what: (key: string) => string | undefined): boolean =>
      what(key) !== undefined && !running.some(other => what(other) === what(key))
    const idle = isIdle(ownerOfKey)
      ? kept.owner
      : isIdle(partitionOf)
        ? kept.partition
        : isIdle(partyOf)
          ? kept.party
          : kept.none
    return workers + kept.owner - running.length + idle > kept.owner
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

function isPatient({ due }: Entry): boolean {
  return due.rank === low
}

function compare(a: Entry, b: Entry): number {
  return a.due.rank - b.due.rank || a.due.dueAt - b.due.dueAt || a.sequence - b.sequence
}

function isSameLine(a: Entry, b: Entry): boolean {
  if (isPatient(a) !== isPatient(b) || partyOf(a.key) !== partyOf(b.key)) return false
  return partitionOf(a.key) === partitionOf(b.key)
}

/** As in `party/partition/name`; of a partition as in `owner+name`. */
function partyOf(key: string): string {
  return key.split('/')[0] ?? ''
}

function partitionOf(key: string): string | undefined {
  const partition = key.split('/')[1]
  return partition === '-' ? undefined : partition
}

function ownerOf(partition: string): string {
  return partition.split('+')[0] ?? ''
}

function ownerOfKey(key: string): string | undefined {
  const partition = partitionOf(key)
  return partition === undefined ? undefined : ownerOf(partition)
}

const priorities = ['high', 'normal', 'low'] as const satisfies readonly Priority[]
const key = fc.constantFrom(
  ...['p', 'q', 'r'].flatMap(party =>
    ['x+a', 'x+b', 'y+c', '-'].flatMap(partition => ['1', '2'].map(name => `${party}/${partition}/${name}`)),
  ),
)
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
  const runs = fc.tuple(fc.array(step, { maxLength: 150, size: 'max' }), fc.constantFrom(1, 2, 99))
  await fc.assert(
    fc.asyncProperty(runs, async ([steps, maxPerPartition]) => {
      const clock = new VirtualClock()
      const partitions = { of: partitionOf, most: maxPerPartition, ownerOf }
      const queue = new WorkQueue({ name: 'q', clock, random: () => 0.5, workers, partyOf, partitions })
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
            model.noteParties()
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
