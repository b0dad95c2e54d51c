/**
 * The brake on mass departures. A reverted commit that deletes 300 tenants looks like 300 tenants that left,
 * so beyond a number nobody loses access until a person has confirmed.
 */

export interface Departed {
  readonly namespace: string
  readonly name: string
  readonly database: string
  /** When it was found gone; same clock as `now`. */
  readonly since: number
}

export interface SweepInput {
  /** Tenants that are gone and still have access or an unretired mark. */
  readonly gone: readonly Departed[]
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
   * How long a departure waits for others. One deletion cannot be told from the first of 300, which must not
   * cost the first few their access.
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
  const { gone, now, settleMs, confirmed } = input
  const sorted = gone.toSorted((a, b) => a.since - b.since)
  const recent = input.recent.filter(at => now - at < windowMs).length
  const allowed = Math.max(input.limit, Math.floor(input.marks * share))
  // While a confirmed sweep runs, tenants move from `gone` to `recent` and their sum stays what was confirmed.
  const isConfirmed = confirmed === gone.length || confirmed === gone.length + recent
  if (gone.length > 0 && gone.length + recent > allowed && !isConfirmed) {
    return { proceed: [], held: { count: gone.length, tenants: sorted }, recheckMs: undefined }
  }
  const settled = sorted.filter(departed => isConfirmed || now - departed.since >= settleMs)
  const next = sorted[settled.length]
  const recheckMs = next === undefined ? undefined : Math.max(0, next.since + settleMs - now)
  return { proceed: settled, held: undefined, recheckMs }
}
