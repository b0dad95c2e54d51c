import { splitKey, type ObjectKey } from '../../api/object.ts'
import { earlierOf, isEmpty, lineFor, newLane, nextIn, place, rearrange, unplace } from './lane.ts'
import { Parties } from './parties.ts'
import { patienceOf, type Lane, type Line, type Patience, type QueueItem } from './queue-item.ts'
import { Seats, type Partitions } from './seats.ts'

/** Live keys go first. But every third key is a patient one, if one waits, so that edits do not hold up all others. */
const shareOfPatient = 3

export interface Shares {
  /** How many keys may run at once, whosever they are. A few others may besides: see `seats`. Default 8. */
  readonly workers?: number
  /** Whose a key is, always the same. Cheap, and must not throw. Default: its namespace's. */
  readonly partyOf?: (key: ObjectKey) => string
  /** Default: no key's run keeps anything busy that another's needs. */
  readonly partitions?: Partitions
}

/** The due keys of a work queue, in one lane a partition, and there in one line a party. Parties take turns. */
export class Lanes {
  readonly #partyOf: (key: ObjectKey) => string
  readonly #partitionOf: (key: ObjectKey) => string | undefined
  readonly #seats: Seats
  readonly #parties = new Parties()
  readonly #byName = new Map<string | undefined, Lane>()
  #size = 0
  /** How many live keys in a row went before a patient one. */
  #preferred = 0

  constructor({ workers = 8, partyOf = namespaceOf, partitions }: Shares) {
    this.#partyOf = partyOf
    this.#partitionOf = key => partitions?.of(key)
    this.#seats = new Seats(workers, partitions)
  }

  /** Keys waiting, in all lanes. */
  get size(): number {
    return this.#size
  }

  /** How many keys run at once at most, if they are of several parties. */
  get seats(): number {
    return this.#seats.total
  }

  push(item: QueueItem): void {
    this.#pushTo(this.#partitionOf(item.key), item)
  }

  /** Its party keeps its turn: the item is about to come back with another rank. */
  remove(item: QueueItem): void {
    const { line } = item
    if (line === undefined) return
    item.line = undefined
    unplace(line)
    line.ready.remove(item)
    place(line)
    this.#size--
    this.#forgetEmpty(line.lane)
  }

  /** Takes the next key that may have a seat. It then counts as running. */
  take(): QueueItem | undefined {
    while (this.#size > 0) {
      const { live, patient } = this.#next()
      const isTurn = this.#preferred >= shareOfPatient - 1
      const line = live === undefined || (isTurn && patient !== undefined) ? patient : live
      const item = line?.ready.peek()
      if (line === undefined || item === undefined) return undefined
      // The partition may have become known only after the key became due.
      const partition = this.#partitionOf(item.key)
      if (partition === line.lane.name) {
        this.#preferred = line === live && patient !== undefined ? this.#preferred + 1 : 0
        this.#seat(line)
        return item
      }
      this.remove(item)
      this.#pushTo(partition, item)
    }
    return undefined
  }

  /** A key of this line has ended its run. */
  leave(line: Line): void {
    const { party } = line
    const end = (): void => {
      party.running -= 1
    }
    if (party.running === 1) rearrange(party, end)
    else end()
    this.#seats.leave(line.lane)
    this.#forgetEmpty(line.lane)
    this.#parties.forgetIdle(party)
  }

  #seat(line: Line): void {
    const { party, lane } = line
    rearrange(party, () => {
      line.ready.pop()
      party.running += 1
      this.#parties.pass(party)
    })
    this.#seats.take(lane)
    this.#size--
  }

  #next(): Readonly<Record<Patience, Line | undefined>> {
    let live: Line | undefined
    let patient: Line | undefined
    for (const lane of this.#byName.values()) {
      const open = this.#seats.open(lane)
      if (open === 'none') continue
      live = earlierOf(live, nextIn(lane, 'live', open))
      patient = earlierOf(patient, nextIn(lane, 'patient', open))
    }
    return { live, patient }
  }

  #pushTo(name: string | undefined, item: QueueItem): void {
    let lane = this.#byName.get(name)
    if (lane === undefined) {
      lane = newLane({ name, owner: this.#seats.ownerOf(name) })
      this.#byName.set(name, lane)
    }
    const line = lineFor(this.#parties.get(this.#partyOf(item.key)), lane, patienceOf(item))
    item.line = line
    unplace(line)
    line.ready.push(item)
    place(line)
    this.#size++
  }

  #forgetEmpty(lane: Lane): void {
    if (isEmpty(lane)) this.#byName.delete(lane.name)
  }
}

function namespaceOf(key: ObjectKey): string {
  return splitKey(key).namespace
}
