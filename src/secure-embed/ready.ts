/** What `Ready` says: whether the Secret holds a link as the spec wants it that lives. Pure. */
import type { ConditionUpdate } from '../api/conditions.ts'
import type { SecureEmbedReason } from '../api/reasons.ts'
import { served } from '../api/served.ts'
import { conflictMessage } from '../published-secret/plan.ts'
import type { HeldLink } from './link/held.ts'
import { heldAfter, isUsable, usableAfter, type LinkProgress } from './link/plan.ts'
import { endOf, lives, mayGo } from './link/status.ts'
import type { LinkView } from './link/view.ts'
import type { Observed } from './observed.ts'
import type { LinkedPlan, Plan, RefusedPlan } from './plan.ts'
import type { EmbedProblem } from './problem.ts'

/** What came of a plan. */
export interface Result extends LinkProgress {
  readonly failure?: Failure
}

type Failure = Pick<EmbedProblem, 'reason' | 'message'>

export type Ready = ConditionUpdate<'Ready', SecureEmbedReason>

export function readyOf(seen: Observed, plan: Plan, result: Result): Ready {
  if (plan.refusal !== undefined) return refused(seen, plan)
  const { link, situation } = plan
  switch (link.kind) {
    case 'conflict':
      return notReady('SecretConflict', conflictMessage(link))
    case 'stranded':
      return failing(link.held, link.problem.message)
    case 'stuck':
      return stuck(situation.current?.held, link.problem, seen.now)
    case 'kept':
    case 'mint':
      return result.failure === undefined
        ? fresh(plan, result)
        : interrupted(plan, result, { failure: result.failure, now: seen.now })
    default:
      throw new TypeError(link satisfies never)
  }
}

/** What is so although nothing was done. */
export function foundReady(seen: Observed, plan: Plan): Ready {
  if (plan.refusal === undefined && plan.link.kind === 'mint') {
    const { meanwhile } = plan.link
    if (meanwhile === undefined)
      return notReady('Progressing', noneAsWanted(plan.situation.current, seen.now))
    return { type: 'Ready', status: 'True', reason: 'Ready', message: goodUntil(meanwhile) }
  }
  return readyOf(seen, plan, { done: plan.steps })
}

function refused({ now }: Observed, { refusal, current }: RefusedPlan): Ready {
  const { reason, message, weight } = refusal
  if (weight !== 'paused') return notReady(reason, message)
  const isGood = current !== undefined && isUsable(current, { now: Math.floor(now / 1000) })
  const held = isGood ? current.held : undefined
  if (held === undefined) {
    return notReady(reason, `${message} ${noneAsWanted(current, now)}`)
  }
  return { type: 'Ready', status: 'True', reason, message: `${message} ${goodUntil(held)}` }
}

function fresh(plan: LinkedPlan, result: Result): Ready {
  const held = heldAfter(plan.link, plan.situation, result)
  const left = held === undefined ? undefined : mayGo(held)
  const told = left === undefined ? served.embed : `${served.embed} ${left}`
  return { type: 'Ready', status: 'True', reason: 'Ready', message: told }
}

/** A write failed. A link that was good under the wanted name, or got there before, still is. */
function interrupted(
  { link, situation }: LinkedPlan,
  result: Result,
  { failure, now }: { readonly failure: Failure; readonly now: number },
): Ready {
  const held = usableAfter(link, situation, result)
  return held === undefined
    ? stuck(heldAfter(link, situation, result), failure, now)
    : failing(held, failure.message)
}

function stuck(held: HeldLink | undefined, { reason, message }: Failure, now: number): Ready {
  if (held === undefined) return notReady(reason, message)
  if (!lives(held, now)) {
    return notReady('TokenExpired', `The link in the Secret expired at ${endOf(held)}. ${message}`)
  }
  return notReady(reason, `${message} ${anotherUntil(held)}`)
}

function failing(held: HeldLink, message: string): Ready {
  return { type: 'Ready', status: 'True', reason: 'RefreshFailing', message: `${message} ${goodUntil(held)}` }
}

function notReady(reason: SecureEmbedReason, message: string): Ready {
  return { type: 'Ready', status: 'False', reason, message }
}

/** A page that shows a link of the spec before is not dark. */
function noneAsWanted(view: LinkView | undefined, now: number): string {
  const held = view === undefined || view.signature === 'broken' ? undefined : view.held
  return held !== undefined && lives(held, now) ? anotherUntil(held) : 'There is no link that is good.'
}

function anotherUntil(held: HeldLink): string {
  return `The link in the Secret is not what the spec asks for now, and good until ${endOf(held)}.`
}

function goodUntil(held: HeldLink): string {
  return `The link in the Secret is good until ${endOf(held)}.`
}
