/**
 * Plans what to do for one PartnerKey. Keys come first: a rollout stands still until both keys of the spec are at hand
 * and beyond doubt. Pure.
 */
import { recheck, settled, stalled, type Outcome } from '../core/outcome.ts'
import type { RolloutMemory } from '../tenancy/rollout/course.ts'
import type { RolloutPlan } from '../tenancy/rollout/rollout.ts'
import { handoverProblem, planHandover } from './handover/plan.ts'
import { decideKeys, type KeyDecision } from './keys/plan.ts'
import type { Observed } from './observed.ts'
import type { KeyProblem } from './problem.ts'
import { connectionMissing } from './rollout/minting.ts'
import { planKeyRollout } from './rollout/plan.ts'
import type { Step } from './steps.ts'

export interface Plan {
  /** To be done in this order. Each may be repeated, so it may stop between any two. */
  readonly steps: readonly Step[]
  /** These steps make or record keys. After them, look again before anything is told. */
  readonly again: boolean
  readonly keys: KeyDecision
  /** What keeps the PartnerKey from being ready, apart from a rollout that stopped. */
  readonly problem: KeyProblem | undefined
  /** Undefined while a problem with the keys makes the rollout stand still. */
  readonly rollout: RolloutPlan | undefined
  readonly after: Outcome
}

/** How soon to look again at what no event announces, in milliseconds. */
const againMs = { waiting: 30_000, stalled: 60_000 }

export function planPartnerKey(seen: Observed, memory: RolloutMemory | undefined): Plan {
  const keys = decideKeys(seen)
  const again = keys.steps.some(({ kind }) => kind === 'createKeySecret' || kind === 'recordKeys')
  const keyProblem = keys.partner ?? keys.dataLens
  const mayRoll = keyProblem === undefined && !again
  const rollout = mayRoll ? planKeyRollout(seen, keys.atHand, memory) : undefined
  const problem = keyProblem ?? surroundings(seen)
  return {
    steps: [...keys.steps, ...planHandover(seen, keys.atHand)],
    again,
    keys,
    problem,
    rollout,
    after: outcome(problem, rollout),
  }
}

/** What is wrong besides the keys. */
function surroundings(seen: Observed): KeyProblem | undefined {
  const { connection, partnerKey, knowsNamespaces } = seen
  if (connection === undefined)
    return { ...connectionMissing(partnerKey.spec.connectionRef.name), weight: 'waiting' }
  if (partnerKey.spec.tenants.namespaces.from === 'Selector' && !knowsNamespaces) {
    const message =
      'spec.tenants.namespaces.from is Selector, but this operator watches a list of namespaces and sees no labels of them: no tenant of another namespace is let in. Use Same or All, or let the operator watch the whole cluster.'
    return { reason: 'SelectorNotSupported', message, weight: 'stalled' }
  }
  return handoverProblem(seen)
}

function outcome(problem: KeyProblem | undefined, rollout: RolloutPlan | undefined): Outcome {
  const due = [rollout?.recheckMs, dueFor(problem)].filter(ms => ms !== undefined)
  if (due.length > 0) return recheck(Math.min(...due))
  return problem?.weight === 'stalled' ? stalled(problem.reason) : settled
}

/** When to look again: no event announces a restored Secret or a freed name. */
function dueFor(problem: KeyProblem | undefined): number | undefined {
  if (problem === undefined) return undefined
  if (problem.weight !== 'stalled') return againMs.waiting
  return problem.reason === 'KeyLost' || problem.reason === 'SecretConflict' ? againMs.stalled : undefined
}
