/** What a tenant's Secrets prove about the database that they were made for. Pure. */
import type { TokenObserved } from './observed.ts'
import { fingerprintFor } from './pair-decision.ts'
import type { TokenView } from './view.ts'

/** Whether the tenant holds a token that was sealed for it and this database. */
export function holdsToken(seen: TokenObserved): boolean {
  const { secret } = seen
  return secret?.foreign === undefined && secret?.seal === 'valid' && !isForAnother(secret, seen)
}

/** Whether one of its Secrets has a token; also one with a former name, or sealed with a key that is not at hand. */
export function hasOwnSecret(seen: TokenObserved): boolean {
  return [seen.secret, ...seen.formerSecrets].some(
    view => view?.foreign === undefined && view?.holds !== undefined && !isForAnother(view, seen),
  )
}

/** Whether a token was made for another database, which a tenant of this name had before. It proves nothing. */
function isForAnother({ holds, seal }: TokenView, { tenant, ring }: TokenObserved): boolean {
  if (holds === undefined || seal !== 'valid') return false
  const fingerprint = fingerprintFor(holds.pair, tenant, ring)
  return fingerprint !== undefined && fingerprint !== holds.fingerprint
}
