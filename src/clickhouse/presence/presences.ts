import { createHash } from 'node:crypto'
import { putNewest } from '../../core/newest.ts'
import { PresenceKeeper } from './presence-keeper.ts'

export interface PresencesOptions {
  readonly installation: string
  /** Which namespaces the operator watches: one of another scope is no other installation. */
  readonly scope: readonly string[]
}

const mostKept = 1_000

/** What each connection knows of other operators. It outlives the connection: one that is made anew has no record. */
export class Presences {
  readonly #options: PresencesOptions
  readonly #keepers = new Map<string, PresenceKeeper>()

  constructor(options: PresencesOptions) {
    this.#options = options
  }

  /** @param connection `namespace/name` */
  of(connection: string): PresenceKeeper {
    const { installation, scope } = this.#options
    const known = this.#keepers.get(connection)
    if (known !== undefined) return known
    const about = JSON.stringify([installation, [...new Set(scope)].toSorted(), connection])
    const sessionId = `lenskeeper-${createHash('sha256').update(about).digest('hex').slice(0, 32)}`
    const keeper = new PresenceKeeper({ installation, sessionId })
    putNewest(this.#keepers, connection, keeper, mostKept)
    return keeper
  }
}
