/**
 * Looks up servers' names. A namespace's administrator writes them down, and whoever answers for a name may take as long
 * as they like. Node looks up two names at a time, whoever asks, and goes on with what its caller has given up: a few
 * names for which nobody answers would keep the whole process from finding any server anew.
 */
import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import { systemClock, type Clock } from '../../core/clock.ts'
import { Turns } from '../../core/turns.ts'
import { NamesInDoubt, type Doubt } from './names-in-doubt.ts'

type Callback = Parameters<LookupFunction>[2]

interface Lookup {
  readonly party: string
  readonly key: string
  readonly hostname: string
  readonly options: dns.LookupOptions
  /** Whoever waits for it, with what stops the timer of their patience. */
  readonly callbacks: Map<Callback, () => void>
}

export interface LookupsOptions {
  readonly resolve?: LookupFunction
  readonly clock?: Clock
}

/** In milliseconds. Whoever answers at all answers sooner, also that there is no such name. */
const slowMs = 1_000
/** How long anybody waits, in milliseconds: no statement waits longer for its answer. */
const patienceMs = 15_000
/** So many Node looks up at once. */
const slots = 2

/**
 * One slow name at a time, and one of all others; parties take turns. A name is slow as soon as it has taken a second: it
 * then has the place of the slow ones, and the others go on. While both places are slow ones', as when a name that was
 * always quick is none any more, everybody waits for the system's resolver to give one of them up.
 */
export class Lookups {
  readonly #resolve: LookupFunction
  readonly #clock: Clock
  readonly #doubt: NamesInDoubt
  /** What waits or is under way. Who asks for the same in the name of the same party waits along. */
  readonly #open = new Map<string, Lookup>()
  readonly #waiting: Readonly<Record<Doubt, Turns<Lookup>>> = {
    quick: new Turns<Lookup>(),
    doubted: new Turns<Lookup>(),
    slow: new Turns<Lookup>(),
  }
  #quickRunning = 0
  #slowRunning = 0

  constructor({ resolve = dns.lookup, clock = systemClock }: LookupsOptions = {}) {
    this.#resolve = resolve
    this.#clock = clock
    this.#doubt = new NamesInDoubt(clock)
  }

  /** For sockets of this party, such as a namespace. */
  of(party: string): LookupFunction {
    return (hostname, options, callback) => {
      const { family, all, hints, order } = options
      const key = JSON.stringify([party, hostname, family, all, hints, order])
      const open = this.#open.get(key)
      const lookup = open ?? { party, key, hostname, options, callbacks: new Map() }
      const giveUp = (): void => {
        lookup.callbacks.delete(callback)
        callback(notFound(hostname), '')
      }
      lookup.callbacks.set(callback, this.#clock.after(patienceMs, giveUp))
      if (open !== undefined) return
      this.#open.set(key, lookup)
      this.#waiting[this.#doubt.of(lookup)].add(party, lookup)
      this.#next()
    }
  }

  #next(): void {
    for (let next = this.#takeQuick(); next !== undefined; next = this.#takeQuick()) this.#start(next, false)
    for (let next = this.#takeSlow(); next !== undefined; next = this.#takeSlow()) this.#start(next, true)
  }

  #takeQuick(): Lookup | undefined {
    if (this.#quickRunning > 0 || this.#slowRunning === slots) return undefined
    for (let next = this.#take('quick'); next !== undefined; next = this.#take('quick')) {
      // Another name of the same party may have shown meanwhile what to expect.
      const doubt = this.#doubt.of(next)
      if (doubt === 'quick') return next
      this.#waiting[doubt].add(next.party, next)
    }
    return undefined
  }

  #takeSlow(): Lookup | undefined {
    return this.#slowRunning > 0 ? undefined : (this.#take('doubted') ?? this.#take('slow'))
  }

  /** What nobody waits for any more is not looked up. */
  #take(lane: Doubt): Lookup | undefined {
    const waiting = this.#waiting[lane]
    for (let next = waiting.next(); next !== undefined; next = waiting.next()) {
      if (next.callbacks.size > 0) return next
      this.#open.delete(next.key)
    }
    return undefined
  }

  #start(lookup: Lookup, startsSlow: boolean): void {
    let isSlow = startsSlow
    if (isSlow) this.#slowRunning += 1
    else this.#quickRunning += 1
    const cancel = this.#clock.after(slowMs, () => {
      this.#doubt.noteSlow(lookup)
      if (isSlow) return
      isSlow = true
      this.#quickRunning -= 1
      this.#slowRunning += 1
      this.#next()
    })
    const startedAt = this.#clock.monotonic()
    const end: Callback = (...answer) => {
      cancel()
      this.#open.delete(lookup.key)
      if (isSlow) this.#slowRunning -= 1
      else this.#quickRunning -= 1
      if (this.#clock.monotonic() - startedAt < slowMs) this.#doubt.noteQuick(lookup)
      this.#next()
      for (const [callback, stopWaiting] of lookup.callbacks) {
        stopWaiting()
        callback(...answer)
      }
    }
    try {
      this.#resolve(lookup.hostname, lookup.options, end)
    } catch (error) {
      end(error as Error, '')
    }
  }
}

/** As Node says it. */
function notFound(hostname: string): NodeJS.ErrnoException {
  const code = 'EAI_AGAIN'
  return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), {
    code,
    syscall: 'getaddrinfo',
    hostname,
  })
}
