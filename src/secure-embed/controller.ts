/**
 * SecureEmbed: a Secret with a signed link that is always fresh.
 *
 * Guarantees: A Secret's token and address are written together, and fit each other. A link is replaced while at least
 * half of `refreshBefore` is left. One that is good and not due is never made again, whatever restarts. A signing key
 * that became bad takes no link away. If a run is stopped anywhere, the next one ends the same.
 * The Secret of an embed that is gone is removed by the API server, as its owner is.
 */
import type { ObjectKey } from '../api/object.ts'
import { settled, type Outcome } from '../core/outcome.ts'
import { ContestedWrites } from '../published-secret/contested-writes.ts'
import { carryOut, isStale, type AttemptDeps } from './attempt.ts'
import { observe, type Sources } from './observe.ts'
import { longestRestMs, planEmbed } from './plan.ts'
import { onlyTell, report, type ReportDeps } from './report.ts'

export interface SecureEmbedDeps extends Sources, AttemptDeps, ReportDeps {
  /** Has the embed looked at after so many milliseconds, if nothing does so before. */
  readonly lookAgain: (key: ObjectKey, afterMs: number) => void
}

export interface SecureEmbedController {
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<Outcome>
}

export function createSecureEmbedController(deps: SecureEmbedDeps): SecureEmbedController {
  const contested = new ContestedWrites()
  return {
    async reconcile(key, signal) {
      const seen = await observe(key, deps, signal)
      if (seen === undefined) {
        contested.forget(key)
        deps.secretLookup.forget(key)
        return settled
      }
      const plan = planEmbed(seen)
      if (seen.observing) return await onlyTell(seen, plan, deps, signal)
      const attempt = await carryOut(seen, plan, deps, signal)
      if (isStale(attempt) && !contested.note(key)) throw attempt.failure.error
      if (attempt.failure === undefined) contested.forget(key)
      try {
        await report({ seen, plan, attempt }, deps, signal)
        if (attempt.failure === undefined) return plan.outcome
        throw attempt.failure.error
      } catch (error) {
        // Also after a report that failed: the queue waits longer each time, and the link's end does not.
        if (plan.refusal === undefined) deps.lookAgain(key, longestRestMs(plan.situation))
        throw error
      }
    },
  }
}
