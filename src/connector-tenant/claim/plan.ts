/** Plans a tenant's claim on its database: the verdict, and the steps that carry it out. Pure. */
import { knownDatabase, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { annotations } from '../../api/labels.ts'
import { connectionOf } from '../../api/names.ts'
import { splitKey } from '../../api/object.ts'
import { decideClaim, type Claim, type ClaimInput, type EndpointAction } from '../../tenancy/claim/claim.ts'
import { noUuid, type TenantName } from '../../tenancy/claim/endpoint.ts'
import { encodeMark, isOwnedBy, ownerOf } from '../../tenancy/mark.ts'
import type { Refusal } from '../refusal.ts'
import type { ClaimObserved } from './observed.ts'
import type { RefusedClaim } from './refused-claims.ts'
import type { DatabaseStep, ProofStep } from './steps.ts'

export interface DatabasePlan {
  readonly uuid: string
  /** The database was on some endpoint before any step. */
  readonly exists: boolean
  /** The tenant has a token, so the database was proved once. Creating it on a new replica makes nobody unready. */
  readonly established: boolean
  readonly steps: readonly DatabaseStep[]
}

export type DatabaseClaim =
  | { readonly plan: DatabasePlan; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly refusedClaim: RefusedClaim | undefined }

/** What the tenant's Secrets prove for its claim. */
export interface Proofs {
  /** It has a token whose seal is valid for it and this database. */
  readonly holdsToken: boolean
  /** Asked only if nothing else says that the tenant had the database before. */
  readonly hasOwnSecret: () => boolean
}

export function claimDatabase(seen: ClaimObserved, proofs: Proofs): DatabaseClaim {
  const claim = decideClaim(claimInput(seen, proofs))
  switch (claim.verdict) {
    case 'refuse': {
      const { reason, message, cause, endpoint } = claim
      return { refusal: { reason, message, weight: 'stalled' }, refusedClaim: { cause, endpoint } }
    }
    case 'wait':
      return { refusal: waiting(claim), refusedClaim: undefined }
    case 'claim':
      return { plan: makeGood(claim, seen, proofs) }
    default:
      throw new TypeError(claim satisfies never)
  }
}

/**
 * Takes Drop out of the marks of a refused tenant that no longer wants it, or no longer may. Once the tenant is gone,
 * the mark alone decides, so Drop must outlive neither the tenant's wish nor the PartnerKey's permission. Drop is put
 * in only when the tenant is no longer refused.
 */
export function withdrawDrop(seen: ClaimObserved): readonly DatabaseStep[] {
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
      { kind: 'writeMark', url: endpoint.url, database, mark: kept, expected: comment, why: 'withdrawDrop' },
    ]
  })
}

/**
 * A first token is made only on marks that were written or read just now. The snapshot is seconds old, and others may
 * have written marks since: another connection to the same server, another installation, people. A tenant that has a
 * token of this database needs no more proof.
 */
export function planProofs(
  { established, steps }: DatabasePlan,
  { tenant, endpoints }: ClaimObserved,
): readonly ProofStep[] {
  if (established) return []
  const written = new Set(steps.map(({ url }) => url))
  return endpoints.flatMap((endpoint): ProofStep[] => {
    const { url } = endpoint
    if (!endpoint.reachable || endpoint.database === undefined || written.has(url)) return []
    const { comment: expected } = endpoint.database
    return [{ kind: 'proveDatabase', url, database: tenant.spec.database, expected }]
  })
}

function waiting({ why, message }: Extract<Claim, { verdict: 'wait' }>): Refusal {
  return why === 'olderRival'
    ? { reason: 'DatabaseOwnedElsewhere', weight: 'stalled', message }
    : { reason: 'ConnectionNotReady', weight: 'waiting', message }
}

function claimInput(seen: ClaimObserved, { holdsToken, hasOwnSecret }: Proofs): ClaimInput {
  const { tenant, partnerKey, connection } = seen
  const { database } = tenant.spec
  const assignment = partnerKey?.spec.tenants.assignments.find(candidate => candidate.database === database)
  const known = knownDatabase(tenant)
  return {
    installation: seen.installation,
    inheritFrom: connection?.spec.inheritFrom ?? [],
    self: splitKey(seen.key),
    wantedOnDelete: tenant.spec.deletionPolicy,
    connection: partnerKey === undefined ? '' : connectionOf(partnerKey),
    naming: seen.naming,
    assignedTo: assignment,
    ownerLives: seen.ownerLives,
    knownUuid: known?.uuid,
    database,
    creationTimestamp: tenant.metadata.creationTimestamp ?? '',
    rivals: seen.rivals,
    endpoints: seen.endpoints,
    knownBefore: known !== undefined || hasOwnSecret(),
    holdsToken,
    recreate: recreateAsked(tenant),
  }
}

function recreateAsked({ metadata, spec }: ConnectorTenant): 'this' | 'another' | undefined {
  const named = metadata.annotations?.[annotations.recreate]
  if (named === undefined) return undefined
  return named === spec.database ? 'this' : 'another'
}

function makeGood(
  claim: Extract<Claim, { verdict: 'claim' }>,
  seen: ClaimObserved,
  { holdsToken }: Proofs,
): DatabasePlan {
  const exists = claim.actions.some(({ kind }) => kind !== 'create')
  const uuid = claim.uuid ?? seen.freshUuid
  const mark = encodeMark(claim.mark)
  const steps = claim.actions.flatMap(action =>
    stepOf(action, { uuid, mark, database: seen.tenant.spec.database }),
  )
  // Engines without uuids show zeros. A new uuid in the status would be another at each look.
  const shown = exists ? (claim.uuid ?? noUuid) : uuid
  return { uuid: shown, exists, established: holdsToken, steps }
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
