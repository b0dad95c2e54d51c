import type { Session } from '../endpoint/session.ts'

/**
 * At which endpoints the session is of use. Not where the account may not announce itself in it. Nor, for as long as it
 * takes to end, where it refuses what is allowed without it: a session keeps the roles and the profile of its beginning.
 */
export class SessionUse {
  readonly #refused = new Set<string>()
  /** Monotonic milliseconds. */
  readonly #restsUntil = new Map<string, number>()

  /** @param at monotonic milliseconds */
  isUsable(url: string, at: number): boolean {
    return !this.#refused.has(url) && at >= (this.#restsUntil.get(url) ?? Number.NEGATIVE_INFINITY)
  }

  /** Whether the account may not announce itself there. */
  isRefused(url: string): boolean {
    return this.#refused.has(url)
  }

  refuse(url: string): void {
    this.#refused.add(url)
  }

  rest(url: string, { timeoutSeconds }: Session, at: number): void {
    this.#restsUntil.set(url, at + (timeoutSeconds + slackSeconds) * 1_000)
  }

  /** With another account, or at other endpoints, it may be otherwise. */
  retry(): void {
    this.#refused.clear()
    this.#restsUntil.clear()
  }
}

/** The statement that was refused may have ended later than it began. */
const slackSeconds = 20
