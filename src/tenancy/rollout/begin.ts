/** Where a rollout starts from: a status that was never written or was lost, a new target, a rollback. */
import { formatPair, type Pair, samePair } from '../pair.ts'
import {
  noMemory,
  type RolloutMemory,
  type RolloutSpec,
  type RolloutState,
  type RolloutTenant,
} from './course.ts'

/** A state of a rollout, with what is remembered beside it. */
export interface Step {
  readonly state: RolloutState
  readonly memory: RolloutMemory | undefined
}

export interface BeginInput {
  readonly spec: RolloutSpec
  readonly state: RolloutState | undefined
  readonly memory: RolloutMemory | undefined
  readonly tenants: readonly RolloutTenant[]
  /** Whether both keys of a pair are at hand. */
  readonly knows: (pair: Pair) => boolean
  readonly now: number
}

export type BeginEvent = 'started' | 'rollingBack'

/** The course that the spec asks for: that of the status if its target is still wanted, otherwise a new one. */
export function beginCourse(input: BeginInput, emit: (event: BeginEvent) => void): Step {
  const { spec, state, memory } = input
  const current = state?.current ?? pairOfMost(witnesses(input), spec.wanted)
  const goesOn =
    state !== undefined && samePair(state.current, current) && samePair(state.target, spec.wanted)
  // Without a `current` there was nothing to roll from. Once DataLens has answered, its pair becomes `current`.
  if (goesOn && (current !== undefined || !spec.accepted || spec.wanted === undefined))
    return { state, memory }
  if (spec.wanted === undefined)
    return fresh(input, { current, phase: 'AwaitingDataLens', admittedPermille: 0 })
  if (current === undefined) {
    return spec.accepted
      ? fresh(input, { current: spec.wanted, phase: 'Complete', admittedPermille: 1000 })
      : fresh(input, { current, phase: 'AwaitingDataLens', admittedPermille: 0 })
  }
  if (!samePair(current, spec.wanted)) {
    emit('started')
    return fresh(input, { current, phase: 'Canary', admittedPermille: 0 })
  }
  if (state?.target === undefined) return fresh(input, { current, phase: 'Complete', admittedPermille: 1000 })
  emit('rollingBack')
  return fresh(input, { current, phase: 'Rolling', admittedPermille: 1000 })
}

function fresh(
  { spec, now }: BeginInput,
  course: Pick<RolloutState, 'current' | 'phase' | 'admittedPermille'>,
): Step {
  const state = { ...course, target: spec.wanted, phaseSince: now, failed: 0, failedTenants: [] }
  return { state, memory: noMemory }
}

/**
 * If the status is lost, tenants that the rollout has not reached tell where it started, so that they still move in
 * batches and wait out a pause. Tenants that cannot move tell nothing. If nobody is left to move, all that count tell
 * where it arrived. A pair of keys that were never ours counts for nothing: anybody may write one into a Secret.
 */
function witnesses({ spec, tenants, knows }: BeginInput): readonly RolloutTenant[] {
  const known = tenants.filter(({ holds }) => knows(holds))
  const counting = known.filter(({ standing }) => standing === 'counts')
  const left = counting.filter(
    ({ holds, ownFault, otherFault, notReadySince }) =>
      !samePair(holds, spec.wanted) &&
      ownFault === undefined &&
      otherFault === undefined &&
      notReadySince === undefined,
  )
  return [left, counting, known].find(some => some.length > 0) ?? []
}

/**
 * The pair that most tokens were minted with. Of two equals the one that is not wanted, so that the rollout goes on in
 * batches and does not move the other half at once.
 */
function pairOfMost(tenants: readonly RolloutTenant[], wanted: Pair | undefined): Pair | undefined {
  const counts = new Map<string, { readonly pair: Pair; count: number }>()
  for (const { holds } of tenants) {
    const entry = counts.get(formatPair(holds)) ?? { pair: holds, count: 0 }
    counts.set(formatPair(holds), { pair: holds, count: entry.count + 1 })
  }
  const [most] = [...counts.values()].sort(
    (a, b) =>
      b.count - a.count ||
      Number(samePair(a.pair, wanted)) - Number(samePair(b.pair, wanted)) ||
      a.pair.dataLens - b.pair.dataLens ||
      a.pair.partner - b.pair.partner,
  )
  return most?.pair
}
