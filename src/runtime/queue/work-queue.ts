import type { ObjectKey } from '../../api/object.ts'
import type { RuntimeMetrics } from '../metrics.ts'
import { DelayLine } from './delay-line.ts'
import { Lanes, type Shares } from './lanes.ts'
import { QueueFigures } from './queue-figures.ts'
import { retrySlot, type RetryOptions } from './retry-slot.ts'
import { Takers } from './takers.ts'
import { merge, newItem, priorityRank, type Priority, type QueueItem, type Slot } from './queue-item.ts'

export interface AddOptions {
  /** `high` and `normal` for live edits, `low` for the initial list and resyncs. Default `normal`. */
  readonly priority?: Priority
  /** Not before this many milliseconds from now. Default 0. */
  readonly afterMs?: number
  /** Why, for the log alone. */
  readonly reason?: string
}

/** A key with a worker, which must give it back with `done`. */
export interface Work {
  readonly key: ObjectKey
  readonly reason: string | undefined
  /** Failed runs in a row before this one. */
  readonly failures: number
}

/** `forget`: the run went well, and failures are forgotten. `retry`: the key is added again after a growing delay. */
export type WorkResult = 'forget' | { readonly retry: unknown }

export interface WorkQueueOptions extends Shares, RetryOptions {
  readonly name: string
  readonly metrics?: RuntimeMetrics
  /**
   * Of a party's keys with the same priority that are due, the one with the lowest number goes first. Default: the same
   * for all. Called when a key becomes due, so it has to be cheap, and must not throw.
   */
  readonly urgencyOf?: (key: ObjectKey) => number
}

/**
 * The keys to reconcile, each at most once. Guarantees:
 * - Of several adds of a key, the earliest time and the highest priority win.
 * - A key is never with two workers at once. If it is added meanwhile, it runs again after `done`.
 * - Parties take turns: of those with due keys, the one that has gone longest without a turn. So whoever comes waits
 *   for a key or two of every other, and not for all of somebody's ten thousand.
 * - The due keys of a party leave by priority, then by urgency, then by due time, then in the order of their first add.
 * - Before keys of low priority go those that were edited, whosever they are; but every third is one of low priority, if
 *   one waits, so that none waits for ever.
 * - No partition has more keys running than it may, and nobody's keys hold all seats: see `Seats`.
 * Every operation costs O(log n), and a little for each partition with due keys. So whoever names the partitions has to
 * bound them. One timer serves all delayed keys.
 */
export class WorkQueue {
  readonly name: string
  readonly #options: WorkQueueOptions
  readonly #figures: QueueFigures
  readonly #items = new Map<ObjectKey, QueueItem>()
  readonly #delayed: DelayLine
  readonly #lanes: Lanes
  readonly #takers = new Takers<Work>()
  #sequence = 0
  #running = 0
  #closed = false

  constructor(options: WorkQueueOptions) {
    this.name = options.name
    this.#options = options
    this.#figures = new QueueFigures(options)
    this.#delayed = new DelayLine(options.clock, due => {
      for (const item of due) this.#makeReady(item)
      this.#dispatch()
    })
    this.#lanes = new Lanes(options)
  }

  /** Keys waiting, due or not; those with a worker are not counted. */
  get size(): number {
    return this.#items.size - this.#running
  }

  /** Keys that are due and wait for a worker. */
  get depth(): number {
    return this.#lanes.size
  }

  /** How many workers find something to do, if keys are of several parties. */
  get seats(): number {
    return this.#lanes.seats
  }

  /** Keys with a worker. */
  get running(): number {
    return this.#running
  }

  /** Does nothing once the queue is closed. */
  add(key: ObjectKey, options: AddOptions = {}): void {
    if (this.#closed) return
    const slot: Slot = {
      rank: priorityRank[options.priority ?? 'normal'],
      dueAt: this.#options.clock.monotonic() + Math.max(0, options.afterMs ?? 0),
      reason: options.reason,
    }
    const item = this.#items.get(key)
    if (item === undefined) this.#insert(key, slot)
    else if (item.state === 'running') item.again = merge(item.again, slot)
    else this.#improve(item, slot)
    this.#dispatch()
  }

  /**
   * Gives the next key, as soon as there is one. Undefined when the queue is closed. Rejects with the signal's reason
   * if that aborts first.
   */
  take(signal: AbortSignal): Promise<Work | undefined> {
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    if (this.#closed) return Promise.resolve(undefined)
    const taken = this.#takers.wait(signal)
    this.#figures.attended()
    this.#dispatch()
    return taken
  }

  /** Gives a key back. Throws if no worker has it, which is the caller's mistake. */
  done(key: ObjectKey, result: WorkResult): void {
    const item = this.#items.get(key)
    if (item?.state !== 'running') throw new Error(`queue ${this.name}: ${key} is with no worker`)
    this.#running--
    if (item.line !== undefined) this.#lanes.leave(item.line)
    item.line = undefined
    const next = this.#closed ? undefined : this.#nextSlot(item, result)
    item.again = undefined
    if (next === undefined) this.#items.delete(key)
    else this.#place(item, next)
    this.#dispatch()
  }

  /** Drops all that waits and ends every `take`. Keys with a worker may still be given back. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#delayed.close()
    for (const item of this.#items.values()) {
      if (item.state === 'running') continue
      this.#unplace(item)
      this.#items.delete(item.key)
    }
    this.#takers.close()
    this.#figures.due(0)
  }

  #insert(key: ObjectKey, slot: Slot): void {
    const item = newItem(key, this.#sequence++)
    this.#items.set(key, item)
    this.#place(item, slot)
  }

  #improve(item: QueueItem, slot: Slot): void {
    const merged = merge(item, slot)
    if (merged.dueAt === item.dueAt && merged.rank === item.rank) return
    this.#unplace(item)
    this.#place(item, merged)
  }

  #place(item: QueueItem, { rank, dueAt, reason }: Slot): void {
    Object.assign(item, { rank, dueAt, reason })
    if (dueAt <= this.#options.clock.monotonic()) return this.#makeReady(item)
    item.state = 'delayed'
    this.#delayed.push(item)
  }

  #unplace(item: QueueItem): void {
    if (item.state === 'delayed') this.#delayed.remove(item)
    else this.#lanes.remove(item)
  }

  #makeReady(item: QueueItem): void {
    item.state = 'ready'
    item.urgency = this.#options.urgencyOf?.(item.key) ?? 0
    this.#lanes.push(item)
  }

  /** Hands due keys to waiting workers. */
  #dispatch(): void {
    while (this.#takers.size > 0) {
      const item = this.#lanes.take()
      if (item === undefined) break
      item.state = 'running'
      this.#running++
      this.#figures.taken(item.dueAt)
      this.#takers.give({ key: item.key, reason: item.reason, failures: item.failures })
    }
    this.#figures.due(this.#lanes.size)
  }

  #nextSlot(item: QueueItem, result: WorkResult): Slot | undefined {
    if (result === 'forget') {
      item.failures = 0
      return item.again
    }
    const retry = retrySlot(item, result.retry, this.#options)
    item.failures++
    this.#figures.retried()
    return merge(item.again, retry)
  }
}
