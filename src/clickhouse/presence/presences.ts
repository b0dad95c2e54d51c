import { createHash } from 'node:crypto'
import { putNewest } from '../../core/newest.ts'
import { PresenceKeeper } from './presence-keeper.ts'

export interface PresencesOptions {
  readonly installation: string
  /** Which namespaces the operator watches: one of another scope is no other installation. */
  readonly scope: readonly string[]
}

const mostGone = 1_000

/** What each connection knows of other operators. It outlives the connection: one that is made anew has no record. */
export class Presences {
  readonly #options: PresencesOptions
  readonly #keepers = new Map<string, PresenceKeeper>()
  /** Of connections that are not there. */
  readonly #gone = new Map<string, PresenceKeeper>()
  #isGivenUp = false

  constructor(options: PresencesOptions) {
    this.#options = options
  }

  /** @param connection `namespace/name` of one that is there */
  of(connection: string): PresenceKeeper {
    const keeper = this.#keepers.get(connection) ?? this.#gone.get(connection) ?? this.#make(connection)
    this.#gone.delete(connection)
    this.#keepers.set(connection, keeper)
    return keeper
  }

  /** The connection is gone. One that never looked anywhere has nothing that it must remember. */
  forget(connection: string): void {
    const keeper = this.#keepers.get(connection)
    this.#keepers.delete(connection)
    if (keeper !== undefined && keeper.epochs.length > 0) putNewest(this.#gone, connection, keeper, mostGone)
  }

  /** The API server keeps no record. @returns whether that was not known */
  giveUp(): boolean {
    const isNew = !this.#isGivenUp
    this.#isGivenUp = true
    for (const keeper of [...this.#keepers.values(), ...this.#gone.values()]) keeper.giveUp()
    return isNew
  }

  #make(connection: string): PresenceKeeper {
    const { installation, scope } = this.#options
    const about = JSON.stringify([installation, [...new Set(scope)].toSorted(), connection])
    const sessionId = `lenskeeper-${createHash('sha256').update(about).digest('hex').slice(0, 32)}`
    const keeper = new PresenceKeeper({ installation, sessionId })
    if (this.#isGivenUp) keeper.giveUp()
    return keeper
  }
}
