/**
 * How fresh a look at the server a tenant needs. Whoever is refused must not have it asked, however often they touch
 * their object, as it is others' server too. Pure.
 */
import { findCondition } from '../api/conditions.ts'
import { samePair } from '../tenancy/pair.ts'
import { firstRefusal, refusalByPolicy } from './checks.ts'
import type { Observed } from './observed.ts'
import { planTenant } from './plan.ts'
import type { Refusal } from './refusal.ts'
import { decidePair } from './token/pair-decision.ts'

/** A token is made only on a snapshot of at most this age, in milliseconds. One serves all tenants meanwhile. */
const forDeedsMs = 5_000
/** For a tenant that hears what it was told before. What changes on the server, the next sync sees, and wakes it. */
const forTheSameWordsMs = 60_000

/** What is known of the tenant; without endpoints if the server was not read yet. */
export type Known = Omit<Observed, 'endpoints'> & Partial<Pick<Observed, 'endpoints'>>

/** The greatest age in milliseconds of a snapshot that will do. `any`: what is known will, even if that is nothing. */
export function neededFreshness({ endpoints, ...known }: Known): 'any' | number {
  if (endpoints === undefined) return refusalByPolicy(known) === undefined ? forDeedsMs : 'any'
  const seen = { ...known, endpoints }
  if (rests(seen)) return 'any'
  const { refusal, steps } = planTenant(seen)
  if (refusal === undefined || steps.length > 0) return forDeedsMs
  if (firstRefusal(seen) !== undefined) return 'any'
  return wasTold(refusal, seen) ? forTheSameWordsMs : forDeedsMs
}

/** Whether its token is the one that it should have. */
function rests(seen: Observed): boolean {
  const { wanted, fingerprint } = decidePair(seen)
  const holds = seen.secret?.seal === 'valid' ? seen.secret.holds : undefined
  if (holds === undefined || !samePair(holds.pair, wanted)) return false
  // A tenant that was made anew with another database still has the sealed token for the former one.
  return fingerprint === undefined || holds.fingerprint === fingerprint
}

/** Also of an earlier spec: nothing in it that can be edited changes whose a database is. */
function wasTold({ reason }: Refusal, { tenant }: Observed): boolean {
  return findCondition(tenant.status?.conditions, 'Ready')?.reason === reason
}
