/**
 * How much of what servers answer this process holds, all of them together. A server is believed to be what it says,
 * and may be anything: a namespace's administrator names it.
 */

/** Bytes that are held for one answer, or for what was made of it. */
export interface AnswerLease {
  /** @returns false when there is no room for so many bytes more */
  take(bytes: number): boolean
  /** Gives all of it back. */
  close(): void
}

/** The part of one namespace's connections. Each that opens it closes it. */
export interface AnswerShare {
  lease(): AnswerLease
  close(): void
}

interface Party {
  shares: number
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
    const party = this.#parties.get(namespace) ?? { shares: 0, used: 0 }
    this.#parties.set(namespace, party)
    party.shares += 1
    let isOpen = true
    return {
      lease: () => this.#lease(party),
      close: () => {
        if (!isOpen) return
        isOpen = false
        party.shares -= 1
        if (party.shares === 0) this.#parties.delete(namespace)
      },
    }
  }

  #lease(party: Party): AnswerLease {
    let held = 0
    return {
      take: bytes => {
        const isFair = party.used + bytes <= this.#bytes / this.#parties.size
        if (!isFair && this.#used + bytes > this.#bytes) return false
        this.#add(party, bytes)
        held += bytes
        return true
      },
      close: () => {
        this.#add(party, -held)
        held = 0
      },
    }
  }

  #add(party: Party, bytes: number): void {
    party.used += bytes
    this.#used += bytes
  }
}
