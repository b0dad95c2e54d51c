/**
 * How much of what servers answer this process holds, all of them together. A server is believed to be what it says,
 * and may be anything: a namespace's administrator names it.
 */

/** Bytes that are held for one answer, or for what was made of it. */
export interface AnswerLease {
  /** @returns false when there is no room for so many bytes more, or the lease is closed */
  take(bytes: number): boolean
  /** Gives all of it back. What still reads for it reads no more. */
  close(): void
}

/** The part of one namespace's connections. Each that opens it closes it; leases of it may outlive it. */
export interface AnswerShare {
  lease(): AnswerLease
  close(): void
}

interface Party {
  /** Shares and leases that are open. */
  open: number
  used: number
}

/**
 * Fair by namespaces: one alone may use all of it; but whoever holds no more than an equal part is never refused,
 * whatever others hold. So no more than twice the bytes are ever held, and that only until those who have too much are
 * read again.
 */
export class AnswerBudget {
  readonly #bytes: number
  readonly #parties = new Map<string, Party>()
  #used = 0

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  share(namespace: string): AnswerShare {
    const { leave } = this.#enter(namespace)
    return { lease: () => this.#lease(namespace), close: leave }
  }

  #lease(namespace: string): AnswerLease {
    const { party, leave } = this.#enter(namespace)
    let held = 0
    let isOpen = true
    return {
      take: bytes => {
        if (!isOpen || !this.#isRoom(party, bytes)) return false
        this.#add(party, bytes)
        held += bytes
        return true
      },
      close: () => {
        isOpen = false
        this.#add(party, -held)
        held = 0
        leave()
      },
    }
  }

  #isRoom({ used }: Party, bytes: number): boolean {
    return used + bytes <= this.#bytes / this.#parties.size || this.#used + bytes <= this.#bytes
  }

  #add(party: Party, bytes: number): void {
    party.used += bytes
    this.#used += bytes
  }

  /** A party counts, with all that it holds, until its last share and its last lease are closed. */
  #enter(namespace: string): { readonly party: Party; readonly leave: () => void } {
    const party = this.#parties.get(namespace) ?? { open: 0, used: 0 }
    this.#parties.set(namespace, party)
    party.open += 1
    let isIn = true
    const leave = (): void => {
      if (isIn) party.open -= 1
      isIn = false
      if (party.open === 0) this.#parties.delete(namespace)
    }
    return { party, leave }
  }
}
