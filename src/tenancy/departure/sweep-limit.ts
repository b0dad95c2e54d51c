/**
 * The brake on mass departures. A reverted commit that deletes 300 tenants looks like 300 tenants that left. So if more
 * than a few leave at once, nobody loses access until a person confirms.
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
  /** When access was taken from earlier ones, by the clock of `now`. */
  readonly recent: readonly number[]
  /** How many databases of this connection have our mark, with those of `departed`. */
  readonly marks: number
  /** `sweep.limit` */
  readonly limit: number
  /** The number in `lenskeeper.dev/confirm-sweep`, if it is one. */
  readonly confirmed: number | undefined
  /** Milliseconds of a monotonic clock. */
  readonly now: number
  /**
   * How long a departure waits for others. One deletion may be the first of 300, and then its tenant must not lose
   * access either.
   */
  readonly settleMs: number
}

export interface SweepDecision {
  /** Oldest first. */
  readonly proceed: readonly Departed[]
  /** Held until somebody confirms `count`, or until they are back. */
  readonly held: { readonly count: number; readonly tenants: readonly Departed[] } | undefined
  /** When to ask again, as a departure will then have waited long enough. */
  readonly recheckMs: number | undefined
}

const windowMs = 10 * 60_000
const share = 0.05

/** Holds all departures if there are more than `limit` within 10 minutes, or than 5 % of all marks if that is more. */
export function limitSweep(input: SweepInput): SweepDecision {
  const { departed, now, settleMs, confirmed } = input
  const sorted = departed.toSorted((a, b) => a.since - b.since)
  const recent = input.recent.filter(at => now - at < windowMs).length
  const allowed = Math.max(input.limit, Math.floor(input.marks * share))
  // While a confirmed sweep runs, tenants move from `departed` to `recent`. Their sum stays the confirmed number.
  const isConfirmed = confirmed === departed.length || confirmed === departed.length + recent
  if (departed.length > 0 && departed.length + recent > allowed && !isConfirmed) {
    return { proceed: [], held: { count: departed.length, tenants: sorted }, recheckMs: undefined }
  }
  const settled = sorted.filter(({ since }) => isConfirmed || now - since >= settleMs)
  const next = sorted[settled.length]
  const recheckMs = next === undefined ? undefined : Math.max(0, next.since + settleMs - now)
  return { proceed: settled, held: undefined, recheckMs }
}
