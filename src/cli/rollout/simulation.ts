/**
 * What a rollout would do: runs the operator's own machine over the tenants as they are, and counts time instead of
 * waiting. Assumes that tenants who can move do so at once, and that people answer at once. Pure.
 */
import { formatPair, samePair, type Pair } from '../../tenancy/pair.ts'
import { batchAt, batchCount } from '../../tenancy/rollout/batches.ts'
import { planRollout, type RolloutPlan } from '../../tenancy/rollout/rollout.ts'
import { whyLeftOut, type NamedFault } from '../../tenancy/rollout/tally.ts'
import type { RolloutSpec, RolloutState, RolloutTenant } from '../../tenancy/rollout/course.ts'
import { pairFor } from '../../tenancy/rollout/pair-for.ts'

export interface PlannedMove {
  readonly kind: 'canary' | 'batch' | 'all at once'
  /** Its number, as the status has it. Undefined for what is no batch. */
  readonly batch?: number
  /** Milliseconds from the beginning. */
  readonly atMs: number
  /** Slots that may move by then. */
  readonly admittedPermille: number
  /** `namespace/name`; each a Secret that is written once. */
  readonly tenants: readonly string[]
}

export interface Simulation {
  readonly from: Pair | undefined
  readonly moves: readonly PlannedMove[]
  /** How many batches there are, also those in which nobody has to move. */
  readonly batches: number
  /** When it ends, in milliseconds from the beginning. */
  readonly endsAtMs: number
  /** False: it would stop. */
  readonly completes: boolean
  /** Tenants that hold a token and would keep it, with why. */
  readonly left: readonly NamedFault[]
  readonly message: string
}

export interface SimulationInput {
  /** With the pair that is wanted; pauses and confirmations are taken as given. */
  readonly spec: RolloutSpec
  readonly state: RolloutState | undefined
  readonly tenants: readonly RolloutTenant[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** As if every key were at hand and ClickHouse there. */
const undisturbed = { knows: () => true, connection: 'usable' } as const

/** A batch takes three rounds, and there are at most 100. Far beyond that, the simulation would never end. */
const mostRounds = 10_000

export function simulateRollout(input: SimulationInput): Simulation {
  const { wanted } = input.spec
  const promoted = wanted === undefined ? undefined : formatPair(wanted)
  const spec: RolloutSpec = { ...input.spec, accepted: true, paused: false, promoted }
  const moves: PlannedMove[] = []
  let { state, tenants, now } = input
  let memory: RolloutPlan['memory'] | undefined
  let from: Pair | undefined
  const batches = batchCount(spec.batch)
  for (let round = 0; round < mostRounds; round++) {
    const plan = planRollout({ spec, state, memory, tenants, now, ...undisturbed })
    from ??= plan.state.current
    const movers = new Set(
      tenants.filter(tenant => takesToken(tenant, plan.state, spec)).map(({ name }) => name),
    )
    state = plan.state
    memory = plan.memory
    if (movers.size > 0 && wanted !== undefined) {
      moves.push({ ...stepOf(plan.state, spec), atMs: now - input.now, tenants: [...movers].toSorted() })
      tenants = tenants.map(tenant => (movers.has(tenant.name) ? { ...tenant, holds: wanted } : tenant))
    } else if (plan.state.phase === 'Complete' || plan.recheckMs === undefined) {
      return { from, moves, batches, endsAtMs: now - input.now, ...ending(plan, tenants, wanted) }
    } else {
      now += plan.recheckMs
    }
  }
  throw new Error('a rollout does not come to rest')
}

/** Whether it takes a new token now: it is its turn, and nothing of its own is in the way. */
function takesToken(tenant: RolloutTenant, state: RolloutState, spec: RolloutSpec): boolean {
  if (standsInItsWay(tenant) !== undefined) return false
  const pair = pairFor({
    wanted: spec.wanted,
    paused: false,
    accepted: () => true,
    state,
    tenant: { ...tenant, last: undefined },
  })
  return !samePair(pair, tenant.holds)
}

function stepOf(
  { current, target, admittedPermille }: RolloutState,
  { batch }: RolloutSpec,
): Pick<PlannedMove, 'kind' | 'batch' | 'admittedPermille'> {
  if (samePair(current, target)) return { kind: 'all at once', admittedPermille }
  if (admittedPermille === 0) return { kind: 'canary', admittedPermille }
  return { kind: 'batch', batch: batchAt(admittedPermille, batch), admittedPermille }
}

function ending(plan: RolloutPlan, tenants: readonly RolloutTenant[], wanted: Pair | undefined) {
  const left = tenants
    .filter(({ holds }) => !samePair(holds, wanted))
    .map(tenant => ({ name: tenant.name, why: standsInItsWay(tenant) ?? 'not reached' }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { completes: plan.state.phase === 'Complete', left, message: plan.message }
}

function standsInItsWay(tenant: RolloutTenant): string | undefined {
  return whyLeftOut(tenant) ?? (tenant.notReadySince === undefined ? undefined : 'is not Ready')
}
