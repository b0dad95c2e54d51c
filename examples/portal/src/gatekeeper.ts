/** Judges names and passwords, and slows down whoever tries many. */
import type { Account, Passwords } from './accounts.ts'
import { FailedLogins } from './failed-logins.ts'
import { fits } from './passwords.ts'
import { Turns } from './turns.ts'

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

/** So many attempts for a name are judged at once: what a guesser gains by sending many, and no more. */
const atOnce = 4

export class Gatekeeper {
  readonly #accounts: ReadonlyMap<string, Account>
  readonly #passwords: Passwords
  readonly #fits: typeof fits
  /** By address and name. */
  readonly #failures = new FailedLogins()
  /** By name: a guesser may have many addresses. Far more than people mistype. */
  readonly #failuresFromAnywhere = new FailedLogins(100)
  readonly #turns = new Turns(atOnce)

  /** @param isRight tells whether a password is that of what is kept */
  constructor(accounts: ReadonlyMap<string, Account>, passwords: Passwords, isRight = fits) {
    this.#accounts = accounts
    this.#passwords = passwords
    this.#fits = isRight
  }

  /** `undefined` for one who is let in. */
  refusalOf(attempt: Attempt): Promise<Refusal | undefined> {
    return this.#turns.take(attempt.name, () => this.#judge(attempt))
  }

  async #judge({ name, password, ip }: Attempt): Promise<Refusal | undefined> {
    const who = `${ip} ${name}`
    const wait = Math.max(this.#failures.waitFor(who), this.#failuresFromAnywhere.waitFor(name))
    if (wait > 0)
      return {
        status: 429,
        fault: `That was tried too often. Try again in ${wait === 1 ? 'a second' : `${wait} seconds`}.`,
        retryAfter: wait,
      }
    const hashes = await this.#passwords.read()
    if (hashes === undefined)
      return {
        status: 503,
        fault:
          'Nobody can sign in yet: the file with passwords is missing. It is read as soon as it is there.',
      }
    const isRight = await this.#fits(password, hashes.get(name))
    if (isRight && this.#accounts.has(name)) {
      this.#failures.forget(who)
      return undefined
    }
    this.#failures.note(who)
    this.#failuresFromAnywhere.note(name)
    return { status: 401, fault: 'There is no account with this name and password.' }
  }
}
