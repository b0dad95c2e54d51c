/** What a tenant's Secrets prove about the database that they were made for. Pure. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Secret } from '../../api/core-objects.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import type { TokenObserved } from './observed.ts'
import { fingerprintFor } from './pair-decision.ts'
import { tokenShape } from './secret.ts'
import { viewToken, type TokenView } from './view.ts'

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

/**
 * What a Secret shows of a tenant's database: a token of it, nothing, or a token of which nobody can tell, as a key that
 * it was made with is not at hand. Only a sealed token counts. Otherwise anybody who may write Secrets could keep a name
 * from others.
 */
export type Proof = 'token' | 'perhaps' | 'nothing'

export function provedBy(
  secret: Secret | undefined,
  tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>,
  ring: KeyRingEntry | undefined,
): Proof {
  if (secret === undefined) return 'nothing'
  const { holds, seal } = viewToken(secret, tokenShape(tenant), { ring })
  if (holds === undefined || seal !== 'valid') return 'nothing'
  const fingerprint = fingerprintFor(holds.pair, tenant, ring)
  if (fingerprint === undefined) return 'perhaps'
  return fingerprint === holds.fingerprint ? 'token' : 'nothing'
}

/** Whether a token was made for another database, which a tenant of this name had before. It proves nothing. */
function isForAnother({ holds, seal }: TokenView, { tenant, ring }: TokenObserved): boolean {
  if (holds === undefined || seal !== 'valid') return false
  const fingerprint = fingerprintFor(holds.pair, tenant, ring)
  return fingerprint !== undefined && fingerprint !== holds.fingerprint
}
