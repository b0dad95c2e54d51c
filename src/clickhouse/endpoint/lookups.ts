/**
 * Looks up servers' names. A namespace's administrator writes them down, and whoever answers for a name may take as long
 * as they like. Node looks up two names at a time, whoever asks, and goes on with what its caller has given up: a few
 * names for which nobody answers would keep the whole process from finding any server anew.
 */
import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import { systemClock, type Clock } from '../../core/clock.ts'
import { putNewest } from '../../core/newest.ts'
import { Turns } from '../../core/turns.ts'

type Callback = Parameters<LookupFunction>[2]

interface Lookup {
  readonly party: string
  readonly key: string
  readonly hostname: string
  readonly options: dns.LookupOptions
  readonly callbacks: Callback[]
}

interface Lane {
  readonly waiting: Turns<Lookup>
  isBusy: boolean
}

export interface LookupsOptions {
  readonly resolve?: LookupFunction
  readonly clock?: Clock
}

/** In milliseconds. Whoever answers at all answers sooner, also that there is no such name. */
const slowMs = 1_000
/** For so long a name that was slow counts as slow, and what is not known of its party. */
const doubtMs = 5 * 60_000
/** Names, and parties, that are remembered. */
const most = 10_000

/**
 * One name at a time of those that are known to be slow, and one of all others; parties take turns. A party of which one
 * name was slow has its new names among the slow ones. So it holds others up once, for as long as the system's resolver
 * goes on with one name.
 */
export class Lookups {
  readonly #resolve: LookupFunction
  readonly #clock: Clock
  /** Names that were found, or are known not to be there, the last time they were looked up. */
  readonly #quickNames = new Map<string, true>()
  /** Until when a name counts as slow, or a party as one with slow names; monotonic milliseconds. */
  readonly #slowNames = new Map<string, number>()
  readonly #slowParties = new Map<string, number>()
  /** What waits or is under way. Whoever asks for the same waits along. */
  readonly #open = new Map<string, Lookup>()
  readonly #quick = newLane()
  readonly #slow = newLane()

  constructor({ resolve = dns.lookup, clock = systemClock }: LookupsOptions = {}) {
    this.#resolve = resolve
    this.#clock = clock
  }

  /** For sockets of this party, such as a namespace. */
  of(party: string): LookupFunction {
    return (hostname, options, callback) => {
      const key = JSON.stringify([hostname, options.family, options.all, options.hints, options.order])
      const open = this.#open.get(key)
      if (open !== undefined) {
        open.callbacks.push(callback)
        return
      }
      const lookup = { party, key, hostname, options, callbacks: [callback] }
      this.#open.set(key, lookup)
      this.#queue(lookup)
    }
  }

  #queue(lookup: Lookup): void {
    const lane = this.#isSlow(lookup) ? this.#slow : this.#quick
    lane.waiting.add(lookup.party, lookup)
    this.#next(lane)
  }

  #next(lane: Lane): void {
    while (!lane.isBusy) {
      const lookup = lane.waiting.next()
      if (lookup === undefined) return
      // Another name of the same party may have shown meanwhile what to expect.
      if (lane === this.#quick && this.#isSlow(lookup)) this.#queue(lookup)
      else this.#start(lookup, lane)
    }
  }

  #start(lookup: Lookup, lane: Lane): void {
    lane.isBusy = true
    const startedAt = this.#clock.monotonic()
    const end: Callback = (...answer) => {
      this.#open.delete(lookup.key)
      this.#judge(lookup, this.#clock.monotonic() - startedAt)
      lane.isBusy = false
      this.#next(lane)
      for (const callback of lookup.callbacks) callback(...answer)
    }
    try {
      this.#resolve(lookup.hostname, lookup.options, end)
    } catch (error) {
      end(error as Error, '')
    }
  }

  #isSlow({ hostname, party }: Lookup): boolean {
    const now = this.#clock.monotonic()
    if (now < (this.#slowNames.get(hostname) ?? 0)) return true
    return !this.#quickNames.has(hostname) && now < (this.#slowParties.get(party) ?? 0)
  }

  #judge({ hostname, party }: Lookup, tookMs: number): void {
    if (tookMs < slowMs) return putNewest(this.#quickNames, hostname, true, most)
    const until = this.#clock.monotonic() + doubtMs
    this.#quickNames.delete(hostname)
    putNewest(this.#slowNames, hostname, until, most)
    putNewest(this.#slowParties, party, until, most)
  }
}

function newLane(): Lane {
  return { waiting: new Turns(), isBusy: false }
}
