import type { Lane } from './queue-item.ts'

/** What runs keep busy, such as a server. */
export interface Partitions {
  /**
   * Undefined for keys that share nothing. Called when a key becomes due and again before it runs, so it has to be
   * cheap, and must not throw.
   */
  readonly of: (key: string) => string | undefined
  /** How many keys of one partition may run at once. */
  readonly most: number
  /** Who answers for a partition, such as its namespace: always the same. */
  readonly ownerOf: (partition: string) => string
}

/** How much of what a key's run takes is idle. The more, the fewer seats have to be free. */
const idle = { nothing: 0, party: 1, partition: 2, owner: 3 } as const

/**
 * A seat for each key that runs. Besides those for everybody, one is kept for keys whose party has none running, one
 * for keys whose partition has none, and the last for keys of an owner that has none. So nobody's slow keys, however
 * many they are, hold all seats, and nobody has fewer for that.
 */
export class Seats {
  readonly total: number
  readonly #kept: number
  readonly #partitions: Partitions | undefined
  readonly #owners = new Map<string, number>()
  #taken = 0

  /** @param forAll how many there are for everybody */
  constructor(forAll: number, partitions: Partitions | undefined) {
    this.#partitions = partitions
    this.#kept = partitions === undefined ? idle.party : idle.owner
    this.total = forAll + this.#kept
  }

  /** Whose keys of this lane may have a seat now: everybody's, those of parties that have none, or nobody's. */
  open(lane: Lane): 'all' | 'idle' | 'none' {
    if (lane.name !== undefined && lane.running >= (this.#partitions?.most ?? 0)) return 'none'
    if (this.#taken >= this.total) return 'none'
    const mayTake = (idleness: number): boolean => this.total - this.#taken + idleness > this.#kept
    const idleness = this.#idleness(lane)
    if (mayTake(idleness)) return 'all'
    return mayTake(Math.max(idleness, idle.party)) ? 'idle' : 'none'
  }

  ownerOf(partition: string | undefined): string | undefined {
    return partition === undefined ? undefined : this.#partitions?.ownerOf(partition)
  }

  take(lane: Lane): void {
    this.#count(lane, 1)
  }

  leave(lane: Lane): void {
    this.#count(lane, -1)
  }

  #count(lane: Lane, by: 1 | -1): void {
    this.#taken += by
    lane.running += by
    const { owner } = lane
    if (owner === undefined) return
    const running = (this.#owners.get(owner) ?? 0) + by
    if (running === 0) this.#owners.delete(owner)
    else this.#owners.set(owner, running)
  }

  #idleness({ owner, running }: Lane): number {
    if (owner === undefined) return idle.nothing
    if (!this.#owners.has(owner)) return idle.owner
    return running === 0 ? idle.partition : idle.nothing
  }
}
