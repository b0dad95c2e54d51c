/**
 * What to do for one PartnerKey: pure, so that every decision can be tried as a table. Keys come first; while
 * those of the spec are not both at hand and beyond doubt, a rollout stands where it stands.
 */
import { findCondition } from '../api/conditions.ts'
import { recheck, settled, stalled, type Outcome } from '../core/outcome.ts'
import type { Pair } from '../tenancy/pair.ts'
import { planRollout, type RolloutPlan } from '../tenancy/rollout/rollout.ts'
import type { ConnectionState, RolloutMemory } from '../tenancy/rollout/course.ts'
import { handoverData, handoverServer } from './handover/handover.ts'
import type { Observed } from './observed.ts'
import { decideKeys, type KeyDecision } from './keys/plan.ts'
import type { Problem } from './keys/objections.ts'
import { rolloutSpec, rolloutState } from './rollout/translate.ts'
import type { Step } from './steps.ts'

export interface Plan {
  /** In order; each safe to repeat, so a stop between any two is harmless. */
  readonly steps: readonly Step[]
  /** Keys are made or recorded by these steps: once they are done, look anew before anything is told. */
  readonly again: boolean
  readonly keys: KeyDecision
  /** What keeps the PartnerKey from being ready, apart from a rollout that stopped. */
  readonly problem: Problem | undefined
  /** Undefined while a rollout stands still, because of a problem with the keys. */
  readonly rollout: RolloutPlan | undefined
  readonly after: Outcome
}

/** How often what nothing announces is looked for, in milliseconds. */
const againMs = { waiting: 30_000, stalled: 60_000 }

export function planPartnerKey(seen: Observed, memory: RolloutMemory | undefined): Plan {
  const keys = decideKeys(seen)
  const again = keys.steps.some(({ kind }) => kind === 'createKeySecret' || kind === 'recordKeys')
  const keyProblem = keys.partner ?? keys.dataLens
  const mayRoll = keyProblem === undefined && !again && !standsStill(seen)
  const rollout = mayRoll ? roll(seen, keys, memory) : undefined
  const problem = keyProblem ?? surroundings(seen)
  return {
    steps: [...keys.steps, ...handover(seen, keys)],
    again,
    keys,
    problem,
    rollout,
    after: outcome(problem, rollout),
  }
}

/**
 * Nothing is minted in observe mode, so a rollout that is under way stays where it is: it would run through on paper,
 * everybody skipped, and the operator that follows would move all who are left at once.
 */
function standsStill({ observing, partnerKey }: Observed): boolean {
  return observing && partnerKey.status?.rollout !== undefined
}

function roll(
  seen: Observed,
  { atHand }: KeyDecision,
  memory: RolloutMemory | undefined,
): RolloutPlan | undefined {
  const { spec } = seen.partnerKey
  const wanted: Pair | undefined =
    spec.dataLens === undefined ? undefined : { dataLens: spec.dataLens.keyVersion, partner: spec.keyVersion }
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

/** As a tenant with a token sees it: one endpoint that answers is enough, whatever else is wrong with the connection. */
function connectionState({ connection }: Observed): ConnectionState {
  if (connection === undefined) return 'away'
  if (connection.spec.suspend) return 'suspended'
  const { endpoints = [], conditions } = connection.status ?? {}
  const answers =
    endpoints.length > 0
      ? endpoints.some(({ reachable }) => reachable)
      : findCondition(conditions, 'Ready')?.status !== 'False'
  return answers ? 'usable' : 'away'
}

/** What is wrong beside the keys. */
function surroundings({
  connection,
  partnerKey,
  handoverMap,
  knowsNamespaces,
}: Observed): Problem | undefined {
  if (connection === undefined) {
    const { name } = partnerKey.spec.connectionRef
    const message = `There is no ClickHouseConnection "${name}" in this namespace. Create it; the key goes on as soon as it is there.`
    return { reason: 'ConnectionNotFound', message, stalled: false }
  }
  if (partnerKey.spec.tenants.namespaces.from === 'Selector' && !knowsNamespaces) {
    const message =
      'spec.tenants.namespaces.from is Selector, but this operator watches a list of namespaces and sees no labels of them: no tenant of another namespace is let in. Use Same or All, or let the operator watch the whole cluster.'
    return { reason: 'SelectorNotSupported', message, stalled: true }
  }
  if (handoverMap.foreign !== undefined) {
    const message = `ConfigMap "${partnerKey.metadata.name}-handover" is not ours (${handoverMap.foreign}), and what is to be sent to DataLens needs that name. Remove or rename it.`
    return { reason: 'SecretConflict', message, stalled: true }
  }
  return undefined
}

function handover(seen: Observed, { atHand }: KeyDecision): Step[] {
  const { connection, handoverMap, partnerKey } = seen
  const version = partnerKey.spec.keyVersion
  const key = atHand.partner.get(version)
  if (key === undefined || connection === undefined || handoverMap.foreign !== undefined) return []
  const data = handoverData({ version, ...key }, handoverServer(connection))
  const { object, tidy } = handoverMap
  return tidy && object !== undefined && sameData(object.data, data)
    ? []
    : [{ kind: 'writeHandover', data, over: object }]
}

function sameData(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>>): boolean {
  return (
    Object.keys(a).length === Object.keys(b).length &&
    Object.entries(b).every(([name, text]) => a[name] === text)
  )
}

function outcome(problem: Problem | undefined, rollout: RolloutPlan | undefined): Outcome {
  const due = [rollout?.recheckMs, dueFor(problem)].filter(ms => ms !== undefined)
  if (due.length > 0) return recheck(Math.min(...due))
  return problem?.stalled === true ? stalled(problem.reason) : settled
}

/** Some causes are watched, others are not ours and come back unannounced: a restored Secret, a freed name. */
function dueFor(problem: Problem | undefined): number | undefined {
  if (problem === undefined) return undefined
  if (!problem.stalled) return againMs.waiting
  return problem.reason === 'KeyLost' || problem.reason === 'SecretConflict' ? againMs.stalled : undefined
}
