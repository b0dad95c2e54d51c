/** What is known of servers' names: which are answered for quickly, and of whom one need not expect that. */
import type { Clock } from '../../core/clock.ts'
import { putNewest } from '../../core/newest.ts'

interface Named {
  readonly party: string
  readonly hostname: string
}

/**
 * `doubted` was quick once, and another such name of its party is so no more, as when all are in one zone that nobody
 * answers for now.
 */
export type Doubt = 'quick' | 'doubted' | 'slow'

interface PartysDoubt {
  /** Until when names of which nothing is known count as slow. */
  readonly until: number
  /** Names that were quick before count as doubted. */
  readonly quickSince: number
}

/** For so long a name that was slow counts as slow, and what is not known of its party. In milliseconds. */
const doubtMs = 5 * 60_000
/** Names, and parties, that are remembered. */
const most = 10_000

/** Times are monotonic milliseconds. */
export class NamesInDoubt {
  readonly #clock: Clock
  /** When they were found last, or known not to be there. */
  readonly #quick = new Map<string, number>()
  readonly #slowUntil = new Map<string, number>()
  readonly #parties = new Map<string, PartysDoubt>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of({ party, hostname }: Named): Doubt {
    const now = this.#clock.monotonic()
    if (now < (this.#slowUntil.get(hostname) ?? 0)) return 'slow'
    const doubt = this.#parties.get(party)
    if (doubt === undefined || now >= doubt.until) return 'quick'
    const foundAt = this.#quick.get(hostname)
    if (foundAt === undefined) return 'slow'
    return foundAt < doubt.quickSince ? 'doubted' : 'quick'
  }

  noteQuick({ hostname }: Named): void {
    this.#slowUntil.delete(hostname)
    putNewest(this.#quick, hostname, this.#clock.monotonic(), most)
  }

  noteSlow({ party, hostname }: Named): void {
    const now = this.#clock.monotonic()
    const until = now + doubtMs
    const wasQuick = this.#quick.delete(hostname)
    putNewest(this.#slowUntil, hostname, until, most)
    const quickSince = wasQuick ? now : (this.#parties.get(party)?.quickSince ?? 0)
    putNewest(this.#parties, party, { until, quickSince }, most)
  }
}
