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
    this.#since.set(database, since)
    return elapsed - since < doubtMs
  }

  forgetOthers(databases: ReadonlySet<string>): void {
    for (const known of [this.#since, this.#missingSince])
      for (const database of known.keys()) if (!databases.has(database)) known.delete(database)
  }
}
