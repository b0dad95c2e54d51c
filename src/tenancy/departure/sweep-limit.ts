/**
 * The brake on mass departures. A reverted commit that deletes 300 tenants looks like 300 tenants that left,
 * so beyond a number nobody loses access until a person has confirmed.
 */

/** A tenant that is gone. */
export interface Departed {
  readonly namespace: string
  readonly name: string
  readonly database: string
  /** When it was found gone; same clock as `now`. */
  readonly since: number
}

export interface SweepInput {
  /** With access or an unretired mark still. */
  readonly departed: readonly Departed[]
  /** When access was taken from tenants before; same clock. */
  readonly recent: readonly number[]
  /** Databases of this connection that have our mark, these included. */
  readonly marks: number
  /** `sweep.limit` */
  readonly limit: number
  /** The number in `lenskeeper.dev/confirm-sweep`, if it is one. */
  readonly confirmed: number | undefined
  /** Milliseconds of a clock that never goes backwards. */
  readonly now: number
  /**
   * How long a departure waits for others: one deletion cannot be told from the first of 300, and then the first few
   * must not lose their access either.
   */
  readonly settleMs: number
}

export interface SweepDecision {
  /** Oldest first. */
  readonly proceed: readonly Departed[]
  /** Held until confirmed with `count`, or until they are back. */
  readonly held: { readonly count: number; readonly tenants: readonly Departed[] } | undefined
  /** When to ask again because a departure will have settled. */
  readonly recheckMs: number | undefined
}

const windowMs = 10 * 60_000
const share = 0.05

/** More than `limit` within 10 minutes, or than 5 % of all marks if that is more, are held, all of them. */
export function limitSweep(input: SweepInput): SweepDecision {
  const { departed, now, settleMs, confirmed } = input
  const sorted = departed.toSorted((a, b) => a.since - b.since)
  const recent = input.recent.filter(at => now - at < windowMs).length
  const allowed = Math.max(input.limit, Math.floor(input.marks * share))
  // While a confirmed sweep runs, tenants move from `departed` to `recent` and their sum stays what was confirmed.
  const isConfirmed = confirmed === departed.length || confirmed === departed.length + recent
  if (departed.length > 0 && departed.length + recent > allowed && !isConfirmed) {
    return { proceed: [], held: { count: departed.length, tenants: sorted }, recheckMs: undefined }
  }
  const settled = sorted.filter(({ since }) => isConfirmed || now - since >= settleMs)
  const next = sorted[settled.length]
  const recheckMs = next === undefined ? undefined : Math.max(0, next.since + settleMs - now)
  return { proceed: settled, held: undefined, recheckMs }
}
