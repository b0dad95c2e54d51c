import type { Claim } from './claimants.ts'

/** For so long a database is left alone for the sake of a tenant of which nobody can tell whether it may have it. */
export const doubtMs = 7 * 24 * 3_600_000

/**
 * Remembers since when it is in doubt whether somebody claims a database. A PartnerKey may be missing for a moment, and
 * what is dropped does not come back. But it is no key to others' data either: whoever writes down a name, and a key
 * that never was, keeps them for a week at most.
 */
export class Doubts {
  readonly #since = new Map<string, number>()

  /** Whether the database has to be left alone. @param elapsed monotonic milliseconds */
  keeps(database: string, claim: Claim, elapsed: number): boolean {
    if (claim !== 'doubtful') {
      this.#since.delete(database)
      return claim === 'certain'
    }
    const since = this.#since.get(database) ?? elapsed
    this.#since.set(database, since)
    return elapsed - since < doubtMs
  }

  forgetOthers(databases: ReadonlySet<string>): void {
    for (const database of this.#since.keys()) if (!databases.has(database)) this.#since.delete(database)
  }
}
