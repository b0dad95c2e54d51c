/** The embed's status, from what was seen, what was planned and how far it got. Pure. */
import { mergeConditions, type ConditionUpdate } from '../api/conditions.ts'
import { readyWhileObserving } from '../api/observing.ts'
import type { SecureEmbedReason } from '../api/reasons.ts'
import type { SecureEmbedStatus } from '../api/secure-embed.ts'
import type { SecureEmbedConditionType } from '../api/status/secure-embed.ts'
import type { HeldLink } from './link/held.ts'
import { heldAfter, refreshAt } from './link/plan.ts'
import { linkFields, mayBeTold, publishedCondition } from './link/status.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import { foundReady, readyOf, type Ready, type Result } from './ready.ts'

export function statusOf(seen: Observed, plan: Plan, result: Result): SecureEmbedStatus {
  const ready = readyOf(seen, plan, result)
  const published = publishedCondition(heldIn(plan, result), ready, seen.now)
  const conditions = [ready, published, ...progress(ready, plan, result)]
  return withConditions(seen, fieldsOf(seen, plan, result), conditions)
}

/** In observe mode: what would be done, besides the truth of the link that is there. */
export function observedStatus(seen: Observed, plan: Plan, steps: readonly string[]): SecureEmbedStatus {
  const nothing: Result = { done: [] }
  const found = foundReady(seen, plan)
  const isStanding = found.reason !== 'Ready' && found.reason !== 'Progressing'
  const ready = readyWhileObserving({
    standing: isStanding ? found : undefined,
    found: isStanding ? undefined : found,
    steps,
    previous: seen.embed.status?.conditions,
  })
  const fields = { ...fieldsOf(seen, plan, nothing), plan: steps }
  return withConditions(seen, fields, [ready, publishedCondition(heldIn(plan, nothing), ready, seen.now)])
}

type EmbedCondition = ConditionUpdate<SecureEmbedConditionType, SecureEmbedReason>

function withConditions(
  { embed, now }: Observed,
  fields: Partial<SecureEmbedStatus>,
  next: readonly EmbedCondition[],
): SecureEmbedStatus {
  const { generation } = embed.metadata
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...fields,
    conditions: mergeConditions(embed.status?.conditions, next, { generation, now }),
  }
}

/** The link that is in the Secret now, whatever the plan was. */
function heldIn(plan: Plan, result: Result): HeldLink | undefined {
  if (plan.refusal !== undefined) return plan.current?.held
  return heldAfter(plan.link, plan.situation, result)
}

function fieldsOf({ embed, shape }: Observed, plan: Plan, result: Result): Partial<SecureEmbedStatus> {
  const held = heldIn(plan, result)
  const previous = mayBeTold(held?.previous ?? embed.status?.previous, held)
  const at = { secretName: shape.name, refreshAt: held && nextMoment(plan, held) }
  return {
    ...(held === undefined ? {} : linkFields(held, at)),
    ...(previous === undefined ? {} : { previous }),
  }
}

/** Undefined for a link that will not be replaced as things are. */
function nextMoment(plan: Plan, held: HeldLink): number | undefined {
  if (plan.refusal !== undefined || (plan.link.kind !== 'kept' && plan.link.kind !== 'mint')) return undefined
  return refreshAt(held.exp, plan.situation)
}

/** Whether only a change of the object, or of the Secret in its way, helps. */
function needsAnother(plan: Plan): boolean {
  if (plan.refusal !== undefined) return plan.refusal.weight === 'stalled'
  const { link } = plan
  return link.kind === 'conflict' || (link.kind === 'stuck' && link.problem.weight === 'stalled')
}

function progress({ status, reason, message }: Ready, plan: Plan, { failure }: Result): EmbedCondition[] {
  if (needsAnother(plan)) {
    return [{ type: 'Stalled', status: 'True', reason, message }]
  }
  if (failure !== undefined) return [{ type: 'Reconciling', status: 'True', ...failure }]
  const waits = status === 'False' && plan.refusal?.weight !== 'paused'
  return waits ? [{ type: 'Reconciling', status: 'True', reason, message }] : []
}
