import { putNewest } from '../../../core/newest.ts'
import type { Claim } from './claimants.ts'

/** For so long a database is left alone for the sake of a tenant of which nobody can tell whether it may have it. */
export const doubtMs = 7 * 24 * 3_600_000

interface Now {
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** How long a tenant has to be gone that nobody saw leave. */
  readonly graceMs: number
}

interface Look extends Now {
  /** Whether every endpoint was seen. One that was not may have more of the databases. */
  readonly complete: boolean
}

/** Whoever runs the server may name others at each look while an endpoint is away. */
const mostDoubts = 20_000

/**
 * Remembers since when it is in doubt whether somebody claims a database. A PartnerKey may be missing for a moment, and
 * what is dropped does not come back. But it is no key to others' data either: whoever writes down a name, and a key
 * that never was, keeps them for a week at most.
 */
export class Doubts {
  readonly #since = new Map<string, number>()
  readonly #missingSince = new Map<string, number>()

  /** A list lacks a tenant that named the database, and nobody saw it go. @param most how many are remembered */
  noteMissing(database: string, elapsed: number, most: number): void {
    putNewest(this.#missingSince, database, elapsed, most)
  }

  /** Whether the database has to be left alone. */
  keeps(database: string, claim: Claim, { elapsed, graceMs }: Now): boolean {
    if (claim !== 'doubtful') {
      this.#since.delete(database)
      const missingSince = this.#missingSince.get(database)
      return claim === 'certain' || (missingSince !== undefined && elapsed - missingSince < graceMs)
    }
    const since = this.#since.get(database) ?? elapsed
    if (!this.#since.has(database)) putNewest(this.#since, database, since, mostDoubts)
    return elapsed - since < doubtMs
  }

  /**
   * Forgets what is in doubt of databases that are not among these any more. One that a tenant named which a list lacks
   * is left alone for the whole grace, also if it is not among them before that is over.
   */
  forgetOthers(databases: ReadonlySet<string>, { complete, elapsed, graceMs }: Look): void {
    if (!complete) return
    for (const database of this.#since.keys()) if (!databases.has(database)) this.#since.delete(database)
    for (const [database, since] of this.#missingSince)
      if (!databases.has(database) && elapsed - since >= graceMs) this.#missingSince.delete(database)
  }
}
