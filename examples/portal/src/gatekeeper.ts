/** Judges names and passwords, and slows down whoever tries many. */
import type { Account, Passwords } from './accounts.ts'
import { FailedLogins } from './failed-logins.ts'
import { fits } from './passwords.ts'

export interface Attempt {
  readonly name: string
  readonly password: string
  readonly ip: string
}

export interface Refusal {
  readonly status: 401 | 429 | 503
  readonly fault: string
  /** In seconds. */
  readonly retryAfter?: number
}

export class Gatekeeper {
  readonly #accounts: ReadonlyMap<string, Account>
  readonly #passwords: Passwords
  readonly #failures = new FailedLogins()

  constructor(accounts: ReadonlyMap<string, Account>, passwords: Passwords) {
    this.#accounts = accounts
    this.#passwords = passwords
  }

  /** `undefined` for one who is let in. */
  async refusalOf({ name, password, ip }: Attempt): Promise<Refusal | undefined> {
    const who = `${ip} ${name}`
    const wait = this.#failures.waitFor(who)
    if (wait > 0)
      return {
        status: 429,
        fault: `That was tried too often. Try again in ${wait === 1 ? 'a second' : `${wait} seconds`}.`,
        retryAfter: wait,
      }
    // Counted before it is judged: of many that come at once, only so many are.
    this.#failures.note(who)
    const hashes = await this.#passwords.read()
    if (hashes === undefined)
      return {
        status: 503,
        fault:
          'Nobody can sign in yet: the file with passwords is missing. It is read as soon as it is there.',
      }
    const isRight = await fits(password, hashes.get(name))
    if (!isRight || !this.#accounts.has(name))
      return { status: 401, fault: 'There is no account with this name and password.' }
    this.#failures.forget(who)
    return undefined
  }
}
