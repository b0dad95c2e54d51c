import type { Lease } from './lease.ts'
import type { ElectionRules } from './rules.ts'

/**
 * A free Lease that was written over without an answer. If that was carried out, nobody else can lead until a lease after
 * it was sent. Later somebody may have led, and a backup that is put back hides it.
 */
export interface Trial {
  readonly uid: string
  /** When the request was sent. */
  readonly at: number
}

interface Taking {
  readonly over: Lease
  readonly tried: Trial | undefined
  readonly rules: ElectionRules
}

/** Whether nobody else can lead once this is written over: the record need not be respected any more. */
export function takesFree({ over, tried, rules, now }: Taking & { readonly now: number }): boolean {
  if (over.record.holder !== rules.identity) return true
  return over.uid === tried?.uid && now < tried.at + rules.leaseMs
}

/** What is remembered after a write that had no answer, or one that came too late. */
export function trialAfter({
  over,
  tried,
  rules,
  sentAt,
}: Taking & { readonly sentAt: number }): Trial | undefined {
  return over.record.holder === rules.identity ? tried : { uid: over.uid, at: sentAt }
}
