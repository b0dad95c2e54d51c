/** From the claim to the steps that make it good. */
import { knownDatabase } from '../../api/connector-tenant.ts'
import { annotations } from '../../api/labels.ts'
import { splitKey } from '../../api/object.ts'
import { decideClaim, type Claim, type EndpointAction } from '../../tenancy/claim/claim.ts'
import { noUuid, type TenantName } from '../../tenancy/claim/endpoint.ts'
import { encodeMark, isOwnedBy, ownerOf } from '../../tenancy/mark.ts'
import type { Refusal } from '../checks.ts'
import type { Observed } from '../observed.ts'
import { fingerprintFor } from '../token/pair-decision.ts'
import type { DatabasePlan } from '../plan.ts'
import type { RefusedClaim } from './refused-claims.ts'
import type { SecretView } from '../../published-secret/view.ts'
import type { DatabaseStep } from '../steps.ts'

export type DatabaseClaim =
  | { readonly plan: DatabasePlan; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly refusedClaim?: RefusedClaim }

export function claimDatabase(seen: Observed): DatabaseClaim {
  const claim = decideClaim(claimInput(seen))
  switch (claim.verdict) {
    case 'refuse': {
      const { reason, message, cause, endpoint } = claim
      return { refusal: { reason, message, weight: 'stalled' }, refusedClaim: { cause, endpoint } }
    }
    case 'wait':
      return { refusal: waiting(claim) }
    case 'claim':
      return { plan: makeGood(claim, seen) }
    default:
      throw new TypeError(claim satisfies never)
  }
}

/**
 * For a tenant that is refused: a mark that says Drop is the last word once the tenant is gone, so it must not
 * outlive the tenant's wish, nor the PartnerKey's permission. The other way round waits until all is in order.
 */
export function withdrawDrop(seen: Observed): readonly DatabaseStep[] {
  const { tenant, partnerKey, connection, endpoints, installation } = seen
  const { database, deletionPolicy, confirmDrop } = tenant.spec
  const allowed = partnerKey?.spec.tenants.allowDrop === true && confirmDrop === database
  if ((deletionPolicy === 'Drop' && allowed) || connection?.spec.suspend !== false) return []
  return endpoints.flatMap((endpoint): DatabaseStep[] => {
    const comment = endpoint.reachable ? endpoint.database?.comment : undefined
    if (comment === undefined || !isOwnedBy(comment, { installation, ...splitKey(seen.key) })) return []
    const owner = ownerOf(comment)
    if (owner?.onDelete !== 'Drop') return []
    const kept = encodeMark({ ...owner, onDelete: 'Retain' })
    return [
      { kind: 'writeMark', url: endpoint.url, database, mark: kept, expected: comment, why: 'updateMark' },
    ]
  })
}

function waiting({ why, message }: Extract<Claim, { verdict: 'wait' }>): Refusal {
  return why === 'olderRival'
    ? { reason: 'DatabaseOwnedElsewhere', weight: 'stalled', message }
    : { reason: 'ConnectionNotReady', weight: 'waiting', message }
}

function claimInput(seen: Observed): Parameters<typeof decideClaim>[0] {
  const { tenant, partnerKey, connection } = seen
  const { database } = tenant.spec
  const assignment = partnerKey?.spec.tenants.assignments.find(candidate => candidate.database === database)
  const known = knownDatabase(tenant)
  return {
    installation: seen.installation,
    inheritFrom: connection?.spec.inheritFrom ?? [],
    self: splitKey(seen.key),
    wantedOnDelete: tenant.spec.deletionPolicy,
    assignedTo: assignment,
    ownerLives: seen.ownerLives,
    knownUuid: known?.uuid,
    database,
    creationTimestamp: tenant.metadata.creationTimestamp ?? '',
    rivals: seen.rivals,
    endpoints: seen.endpoints,
    knownBefore: known !== undefined || hasOwnSecret(seen),
    holdsToken: holdsToken(seen),
    recreateConfirmed: tenant.metadata.annotations?.[annotations.recreate] === database,
  }
}

function hasOwnSecret(seen: Observed): boolean {
  return [seen.secret, ...seen.formerSecrets].some(
    view => view?.foreign === undefined && view?.holds !== undefined && !isForAnother(view, seen),
  )
}

function holdsToken(seen: Observed): boolean {
  const { secret } = seen
  return secret?.foreign === undefined && secret?.seal === 'valid' && !isForAnother(secret, seen)
}

/** Made for the database that a tenant of this name had before: it proves nothing about the one of now. */
function isForAnother({ holds, seal }: SecretView, { tenant, ring }: Observed): boolean {
  if (holds === undefined || seal !== 'valid') return false
  const fingerprint = fingerprintFor(holds.pair, tenant, ring)
  return fingerprint !== undefined && fingerprint !== holds.fingerprint
}

function makeGood(claim: Extract<Claim, { verdict: 'claim' }>, seen: Observed): DatabasePlan {
  const exists = claim.actions.some(({ kind }) => kind !== 'create')
  const uuid = claim.uuid ?? seen.freshUuid
  const mark = encodeMark(claim.mark)
  const steps = claim.actions.flatMap(action =>
    stepOf(action, { uuid, mark, database: seen.tenant.spec.database }),
  )
  const established = holdsToken(seen)
  // Engines that give databases no uuid show zeros; a fresh one in the status would be another with each look.
  const shown = exists ? (claim.uuid ?? noUuid) : uuid
  return { uuid: shown, exists, established, steps }
}

function stepOf(
  action: EndpointAction,
  { uuid, mark, database }: { readonly uuid: string; readonly mark: string; readonly database: string },
): DatabaseStep[] {
  const { url, kind } = action
  if (kind === 'ok') return []
  if (kind === 'create') return [{ kind: 'createDatabase', url, database, uuid, mark }]
  const { expected, formerOwner } = action
  const confirmGone = formerOwner === undefined ? {} : { confirmGone: keyOfTenant(formerOwner) }
  return [{ kind: 'writeMark', url, database, mark, expected, why: kind, ...confirmGone }]
}

function keyOfTenant({ namespace, name }: TenantName): string {
  return `${namespace}/${name}`
}
