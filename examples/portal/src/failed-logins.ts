/** Slows down whoever tries passwords. */
const windowMs = 60_000
/** Attackers must not fill the memory either. */
const mostKept = 10_000

export class FailedLogins {
  readonly #failures = new Map<string, { count: number; readonly until: number }>()
  readonly #allowed: number
  readonly #now: () => number

  /** @param allowed in a minute */
  constructor(allowed = 10, now: () => number = Date.now) {
    this.#allowed = allowed
    this.#now = now
  }

  /** In seconds; 0 for who may try now. */
  waitFor(who: string): number {
    const failure = this.#failures.get(who)
    if (failure === undefined || failure.count < this.#allowed) return 0
    return Math.max(0, Math.ceil((failure.until - this.#now()) / 1000))
  }

  note(who: string): void {
    const failure = this.#failures.get(who)
    if (failure !== undefined && failure.until > this.#now()) {
      failure.count++
      return
    }
    // Deleted first, so that the oldest is always in front.
    this.#failures.delete(who)
    this.#failures.set(who, { count: 1, until: this.#now() + windowMs })
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > mostKept && oldest !== undefined) this.#failures.delete(oldest)
  }

  forget(who: string): void {
    this.#failures.delete(who)
  }
}
