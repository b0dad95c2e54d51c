import type { Party } from './queue-item.ts'

/**
 * Whose turn it is: of the parties that wait, the one that has gone longest without one. A party that comes is never
 * ahead of one that waits already, and one that comes back has lost nothing and won nothing. So none has to be
 * remembered once it has no keys.
 */
export class Parties {
  readonly #known = new Map<string, Party>()
  /** The lowest that a party may have that comes now. */
  #turn = 0

  get(name: string): Party {
    let party = this.#known.get(name)
    if (party === undefined) {
      party = { name, turn: this.#turn, running: 0, lines: { live: new Map(), patient: new Map() } }
      this.#known.set(name, party)
    }
    return party
  }

  /** The party has had its turn. */
  pass(party: Party): void {
    this.#turn = Math.max(this.#turn, party.turn + 1)
    party.turn = this.#turn
  }

  /** Forgets the party if it has no keys. */
  forgetIdle(party: Party): void {
    const { live, patient } = party.lines
    if (live.size + patient.size + party.running === 0) this.#known.delete(party.name)
  }
}
