/**
 * Sessions in memory: they end with the program, and are of one replica. For several take a store outside, such as
 * connect-redis; its interface is the same.
 */
import type { Session } from 'fastify'
import type { SessionStore } from '@fastify/session'

declare module 'fastify' {
  interface Session {
    /** The name of the account that is logged in. */
    account?: string
  }
}

/** Visitors who have not logged in have a session, too, for the form's CSRF token. They push out one another only. */
const mostVisitors = 10_000

/** So do those of an account: a program that logs in and never out must not fill the memory. */
const mostOfAccount = 1_000

interface Kept {
  readonly session: Session
  readonly until: number
}

export class MemorySessions implements SessionStore {
  readonly #members = new Map<string, Kept>()
  readonly #visitors = new Map<string, Kept>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  set(id: string, session: Session, done: (error?: unknown) => void): void {
    this.#remove(id)
    const until = session.cookie.expires?.getTime() ?? 0
    const kept = session.account === undefined ? this.#visitors : this.#members
    // What it holds, and nothing of the request that made it.
    kept.set(id, { session: Object.fromEntries(Object.entries(session)) as unknown as Session, until })
    this.#sweep()
    if (session.account !== undefined) this.#limit(session.account)
    done()
  }

  get(id: string, done: (error: unknown, session?: Session | null) => void): void {
    const kept = this.#members.get(id) ?? this.#visitors.get(id)
    done(null, kept !== undefined && kept.until > this.#now() ? kept.session : null)
  }

  destroy(id: string, done: (error?: unknown) => void): void {
    this.#remove(id)
    done()
  }

  #remove(id: string): void {
    this.#members.delete(id)
    this.#visitors.delete(id)
  }

  #limit(account: string): void {
    const own = [...this.#members].filter(([, { session }]) => session.account === account)
    for (const [id] of own.slice(0, -mostOfAccount)) this.#members.delete(id)
  }

  /** All live equally long, so the oldest are in front. */
  #sweep(): void {
    for (const [kept, most] of [
      [this.#members, Number.POSITIVE_INFINITY],
      [this.#visitors, mostVisitors],
    ] as const)
      for (const [id, { until }] of kept) {
        if (until > this.#now() && kept.size <= most) break
        kept.delete(id)
      }
  }
}
