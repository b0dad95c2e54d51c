/**
 * How fresh a look at the server a tenant needs. Whoever is refused must not have it asked, however often they touch
 * their object, as it is others' server too. Pure.
 */
import { findCondition } from '../../api/conditions.ts'
import { samePair } from '../../tenancy/pair.ts'
import { firstRefusal, refusalByPolicy } from '../checks.ts'
import type { Observed } from '../observed.ts'
import { planTenant } from '../plan.ts'
import type { Refusal } from '../refusal.ts'
import { decidePair } from '../token/pair-decision.ts'

/** What is known of the tenant; without endpoints if the server was not read yet. */
export type Known = Omit<Observed, 'endpoints'> & Partial<Pick<Observed, 'endpoints'>>

/**
 * What a look is for: `nothing`, so what is known will do, even if that is nothing; a `deed`; `news`, so it may bring
 * nothing but words that the tenant has not heard; or `again`, for those that it has.
 */
export type Purpose = 'nothing' | 'deed' | 'news' | 'again'

export function purposeOfLook({ endpoints, ...known }: Known): Purpose {
  if (endpoints === undefined) return refusalByPolicy(known) === undefined ? 'deed' : 'nothing'
  const seen = { ...known, endpoints }
  if (rests(seen)) return 'nothing'
  const { refusal, steps } = planTenant(seen)
  // Whoever is refused has a Drop taken back at most, which proves for itself what it rests on. An observed tenant has
  // nothing done.
  if (steps.length > 0) return refusal === undefined && !seen.observing ? 'deed' : 'news'
  if (firstRefusal(seen) !== undefined) return 'nothing'
  return refusal === undefined || wasTold(refusal, seen) ? 'again' : 'news'
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
