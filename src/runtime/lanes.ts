import type { Key } from '../api/object.ts'
import { Heap, type Positioned } from './heap.ts'
import { moreUrgent, type QueueItem } from './queue-item.ts'

/** The due keys of one partition. `name` undefined: the lane of keys that share nothing, without a limit. */
export interface Lane extends Positioned {
  readonly name: string | undefined
  readonly ready: Heap<QueueItem>
  running: number
}

/**
 * The due keys of a work queue, by partition. A lane that has as many keys running as it may is out of the
 * heap of lanes, so a slow partition costs the others nothing, not even a look at its keys.
 */
export class Lanes {
  readonly #maxRunning: number
  readonly #partitionOf: (key: Key) => string | undefined
  readonly #byName = new Map<string | undefined, Lane>()
  readonly #open = new Heap<Lane>(headMoreUrgent)
  #size = 0

  constructor(maxRunning: number, partitionOf: (key: Key) => string | undefined) {
    this.#maxRunning = maxRunning
    this.#partitionOf = partitionOf
  }

  /** Keys waiting, in all lanes. */
  get size(): number {
    return this.#size
  }

  push(item: QueueItem): void {
    this.#pushTo(this.#partitionOf(item.key), item)
  }

  remove(item: QueueItem): void {
    const { lane } = item
    if (lane === undefined) return
    item.lane = undefined
    lane.ready.remove(item)
    this.#size--
    this.#refresh(lane)
  }

  /** The most urgent key of all lanes that may run one more, now counted as running in its lane. */
  take(): QueueItem | undefined {
    for (;;) {
      const lane = this.#open.peek()
      const item = lane?.ready.peek()
      if (lane === undefined || item === undefined) return undefined
      // What the partition is read from may have become known only since the key became due.
      const partition = this.#partitionOf(item.key)
      if (partition === lane.name) {
        lane.ready.pop()
        this.#size--
        lane.running++
        this.#refresh(lane)
        return item
      }
      this.remove(item)
      this.#pushTo(partition, item)
    }
  }

  /** A key that ran in this lane has ended. */
  leave(lane: Lane): void {
    lane.running--
    this.#refresh(lane)
  }

  #pushTo(name: string | undefined, item: QueueItem): void {
    let lane = this.#byName.get(name)
    if (lane === undefined) {
      lane = { name, ready: new Heap(moreUrgent), running: 0, position: -1 }
      this.#byName.set(name, lane)
    }
    item.lane = lane
    lane.ready.push(item)
    this.#size++
    this.#refresh(lane)
  }

  #refresh(lane: Lane): void {
    const limit = lane.name === undefined ? Number.POSITIVE_INFINITY : this.#maxRunning
    const isOpen = lane.position >= 0
    const mayOpen = lane.ready.size > 0 && lane.running < limit
    if (mayOpen && isOpen) this.#open.update(lane)
    else if (mayOpen) this.#open.push(lane)
    else if (isOpen) this.#open.remove(lane)
    if (lane.ready.size === 0 && lane.running === 0) this.#byName.delete(lane.name)
  }
}

function headMoreUrgent(a: Lane, b: Lane): boolean {
  const first = a.ready.peek()
  const second = b.ready.peek()
  return first !== undefined && (second === undefined || moreUrgent(first, second))
}
