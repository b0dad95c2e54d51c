/** How often a server is looked at for tenants that are only told something. */
import { splitKey, type ObjectKey } from '../../api/object.ts'
import type { Purpose } from './freshness.ts'

/** A token is made only on a snapshot of at most this age, in milliseconds. One serves all tenants meanwhile. */
const forDeedsMs = 5_000
/** What changes on the server, the next sync sees, and wakes whom it concerns. */
const forWordsMs = 60_000

export interface Asking {
  readonly tenant: ObjectKey
  readonly connection: ObjectKey
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** When what is known was read; monotonic milliseconds. Undefined: nothing is. */
  readonly takenAt: number | undefined
}

/**
 * Remembers for which namespaces servers were looked at although they were only to be told something. Each has one such
 * look at a server in a minute, whatever its tenants do: they may be refused for one reason and for another in turn,
 * and go and come again under other names.
 */
export class Looks {
  /** The last look, by connection and namespace; the oldest first. */
  readonly #last = new Map<string, number>()

  /** The greatest age in milliseconds of a snapshot that will do. `any`: what is known will, even if that is nothing. */
  maxAge(purpose: Purpose, asking: Asking): 'any' | number {
    switch (purpose) {
      case 'nothing':
        return 'any'
      case 'deed':
        return forDeedsMs
      case 'news':
        return this.#mayLook(asking) ? forDeedsMs : forWordsMs
      case 'again':
        return forWordsMs
      default:
        return purpose satisfies never
    }
  }

  #mayLook({ tenant, connection, elapsed, takenAt }: Asking): boolean {
    // Nobody is looked at for it.
    if (takenAt !== undefined && elapsed - takenAt <= forDeedsMs) return true
    for (const [who, at] of this.#last) {
      if (elapsed - at < forWordsMs) break
      this.#last.delete(who)
    }
    const who = `${connection} ${splitKey(tenant).namespace}`
    if (this.#last.has(who)) return false
    this.#last.set(who, elapsed)
    return true
  }
}
