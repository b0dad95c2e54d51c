/**
 * The brake on mass departures. A reverted commit that deletes 300 tenants looks like 300 tenants that left. So if more
 * than a few leave at once, nobody loses access until a person confirms. One after the other is at once, too: each
 * departure waits for the next, and the longer, the more have left.
 */

/** A tenant that is gone. */
export interface Departed {
  readonly namespace: string
  readonly name: string
  readonly database: string
  /** When it was found gone, by the clock of `now`. */
  readonly since: number
}

export interface SweepInput {
  /** Tenants that are gone but still have access, or a mark that is not retired. */
  readonly departed: readonly Departed[]
  /** From how many others access was taken within `brakeWindowMs`. */
  readonly recent: number
  /** How many databases of this connection have our mark, with those of `departed`. */
  readonly marks: number
  /** `sweep.limit` */
  readonly limit: number
  /** The number in `lenskeeper.dev/confirm-sweep`, if it is one. */
  readonly confirmed: number | undefined
  /** Milliseconds of a monotonic clock. */
  readonly now: number
}

export interface SweepDecision {
  /** Oldest first. */
  readonly proceed: readonly Departed[]
  /** Held until somebody confirms `count`, or until they are back. */
  readonly held: { readonly count: number; readonly tenants: readonly Departed[] } | undefined
  /** When to ask again, as a departure will then have waited long enough. */
  readonly recheckMs: number | undefined
}

/** What happens within this time happens at once, in milliseconds. */
export const brakeWindowMs = 10 * 60_000
const share = 0.05

/** How many may go at once. */
export function mostAtOnce({ limit, marks }: { readonly limit: number; readonly marks: number }): number {
  return Math.max(limit, Math.floor(marks * share))
}

/** Whether a person confirmed as many as wait. While they go, they move to `recent`, and the sum stays that number. */
export function isConfirmed(
  confirmed: number | undefined,
  { waiting, recent }: { readonly waiting: number; readonly recent: number },
): boolean {
  return confirmed === waiting || confirmed === waiting + recent
}

const shortestWaitMs = 5_000
const longestWaitMs = 2 * 60_000

/** How long nobody else may leave before any goes: 5 s, and twice as long with each fifth of the limit that is used. */
export function quietMs(leaving: number, allowed: number): number {
  const used = Math.floor((5 * (leaving - 1)) / Math.max(1, allowed))
  return shortestWaitMs * 2 ** Math.min(4, Math.max(0, used))
}

/** Holds all departures if there are more than `limit` within 10 minutes, or than 5 % of all marks if that is more. */
export function limitSweep(input: SweepInput): SweepDecision {
  const { departed, recent, now } = input
  const sorted = departed.toSorted((a, b) => a.since - b.since)
  const allowed = mostAtOnce(input)
  const leaving = departed.length + recent
  if (departed.length > 0 && leaving > allowed) {
    return isConfirmed(input.confirmed, { waiting: departed.length, recent })
      ? { proceed: sorted, held: undefined, recheckMs: undefined }
      : { proceed: [], held: { count: departed.length, tenants: sorted }, recheckMs: undefined }
  }
  const quietAt = (sorted.at(-1)?.since ?? now) + quietMs(leaving, allowed)
  if (now >= quietAt) return { proceed: sorted, held: undefined, recheckMs: undefined }
  // Where many leave all day, the next is always near.
  const proceed = sorted.filter(({ since }) => now - since >= longestWaitMs)
  const oldest = sorted[proceed.length]
  const recheckMs = oldest && Math.min(quietAt, oldest.since + longestWaitMs) - now
  return { proceed, held: undefined, recheckMs }
}
