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
  /** Where it waits, or waited before a worker took it. */
  line: Line | undefined
  /** What was added while a worker had the key. */
  again: Slot | undefined
}

/** Due keys of one party in one lane, either all live or all patient. While it has any, it is in a heap of its lane. */
export interface Line extends Positioned {
  readonly party: Party
  readonly lane: Lane
  readonly patience: Patience
  readonly ready: Heap<QueueItem>
}

/** `live`: of high or normal priority; `patient`: of low priority. */
export type Patience = 'live' | 'patient'

/** Whose keys they are. Parties take turns. */
export interface Party {
  readonly name: string
  /** Of those that wait, the party with the lowest number is next. */
  turn: number
  running: number
  /** Those with due keys. */
  readonly lines: Readonly<Record<Patience, Map<Lane, Line>>>
}

/** The due keys of one partition. `name` undefined: the lane, without a limit, of keys that share nothing. */
export interface Lane {
  readonly name: string | undefined
  /** Who answers for the partition. */
  readonly owner: string | undefined
  /** Its lines with due keys: those of parties that have keys running, and those of parties that have none. */
  readonly waiting: Readonly<Record<Patience, Readonly<Record<'busy' | 'idle', Heap<Line>>>>>
  running: number
}

/** It belongs nowhere yet. A lower sequence was added before. */
export function newItem(key: ObjectKey, sequence: number): QueueItem {
  return {
    key,
    sequence,
    position: -1,
    state: 'delayed',
    rank: priorityRank.normal,
    urgency: 0,
    dueAt: 0,
    reason: undefined,
    failures: 0,
    line: undefined,
    again: undefined,
  }
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

export function patienceOf({ rank }: QueueItem): Patience {
  return rank === priorityRank.low ? 'patient' : 'live'
}
