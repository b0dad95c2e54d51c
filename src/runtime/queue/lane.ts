/** The lines of one partition, and which of them is next. */
import { Heap } from './heap.ts'
import { moreUrgent, type Lane, type Line, type Party, type Patience } from './queue-item.ts'

export function newLane({ name, owner }: Pick<Lane, 'name' | 'owner'>): Lane {
  const lines = () => ({ busy: new Heap<Line>(isNext), idle: new Heap<Line>(isNext) })
  return { name, owner, waiting: { live: lines(), patient: lines() }, running: 0 }
}

export function isEmpty({ waiting: { live, patient }, running }: Lane): boolean {
  return running + live.busy.size + live.idle.size + patient.busy.size + patient.idle.size === 0
}

/** The party's line in this lane; a new one if it has no such keys there. */
export function lineFor(party: Party, lane: Lane, patience: Patience): Line {
  return (
    party.lines[patience].get(lane) ?? { party, lane, patience, ready: new Heap(moreUrgent), position: -1 }
  )
}

/** @param open for whose keys there are seats */
export function nextIn(lane: Lane, patience: Patience, open: 'all' | 'idle'): Line | undefined {
  const { idle, busy } = lane.waiting[patience]
  return open === 'all' ? earlierOf(idle.peek(), busy.peek()) : idle.peek()
}

export function earlierOf(a: Line | undefined, b: Line | undefined): Line | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return isNext(b, a) ? b : a
}

/** By turn; of lines whose turn it is alike, the one with the more urgent key. */
function isNext(a: Line, b: Line): boolean {
  if (a.party.turn !== b.party.turn) return a.party.turn < b.party.turn
  const [first, second] = [a.ready.peek(), b.ready.peek()]
  return first !== undefined && (second === undefined || moreUrgent(first, second))
}

/** Puts the line into its lane, if it has keys. */
export function place(line: Line): void {
  if (line.ready.size === 0) return
  heapOf(line).push(line)
  line.party.lines[line.patience].set(line.lane, line)
}

/** Takes the line out of its lane, before its keys or its party change: its place there rests on them. */
export function unplace(line: Line): void {
  if (line.position < 0) return
  heapOf(line).remove(line)
  line.party.lines[line.patience].delete(line.lane)
}

/** Changes a party, and with it the places of all its lines: each of them costs something. */
export function rearrange(party: Party, change: () => void): void {
  const lines = [...party.lines.live.values(), ...party.lines.patient.values()]
  for (const line of lines) heapOf(line).remove(line)
  change()
  for (const line of lines) {
    if (line.ready.size > 0) heapOf(line).push(line)
    else party.lines[line.patience].delete(line.lane)
  }
}

function heapOf({ lane, party, patience }: Line): Heap<Line> {
  return lane.waiting[patience][party.running > 0 ? 'busy' : 'idle']
}
