/** How the rollout of a PartnerKey goes on. Pure. */
import { findCondition } from '../../api/conditions.ts'
import { wantedPair } from '../../tenancy/pair.ts'
import type { ConnectionState, RolloutMemory } from '../../tenancy/rollout/course.ts'
import { rolloutSpec, rolloutState } from '../../tenancy/rollout/translate.ts'
import { planRollout, type RolloutPlan } from '../../tenancy/rollout/rollout.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import type { RolloutObserved } from './observed.ts'

/**
 * In observe mode a rollout under way stands still. Otherwise its status would run to the end with everybody skipped,
 * and the next operator would move all of them at once.
 */
function standsStill({ observing, partnerKey }: RolloutObserved): boolean {
  return observing && partnerKey.status?.rollout !== undefined
}

/** Undefined while it stands still. */
export function planKeyRollout(
  seen: RolloutObserved,
  atHand: KeyRingEntry,
  memory: RolloutMemory | undefined,
): RolloutPlan | undefined {
  if (standsStill(seen)) return undefined
  const { spec } = seen.partnerKey
  const wanted = wantedPair(spec)
  const partner = atHand.partner.get(spec.keyVersion)
  if (partner === undefined) return undefined
  if (wanted !== undefined && !atHand.dataLens.has(wanted.dataLens)) return undefined
  return planRollout({
    spec: rolloutSpec(spec, wanted, partner.fingerprint),
    state: rolloutState(seen.partnerKey.status),
    memory,
    tenants: seen.tally.rollout,
    knows: pair => atHand.partner.has(pair.partner) && atHand.dataLens.has(pair.dataLens),
    connection: connectionState(seen),
    now: seen.now,
  })
}

/** The connection as a tenant with a token needs it: one endpoint that answers is enough. */
function connectionState({ connection }: RolloutObserved): ConnectionState {
  if (connection === undefined) return 'away'
  if (connection.spec.suspend) return 'suspended'
  const { endpoints = [], conditions } = connection.status ?? {}
  const answers =
    endpoints.length > 0
      ? endpoints.some(({ reachable }) => reachable)
      : findCondition(conditions, 'Ready')?.status !== 'False'
  return answers ? 'usable' : 'away'
}
