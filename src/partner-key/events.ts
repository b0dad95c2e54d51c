import { findCondition } from '../api/conditions.ts'
import type { PartnerKey, PartnerKeyStatus } from '../api/partner-key.ts'
import type { EventInput } from '../kube/objects/event-body.ts'
import type { RolloutEvent, RolloutPlan } from '../tenancy/rollout/rollout.ts'

import { describeStep, type Step } from './steps.ts'

/** Where Events go; `EventRecorder` is one. */
export interface Announcements {
  publish(event: EventInput): void
}

/** One Event for each key that was made, however the run ends. */
export function announceSteps(partnerKey: PartnerKey, done: readonly Step[], events: Announcements): void {
  for (const step of done) {
    if (step.kind !== 'createKeySecret') continue
    const reason = step.brought === undefined ? 'KeyGenerated' : 'KeyCopied'
    const note = `Done: ${describeStep(step)}.`
    events.publish({ regarding: partnerKey, type: 'Normal', reason, note, action: 'CreateKey' })
  }
}

/**
 * One Event when Ready changes its status or its reason, and one for each event of a rollout. A stopped rollout is told
 * once, as an event of the rollout.
 */
export function announceStatus(
  partnerKey: PartnerKey,
  status: PartnerKeyStatus,
  rollout: RolloutPlan | undefined,
  events: Announcements,
): void {
  const before = findCondition(partnerKey.status?.conditions, 'Ready')
  const now = findCondition(status.conditions, 'Ready')
  const changed = before?.status !== now?.status || before?.reason !== now?.reason
  if (now !== undefined && changed && now.reason !== 'RolloutStopped') {
    const isQuiet = now.reason === 'Progressing' || now.reason === 'Observing'
    const type = now.status === 'False' && !isQuiet ? 'Warning' : 'Normal'
    events.publish({
      regarding: partnerKey,
      type,
      reason: now.reason,
      note: now.message,
      action: 'Reconcile',
    })
  }
  for (const event of rollout?.events ?? []) {
    // If nobody has to move, one look takes a rollout from start to end, and changes `current`, too.
    const from = partnerKey.status?.current ?? status.current ?? ''
    const note = `${opening(event, from, status.target ?? '')} ${status.rollout?.message ?? ''}`
    const type = event === 'stopped' ? 'Warning' : 'Normal'
    const occasion = `${status.observedGeneration} ${status.rollout?.phaseSince}`
    const about = { regarding: partnerKey, type, note, action: 'Rollout', occasion } as const
    events.publish({ ...about, reason: reasons[event] })
  }
}

const reasons: Readonly<Record<RolloutEvent, string>> = {
  started: 'RolloutStarted',
  rollingBack: 'RollingBack',
  canaryDone: 'CanaryDone',
  stopped: 'RolloutStopped',
  completed: 'RolloutCompleted',
}

function opening(event: RolloutEvent, from: string, target: string): string {
  switch (event) {
    case 'started':
      return `From ${from} to ${target}.`
    case 'rollingBack':
      return `Back to ${target}.`
    case 'canaryDone':
      return `The canary has ${target}.`
    case 'stopped':
      return `On the way from ${from} to ${target}.`
    case 'completed':
      return `To ${target}.`
    default:
      return event satisfies never
  }
}
