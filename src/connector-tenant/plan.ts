/**
 * Plans what to do for one tenant. It asks in the order in which the tenant's author is told: may it be served, is the
 * database its own, may the reader read it, is the token right. Pure.
 */
import { isTrue } from '../api/conditions.ts'
import { recheck, settled, stalled, type Outcome } from '../core/outcome.ts'
import { parsePair, type Pair } from '../tenancy/pair.ts'
import { planAccess, type AccessPlan } from './access/plan.ts'
import { firstRefusal } from './checks.ts'
import { claimDatabase, planProofs, withdrawDrop, type DatabasePlan } from './claim/plan.ts'
import type { RefusedClaim } from './claim/refused-claims.ts'
import type { Observed } from './observed.ts'
import type { Refusal } from './refusal.ts'
import type { Step } from './steps.ts'
import { hasOwnSecret, holdsToken } from './token/holdings.ts'
import { decidePair } from './token/pair-decision.ts'
import { planToken, type TokenPlan } from './token/plan.ts'

export type Plan = RefusedPlan | ServicePlan

interface AnyPlan {
  /** To be done in this order. Each may be repeated, so it may stop between any two. */
  readonly steps: readonly Step[]
  readonly outcome: Outcome
}

export interface RefusedPlan extends AnyPlan {
  readonly refusal: Refusal
  /** Set where the refusal is one of the claim. */
  readonly refusedClaim: RefusedClaim | undefined
  /** The tenant stays served, and nothing is known that would change its status. */
  readonly parked: boolean
}

export interface ServicePlan extends AnyPlan {
  readonly refusal?: undefined
  readonly database: DatabasePlan
  readonly access: AccessPlan
  readonly token: TokenPlan
}

/** How often a missing dependency is looked for, besides the watch that announces it. */
const waitingMs = 30_000
const conflictMs = 60_000

export function planTenant(seen: Observed): Plan {
  const refusal = firstRefusal(seen)
  if (refusal !== undefined) return refuse(seen, refusal)
  const proofs = { holdsToken: holdsToken(seen), hasOwnSecret: () => hasOwnSecret(seen) }
  const claim = claimDatabase(seen, proofs)
  if (claim.refusal !== undefined) return refuse(seen, claim.refusal, claim.refusedClaim)
  return serve(seen, claim.plan)
}

function serve(seen: Observed, database: DatabasePlan): ServicePlan {
  const access = planAccess(seen)
  const token = planToken({
    current: seen.secret,
    former: seen.formerSecrets,
    pair: decidePair(seen),
    vouched: vouchedPair(seen),
  })
  return {
    steps: [
      ...database.steps,
      ...(token.kind === 'mint' ? planProofs(database, seen) : []),
      ...access.steps,
      ...('steps' in token ? token.steps : []),
    ],
    outcome: afterToken(token),
    database,
    access,
    token,
  }
}

/**
 * The plan for a tenant that is refused, waiting or paused: nothing is made and nothing is taken away. While its server
 * is away, a served tenant is parked, and not even its status is written; but a spec that was changed is answered, and
 * so is a connection that was deleted.
 */
function refuse(seen: Observed, refusal: Refusal, refusedClaim?: RefusedClaim): RefusedPlan {
  const isOutage = refusal.reason === 'ConnectionNotReady' && seen.connection !== undefined
  const parked =
    refusal.starting === true || (isOutage && isAnswered(seen) && wasReady(seen) && hasWholeToken(seen))
  const outcomes: Record<Refusal['weight'], Outcome> = {
    stalled: stalled(refusal.reason),
    waiting: recheck(waitingMs),
    paused: settled,
  }
  return {
    steps: refusal.weight === 'stalled' ? withdrawDrop(seen) : [],
    // Parked tenants are woken when the connection is back. Timers for thousands would fire all at once.
    outcome: parked ? settled : outcomes[refusal.weight],
    refusal,
    refusedClaim,
    parked,
  }
}

function afterToken(token: TokenPlan): Outcome {
  if (token.kind === 'conflict') return recheck(conflictMs)
  if (token.kind === 'waiting') return recheck(waitingMs)
  return settled
}

function vouchedPair(seen: Observed): Pair | undefined {
  return wasReady(seen) ? parsePair(seen.tenant.status?.token?.pair) : undefined
}

/** Whether the status speaks of the spec as it is now. */
function isAnswered({ tenant: { metadata, status } }: Observed): boolean {
  return metadata.generation === undefined || status?.observedGeneration === metadata.generation
}

function wasReady({ tenant }: Observed): boolean {
  return isTrue(tenant.status?.conditions, 'Ready')
}

/** Whether the Secret holds a token, and nothing speaks against it. */
function hasWholeToken({ secret }: Observed): boolean {
  return secret !== undefined && secret.foreign === undefined && secret.seal === 'valid' && secret.tidy
}
