/** The transitions of a rollout, one at a time. */
import { formatPair, samePair } from '../pair.ts'
import { slotCount } from '../slots.ts'
import { batchEnd } from './batches.ts'
import type { Step } from './begin.ts'
import {
  delayedBy,
  isAdmittedTo,
  type NamedFault,
  refusedToken,
  type RolloutTally,
  whyLeftOut,
} from './tally.ts'
import {
  type ConnectionState,
  isRollback,
  noMemory,
  type RolloutPhase,
  type RolloutSpec,
  type RolloutState,
  type RolloutTenant,
} from './course.ts'

export interface StepInput {
  readonly spec: RolloutSpec
  readonly tenants: readonly RolloutTenant[]
  readonly now: number
  readonly connection: ConnectionState
  /** The tally of this step's state. */
  readonly tally: RolloutTally
  readonly emit: (event: 'canaryDone' | 'stopped' | 'completed') => void
}

export const mostNames = 10

/** The next state. Undefined: this one holds until something changes or time passes. */
export function advanceStep(step: Step, input: StepInput): Step | undefined {
  const { phase } = step.state
  if (phase === 'Complete') return undefined
  const hold = interruption(step.state, input.spec)
  if (hold !== undefined) return phase === hold ? undefined : enter(step, hold, input)
  switch (phase) {
    case 'AwaitingDataLens':
    case 'Paused':
      return resume(step, input)
    case 'Stopped':
      return stillFailing(step.state, input).count <= tolerated(step.state, input.spec)
        ? resume(step, input)
        : undefined
    case 'Canary':
    case 'Soaking':
    case 'AwaitingPromotion':
    case 'Rolling':
      return move(step, input)
    default:
      return phase satisfies never
  }
}

function interruption(state: RolloutState, spec: RolloutSpec): 'AwaitingDataLens' | 'Paused' | undefined {
  if (state.target === undefined || !spec.accepted) return 'AwaitingDataLens'
  return spec.paused && !isRollback(state) ? 'Paused' : undefined
}

/**
 * How many failures do not stop the rollout. None in the canary's phases, since the canary is there to find faults
 * before others meet them.
 */
function tolerated(state: RolloutState, spec: RolloutSpec): number {
  if (isRollback(state)) return Number.POSITIVE_INFINITY
  return spec.canary !== undefined && state.admittedPermille === 0 ? 0 : spec.maxFailures
}

function move(step: Step, input: StepInput): Step | undefined {
  const { tally, spec } = input
  if (tally.failed.length > tolerated(step.state, spec)) {
    input.emit('stopped')
    return stop(step, input)
  }
  if (tally.pending > 0) return undefined
  if (step.state.phase === 'Rolling') return nextBatch(step, input)
  const next = afterCanary(step.state, input)
  if (next === step.state.phase) return undefined
  if (step.state.phase === 'Canary' && spec.canary !== undefined) input.emit('canaryDone')
  const entered = enter(step, next, input)
  return next === 'Rolling' ? admitBatch(entered, input) : entered
}

/** The phase of a course whose canary has moved: it soaks, waits for a person's word, or is past both. */
function afterCanary({ phase, phaseSince, target }: RolloutState, { spec, now }: StepInput): RolloutPhase {
  const { canary, promoted } = spec
  if (canary === undefined) return 'Rolling'
  if (canary.promotion === 'Manual') {
    return target !== undefined && promoted === formatPair(target) ? 'Rolling' : 'AwaitingPromotion'
  }
  return phase === 'Soaking' && now - phaseSince >= canary.soakMs ? 'Rolling' : 'Soaking'
}

function nextBatch(step: Step, input: StepInput): Step | undefined {
  const { now, spec, tally } = input
  if (tally.nextSlot === undefined) return complete(step, input)
  const doneAt = step.memory?.stepDoneAt ?? now
  if (now - doneAt < spec.batch.intervalMs) return undefined
  return admitBatch(enter(step, 'Rolling', input), input)
}

function complete({ state, memory }: Step, input: StepInput): Step {
  input.emit('completed')
  const arrived = { ...state, current: state.target, admittedPermille: slotCount }
  return enter({ memory, state: arrived }, 'Complete', input)
}

/** The next batch in which somebody is left to move. */
function admitBatch({ state, memory }: Step, { spec, tally: { nextSlot } }: StepInput): Step {
  const admittedPermille = nextSlot === undefined ? slotCount : batchEnd(nextSlot, spec.batch)
  return { state: { ...state, admittedPermille }, memory }
}

/** Enters a phase. Waiting times go on, but after an interruption they begin anew. */
function enter({ state }: Step, phase: RolloutPhase, { tally, now }: StepInput): Step {
  const interrupted = phase === 'Paused' || phase === 'AwaitingDataLens'
  const memory = interrupted ? noMemory : { pendingSince: tally.pendingSince, stepDoneAt: undefined }
  return { state: { ...state, phase, phaseSince: now }, memory }
}

function resume({ state }: Step, { now }: StepInput): Step {
  const phase = state.admittedPermille > 0 ? 'Rolling' : 'Canary'
  return { state: { ...state, phase, phaseSince: now }, memory: noMemory }
}

function stop({ state }: Step, { tally, now }: StepInput): Step {
  const failedTenants = tally.failed.slice(0, mostNames).map(fault => fault.name)
  return {
    state: { ...state, phase: 'Stopped', phaseSince: now, failed: tally.failed.length, failedTenants },
    memory: noMemory,
  }
}

export interface RolloutFailures {
  /** All that are known by name. */
  readonly named: readonly NamedFault[]
  readonly count: number
}

/**
 * The failures that still stop a rollout. Named tenants may try again. Nothing is known of the others, so they get
 * another chance once all named ones are mended or gone.
 */
export function stillFailing(
  state: RolloutState,
  { tenants, tally, connection }: Pick<StepInput, 'tenants' | 'tally' | 'connection'>,
): RolloutFailures {
  const byName = new Map(tenants.map(tenant => [tenant.name, tenant]))
  const left = state.failedTenants.flatMap(name => faultOf(byName.get(name), state, connection))
  const found = tally.failed.filter(({ name }) => !state.failedTenants.includes(name))
  const unseen = state.failed - state.failedTenants.length - found.length
  const unnamed = left.length === 0 ? 0 : Math.max(0, unseen)
  return { named: [...left, ...found], count: left.length + found.length + unnamed }
}

function faultOf(
  tenant: RolloutTenant | undefined,
  state: RolloutState,
  connection: ConnectionState,
): NamedFault[] {
  const { target } = state
  if (tenant === undefined || tenant.standing !== 'counts') return []
  const { name, holds, rejected } = tenant
  if (samePair(holds, target)) return samePair(rejected, target) ? [{ name, why: refusedToken }] : []
  // A tenant that has left the canary does not move any more, so its failure could never be mended.
  if (!isAdmittedTo(state, tenant)) return []
  return whyLeftOut(tenant) === undefined ? [{ name, why: delayedBy(tenant, connection) }] : []
}
