/** What asking the server about a right of the account has shown, and what mends it. Pure. */
import { changeSettings, grantRight } from '../statements.ts'
import type { AccountRight } from './operator-account.ts'

/** Settings of the account that forbid it what it was granted. */
export interface BarringSettings {
  /** As in `allow_ddl = 0`; several with commas. */
  readonly found: string
  readonly needed: string
}

/** One right of the account, and whether it has it. */
export interface CheckedRight extends AccountRight {
  readonly held: boolean
  /** Why it cannot be used, granted or not. Absent where no setting forbids it. */
  readonly barredBy?: BarringSettings
  /** The account that was asked about. */
  readonly username: string
}

/**
 * For an administrator: what gives the account a right that it lacks. While a setting bars it, nobody can say whether it
 * was granted.
 */
export function mendRight(right: CheckedRight): string {
  const { barredBy, username } = right
  return barredBy === undefined ? grantRight(right, username) : changeSettings(username, barredBy.needed)
}
