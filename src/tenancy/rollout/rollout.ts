/**
 * How a new pair of keys goes out to all tenants of a PartnerKey. It is a pure machine: it takes the status and the
 * tenants, and gives the next status. So the operator may be stopped and started again at any moment.
 *
 * The phases are `Canary` -> `Soaking` or `AwaitingPromotion` -> `Rolling`, batch by batch -> `Complete`. `Paused`,
 * `Stopped` and `AwaitingDataLens` may interrupt any of them; `admittedPermille` keeps how far it has come. Setting the
 * versions back to `current` moves everybody back at once.
 *
 * Guarantees: No batch admits a tenant beyond its share of slots. An admitted tenant stays admitted until the target
 * changes. A stop or a pause admits nobody. Tenants have to obey `pairFor`. After a restart, an interval or a soak that
 * a pause had interrupted begins anew.
 */
import { beginCourse, type Step } from './begin.ts'
import { type RolloutTally, takeTally } from './tally.ts'
import type { Pair } from '../pair.ts'
import {
  type ConnectionState,
  noMemory,
  type RolloutMemory,
  type RolloutSpec,
  type RolloutState,
  type RolloutTenant,
} from './course.ts'
import { describeRollout } from './message.ts'
import { advanceStep, mostNames, type RolloutFailures, stillFailing } from './step.ts'

export interface RolloutInput {
  readonly spec: RolloutSpec
  /** From the status. Undefined when it was never written, or was lost. */
  readonly state: RolloutState | undefined
  /** From the last plan. Undefined after a start. */
  readonly memory: RolloutMemory | undefined
  /** All tenants that hold a token and are not being deleted. */
  readonly tenants: readonly RolloutTenant[]
  /** Whether both keys of a pair are at hand. Asked only when the status is lost. */
  readonly knows: (pair: Pair) => boolean
  readonly connection: ConnectionState
  /** Milliseconds since the epoch. */
  readonly now: number
}

export type RolloutEvent = 'started' | 'rollingBack' | 'canaryDone' | 'stopped' | 'completed'

export interface RolloutPlan {
  readonly state: RolloutState
  readonly memory: RolloutMemory
  readonly tally: RolloutTally
  /** What happens next, and what people have to do, if anything. */
  readonly message: string
  /** When to ask again although nothing has changed. Undefined: only after a change. */
  readonly recheckMs: number | undefined
  /** What has happened by this plan, in order. */
  readonly events: readonly RolloutEvent[]
}

/** Far more transitions than can follow one another without waiting, which are 100 batches and a few phases. */
const mostSteps = 1100

export function planRollout(input: RolloutInput): RolloutPlan {
  const events: RolloutEvent[] = []
  const emit = (event: RolloutEvent): void => {
    events.push(event)
  }
  let step = beginCourse(input, emit)
  for (let count = 0; count < mostSteps; count++) {
    const tally = tallyOf(step, input)
    const next = advanceStep(step, { ...input, tally, emit })
    if (next === undefined) return { ...settle(step, input, tally), tally, events }
    step = next
  }
  throw new Error('a rollout does not come to rest')
}

/** Counts where tenants stand. While nobody may move, no deadline to move runs. */
function tallyOf({ state, memory }: Step, { spec, tenants, now, connection }: RolloutInput): RolloutTally {
  const held = ['Paused', 'Stopped', 'AwaitingDataLens'].includes(state.phase) || connection === 'suspended'
  return takeTally({ state, spec, memory: held ? noMemory : memory, tenants, now, connection })
}

function settle(
  step: Step,
  input: RolloutInput,
  tally: RolloutTally,
): Pick<RolloutPlan, 'state' | 'memory' | 'message' | 'recheckMs'> {
  const { spec, tenants, now } = input
  const { phase } = step.state
  const failures: RolloutFailures =
    phase === 'Stopped'
      ? stillFailing(step.state, { tenants, tally, connection: input.connection })
      : { count: tally.failed.length, named: tally.failed }
  const state = {
    ...step.state,
    failed: failures.count,
    failedTenants: failures.named.slice(0, mostNames).map(({ name }) => name),
  }
  const batchDone = phase === 'Rolling' && tally.pending === 0
  const memory: RolloutMemory = {
    pendingSince: tally.pendingSince,
    stepDoneAt: batchDone ? (step.memory?.stepDoneAt ?? now) : undefined,
  }
  return {
    state,
    memory,
    message: describeRollout({ state, spec, tally, failures, connection: input.connection }),
    recheckMs: nextLook(state, memory, input),
  }
}

/** The earliest time at which the same facts give another plan. */
function nextLook(
  state: RolloutState,
  memory: RolloutMemory,
  { spec, now }: RolloutInput,
): number | undefined {
  const times: number[] = []
  const moving = ['Canary', 'Soaking', 'AwaitingPromotion', 'Rolling'].includes(state.phase)
  if (moving) {
    for (const since of memory.pendingSince.values()) times.push(since + spec.progressDeadlineMs)
  }
  if (state.phase === 'Soaking' && spec.canary !== undefined)
    times.push(state.phaseSince + spec.canary.soakMs)
  if (memory.stepDoneAt !== undefined) times.push(memory.stepDoneAt + spec.batch.intervalMs)
  const next = times.filter(time => time > now).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return Number.isFinite(next) ? next - now : undefined
}
