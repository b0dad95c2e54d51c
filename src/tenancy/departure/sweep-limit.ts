/**
 * The brake on mass departures. A reverted commit that deletes 300 tenants looks like 300 tenants that left. So if more
 * than a few leave at once, nobody loses access until a person confirms. One after the other is at once, too: each
 * departure waits for the next, and the longer, the more have left.
 */
import { type Counts, countByNamespace, holdBack, mostAtOnce } from './brake.ts'

/** A tenant that is gone. */
export interface Departed {
  readonly namespace: string
  readonly name: string
  readonly database: string
  /** When it was found gone, by the clock of `now`. */
  readonly since: number
}

export interface SweepInput<T extends Departed> {
  /** Tenants that are gone but still have access, or a mark that is not retired. Not those that were let go before. */
  readonly departed: readonly T[]
  /** How many others were let go within `brakeWindowMs`. */
  readonly recent: Counts
  /** How many databases of this connection have our mark, with those of `departed`. */
  readonly marks: number
  /** `sweep.limit` */
  readonly limit: number
  /** Milliseconds of a monotonic clock. */
  readonly now: number
}

export interface SweepDecision<T extends Departed> {
  /** Oldest first. */
  readonly proceed: readonly T[]
  /** Held until somebody confirms, or until they are back; those together that one confirmation is for. */
  readonly held: readonly (readonly T[])[]
  /** When to ask again, as a departure will then have waited long enough. */
  readonly recheckMs: number | undefined
}

const shortestWaitMs = 5_000
const longestWaitMs = 2 * 60_000

/** How long nobody else may leave before any goes: 5 s, and twice as long with each fifth of the limit that is used. */
export function quietMs(leaving: number, allowed: number): number {
  const used = Math.floor((5 * (leaving - 1)) / Math.max(1, allowed))
  return shortestWaitMs * 2 ** Math.min(4, Math.max(0, used))
}

/** Those of a namespace of which too many leave stand aside: nobody waits for them. */
export function limitSweep<T extends Departed>(input: SweepInput<T>): SweepDecision<T> {
  const { departed, recent, now } = input
  const allowed = mostAtOnce(input)
  const held = holdBack(departed, { recent, allowed, at: ({ since }) => since })
  const holding = new Set(held.flat())
  const free = departed.filter(each => !holding.has(each)).toSorted((a, b) => a.since - b.since)
  const quietAt = (free.at(-1)?.since ?? now) + quietMs(leavingBeside(free, recent, allowed), allowed)
  if (now >= quietAt) return { proceed: free, held, recheckMs: undefined }
  // Where many leave all day, the next is always near.
  const proceed = free.filter(({ since }) => now - since >= longestWaitMs)
  const oldest = free[proceed.length]
  const recheckMs = oldest && Math.min(quietAt, oldest.since + longestWaitMs) - now
  return { proceed, held, recheckMs }
}

function leavingBeside(free: readonly Departed[], recent: Counts, allowed: number): number {
  const waiting = countByNamespace(free)
  const sizes = [...new Set([...waiting.keys(), ...recent.keys()])].map(
    name => (waiting.get(name) ?? 0) + (recent.get(name) ?? 0),
  )
  return sizes.filter(size => size <= allowed).reduce((sum, size) => sum + size, 0)
}
