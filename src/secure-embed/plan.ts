/** Plans what to do for one embed, and when to look again. Pure. */
import { recheck, settled, stalled, type Outcome } from '../core/outcome.ts'
import { validityFrom } from '../embed/token/lifetime.ts'
import { admit } from './checks.ts'
import type { HeldLink } from './link/held.ts'
import { planLink, refreshAt, type LinkPlan } from './link/plan.ts'
import type { LinkSituation } from './link/situation.ts'
import type { LinkStep } from './link/steps.ts'
import type { LinkView } from './link/view.ts'
import type { Observed } from './observed.ts'
import type { EmbedProblem } from './problem.ts'

export type Plan = RefusedPlan | LinkedPlan

interface AnyPlan {
  /** To be done in this order. Each may be repeated, so it may stop between any two. */
  readonly steps: readonly LinkStep[]
  readonly outcome: Outcome
}

export interface RefusedPlan extends AnyPlan {
  readonly refusal: EmbedProblem
  /** The Secret with the wanted name, if it is ours. */
  readonly current: LinkView | undefined
}

export interface LinkedPlan extends AnyPlan {
  readonly refusal?: undefined
  readonly link: LinkPlan
  readonly situation: LinkSituation
}

/** How often a Secret that is in the way is looked for, besides the watch. */
const conflictMs = 60_000

export function planEmbed(seen: Observed): Plan {
  const admission = admit(seen)
  if (admission.refusal !== undefined) return refuse(seen, admission.refusal)
  const situation = admission.link
  const link = planLink(situation)
  return { link, situation, steps: link.steps, outcome: outcomeOf(link, situation) }
}

/** Timers stand still while a machine sleeps, and clocks are set. So none is set for long. */
const longestPauseMs = 300_000

/** Nothing is made and nothing is taken away. */
function refuse({ link, now }: Observed, refusal: EmbedProblem): RefusedPlan {
  const current = link.current?.foreign === undefined ? link.current : undefined
  return { refusal, current, steps: [], outcome: waiting(refusal, current?.held, now) }
}

/** Somebody else has to act. But the status has to be true also when the link that is there ends. */
function waiting({ weight, reason }: EmbedProblem, held: HeldLink | undefined, nowMs: number): Outcome {
  const livesMs = (held?.exp ?? 0) * 1000 - nowMs
  if (livesMs > 0) return recheck(Math.min(livesMs, longestPauseMs))
  return weight === 'stalled' ? stalled(reason) : settled
}

/**
 * How long a failed write may rest, in milliseconds: also where the queue would wait for longer by now, a refresh is
 * tried in time, and the status is true when the link ends.
 */
export function longestRestMs({ now, wanted, current }: LinkSituation): number {
  const left = (current?.held?.exp ?? 0) - now
  const between = wanted.refreshBefore / 2
  return (left > 0 ? Math.min(left, between) : between) * 1000
}

/** A key that comes is announced by its watch. That a link is due or has ended, only a look tells. */
function outcomeOf(link: LinkPlan, seen: LinkSituation): Outcome {
  const { now, wanted } = seen
  const longestMs = Math.min((wanted.refreshBefore / 2) * 1000, longestPauseMs)
  const until = (moment: number): Outcome => recheck(Math.min(Math.max(0, moment - now) * 1000, longestMs))
  switch (link.kind) {
    case 'kept':
      return until(refreshAt(link.held.exp, seen))
    case 'mint':
      return until(refreshAt(validityFrom(now * 1000, wanted.lifetime).exp, seen))
    case 'stranded':
      return until(link.held.exp)
    case 'stuck':
      return waiting(link.problem, seen.current?.held, now * 1000)
    case 'conflict':
      return recheck(conflictMs)
    default:
      return link satisfies never
  }
}
