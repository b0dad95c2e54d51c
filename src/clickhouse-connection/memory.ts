/**
 * What the controller remembers of each connection between two runs. All of it only saves time or calms a rush:
 * whatever is lost with the process is found again on the server.
 */
import type { ObjectKey } from '../api/object.ts'
import type { CheckedRight } from '../clickhouse/rights/account.ts'
import type { Server } from '../clickhouse/server.ts'
import { goneKey, type Missed } from './departure/inventory.ts'
import type { ServerView } from './wake/changes.ts'
import type { Gone, Verification } from './observed.ts'

/** The answer to a costly question, with what it was asked about and when. */
export interface Remembered<T> {
  readonly about: string
  /** Monotonic milliseconds. */
  readonly at: number
  readonly answer: T
}

export interface ConnectionMemory {
  /** Digest of what the server was opened with. */
  identity: string | undefined
  /** Whose first snapshot the tenants have been told of. */
  announced: Server | undefined
  /** What each endpoint had when it last answered. */
  readonly views: Map<string, ServerView>
  /** Endpoints that answered at the last sync. */
  answering: ReadonlySet<string>
  readonly verifications: Map<string, Remembered<Verification>>
  readonly rights: Map<string, Remembered<readonly CheckedRight[]>>
  readonly departures: Departures
  /** `<url> <database> <comment>` of retired databases that were found empty. */
  readonly emptied: Set<string>
  readonly unrevokable: Set<string>
}

export class Memories {
  readonly #byConnection = new Map<ObjectKey, ConnectionMemory>()

  get(connection: ObjectKey): ConnectionMemory {
    const known = this.#byConnection.get(connection)
    if (known !== undefined) return known
    const fresh: ConnectionMemory = {
      identity: undefined,
      announced: undefined,
      views: new Map(),
      answering: new Set(),
      verifications: new Map(),
      rights: new Map(),
      departures: new Departures(),
      emptied: new Set(),
      unrevokable: new Set(),
    }
    this.#byConnection.set(connection, fresh)
    return fresh
  }

  forget(connection: ObjectKey): void {
    this.#byConnection.delete(connection)
  }
}

/** A departure that the watch told of is remembered this long, in case the tenant's last statements come after it. */
const noteMs = 5 * 60_000
const recentMs = 10 * 60_000

/** Since when tenants are missed, which of them were seen leaving, and how many lost access of late. */
export class Departures {
  readonly #missed = new Map<string, Sighted>()
  readonly #noted = new Map<string, Sighted>()
  readonly #acted = new Map<string, number>()

  note(departed: Missed, elapsed: number): void {
    this.#noted.set(goneKey(departed), { departed, at: elapsed })
  }

  /**
   * Brings the memory up to date with who is missed now.
   *
   * @param sight.complete whether every endpoint was seen, so that whoever is not missed has nothing left
   * @param sight.lives whether that tenant is there and names that database, so that it never left or came back
   */
  update(missed: readonly Missed[], { elapsed, complete, lives }: Sight): readonly Gone[] {
    const keys = new Set(missed.map(goneKey))
    const forget = (known: Map<string, Sighted>, keepMs: number): void => {
      for (const [key, { departed, at }] of known) {
        const nothingLeft = complete && !keys.has(key) && elapsed - at >= keepMs
        if (nothingLeft || lives(departed)) known.delete(key)
      }
    }
    forget(this.#missed, 0)
    forget(this.#noted, noteMs)
    for (const [key, at] of this.#acted) if (elapsed - at > recentMs) this.#acted.delete(key)
    return missed.map(each => {
      const key = goneKey(each)
      const since = this.#missed.get(key)?.at ?? this.#noted.get(key)?.at ?? elapsed
      this.#missed.set(key, { departed: each, at: since })
      return { ...each, since, noted: this.#noted.has(key) }
    })
  }

  /** It was not a departure after all, as far as anybody knows: if it stays away, its grace begins anew. */
  doubt(departed: Missed): void {
    this.#missed.delete(goneKey(departed))
    this.#noted.delete(goneKey(departed))
  }

  acted(departed: Missed, elapsed: number): void {
    this.#acted.set(goneKey(departed), elapsed)
  }

  /** When others than these lost access; one is not counted twice because an endpoint was away. */
  recent(except: readonly Missed[]): readonly number[] {
    const keys = new Set(except.map(goneKey))
    return [...this.#acted].filter(([key]) => !keys.has(key)).map(([, at]) => at)
  }
}

interface Sighted {
  readonly departed: Missed
  readonly at: number
}

interface Sight {
  readonly elapsed: number
  readonly complete: boolean
  readonly lives: (departed: Missed) => boolean
}
