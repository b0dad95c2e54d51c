import type { Account, Passwords } from './accounts.ts'
import type { Config } from './config.ts'
import type { Embeds } from './embeds.ts'
import type { Visitors } from './visitors.ts'

/** What routes share. */
export interface Parts {
  readonly config: Config
  readonly accounts: ReadonlyMap<string, Account>
  readonly passwords: Passwords
  readonly visitors: Visitors
  readonly embeds: Embeds
}
