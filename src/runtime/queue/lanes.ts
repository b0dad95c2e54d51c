import type { ObjectKey } from '../../api/object.ts'
import { Heap } from './heap.ts'
import { moreUrgent, priorityRank, type Lane, type Line, type QueueItem } from './queue-item.ts'

/** Live keys go first. But every third key is a patient one, if one waits, so that edits do not hold up all others. */
const shareOfPatient = 3

/** Workers that slow partitions cannot hold, however many there are of them. */
export interface Reserve {
  /** How many workers there are. A quarter of them, at most two, are kept back. */
  readonly workers: number
  /** What partitions belong to, such as a namespace: the last worker is for a group that has none. */
  readonly groupOf: (partition: string) => string
}

const shareKeptBack = 4
const mostKeptBack = 2

/**
 * The due keys of a work queue, in one lane a partition. A lane that has as many keys running as it may leaves the
 * heaps of lines. So a slow partition costs the others nothing, not even a look at its keys.
 */
export class Lanes {
  readonly #maxRunning: number
  readonly #partitionOf: (key: ObjectKey) => string | undefined
  readonly #reserve: Reserve | undefined
  #running = 0
  readonly #byName = new Map<string | undefined, Lane>()
  readonly #open = { live: new Heap<Line>(headMoreUrgent), patient: new Heap<Line>(headMoreUrgent) }
  #size = 0
  /** How many live keys in a row went before a patient one. */
  #preferred = 0

  constructor(maxRunning: number, partitionOf: (key: ObjectKey) => string | undefined, reserve?: Reserve) {
    this.#maxRunning = maxRunning
    this.#partitionOf = partitionOf
    this.#reserve = reserve
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
    lineOf(lane, item).ready.remove(item)
    this.#size--
    this.#refresh(lane)
  }

  /** Takes the next key of all lanes that may run one more. It then counts as running. */
  take(): QueueItem | undefined {
    for (;;) {
      const line = this.#next()
      const item = line?.ready.peek()
      const lane = item?.lane
      if (line === undefined || item === undefined || lane === undefined) return undefined
      // The partition may have become known only after the key became due.
      const partition = this.#partitionOf(item.key)
      if (partition === lane.name) {
        this.#preferred = line === lane.live && this.#open.patient.size > 0 ? this.#preferred + 1 : 0
        line.ready.pop()
        this.#size--
        lane.running++
        this.#running++
        this.#refresh(lane)
        this.#refreshOthers()
        return item
      }
      this.remove(item)
      this.#pushTo(partition, item)
    }
  }

  /** A key that ran in this lane has ended. */
  leave(lane: Lane): void {
    lane.running--
    this.#running--
    this.#refresh(lane)
    this.#refreshOthers()
  }

  #next(): Line | undefined {
    const live = this.#open.live.peek()
    const patient = this.#open.patient.peek()
    const isTurn = this.#preferred >= shareOfPatient - 1
    return live === undefined || (isTurn && patient !== undefined) ? patient : live
  }

  #pushTo(name: string | undefined, item: QueueItem): void {
    let lane = this.#byName.get(name)
    if (lane === undefined) {
      lane = { name, live: newLine(), patient: newLine(), running: 0 }
      this.#byName.set(name, lane)
    }
    item.lane = lane
    lineOf(lane, item).ready.push(item)
    this.#size++
    this.#refresh(lane)
  }

  /** With few workers left it depends on how many are, and so for all lanes. */
  #refreshOthers(): void {
    if (this.#reserve !== undefined) for (const lane of this.#byName.values()) this.#refresh(lane)
  }

  #mayRun(lane: Lane): boolean {
    if (lane.name === undefined) return true
    if (lane.running >= this.#maxRunning) return false
    if (this.#reserve === undefined) return true
    const { workers, groupOf } = this.#reserve
    const free = workers - this.#running
    if (free > Math.min(mostKeptBack, Math.floor(workers / shareKeptBack))) return true
    if (free > 1) return lane.running === 0
    const group = groupOf(lane.name)
    return ![...this.#byName].some(
      ([name, { running }]) => running > 0 && name !== undefined && groupOf(name) === group,
    )
  }

  #refresh(lane: Lane): void {
    const mayRun = this.#mayRun(lane)
    place(lane.live, this.#open.live, mayRun)
    place(lane.patient, this.#open.patient, mayRun)
    const isEmpty = lane.live.ready.size === 0 && lane.patient.ready.size === 0
    if (isEmpty && lane.running === 0) this.#byName.delete(lane.name)
  }
}

function newLine(): Line {
  return { ready: new Heap(moreUrgent), position: -1 }
}

/** The line of an item in its lane. Its rank does not change while it is there. */
function lineOf(lane: Lane, { rank }: QueueItem): Line {
  return rank === priorityRank.low ? lane.patient : lane.live
}

function place(line: Line, open: Heap<Line>, mayRun: boolean): void {
  const isOpen = line.position >= 0
  const mayOpen = mayRun && line.ready.size > 0
  if (mayOpen && isOpen) open.update(line)
  else if (mayOpen) open.push(line)
  else if (isOpen) open.remove(line)
}

function headMoreUrgent(a: Line, b: Line): boolean {
  const first = a.ready.peek()
  const second = b.ready.peek()
  return first !== undefined && (second === undefined || moreUrgent(first, second))
}
