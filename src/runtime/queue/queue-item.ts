import type { ObjectKey } from '../../api/object.ts'
import type { Heap, Positioned } from './heap.ts'

export type Priority = 'high' | 'normal' | 'low'

export const priorityRank: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 }

/** When a key is to run, and how urgently. `dueAt` in monotonic milliseconds; a lower rank goes first. */
export interface Slot {
  readonly rank: number
  readonly dueAt: number
  readonly reason: string | undefined
}

/** A key that the queue knows. It is in the heap of delayed keys, in a lane, or with a worker. */
export interface QueueItem extends Positioned {
  readonly key: ObjectKey
  readonly sequence: number
  state: 'delayed' | 'ready' | 'running'
  rank: number
  /** Among due keys of one rank. A lower number goes first. */
  urgency: number
  dueAt: number
  reason: string | undefined
  /** Failed runs in a row. */
  failures: number
  lane: Lane | undefined
  /** What was added while a worker had the key. */
  again: Slot | undefined
}

/** The due keys of one partition. `name` undefined: the lane, without a limit, of keys that share nothing. */
export interface Lane {
  readonly name: string | undefined
  /** Keys of high and normal priority. */
  readonly live: Line
  /** Keys of low priority. */
  readonly patient: Line
  running: number
}

/** Due keys of one lane in one order. The line is in a heap of lines while one of its keys may run. */
export interface Line extends Positioned {
  readonly ready: Heap<QueueItem>
}

/** The earliest time and the highest priority win. The reason of the earlier one stays, of two equals the first's. */
export function merge(known: Slot | undefined, added: Slot): Slot {
  if (known === undefined) return added
  const first = added.dueAt < known.dueAt ? added : known
  return { rank: Math.min(known.rank, added.rank), dueAt: first.dueAt, reason: first.reason }
}

export function earlier(a: QueueItem, b: QueueItem): boolean {
  return a.dueAt === b.dueAt ? a.sequence < b.sequence : a.dueAt < b.dueAt
}

/** The order in which due keys leave the queue. */
export function moreUrgent(a: QueueItem, b: QueueItem): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank
  return a.urgency === b.urgency ? earlier(a, b) : a.urgency < b.urgency
}
