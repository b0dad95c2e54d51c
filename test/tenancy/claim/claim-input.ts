/** What a claim is decided on: a free name and two endpoints, and words for what differs. */
import type { Claim, ClaimInput } from '../../../src/tenancy/claim/claim.ts'
import type { Rival } from '../../../src/tenancy/claim/precedence.ts'
import type { EndpointSight } from '../../../src/tenancy/claim/endpoint.ts'
import { encodeMark, type Mark } from '../../../src/tenancy/mark.ts'

export const self = { namespace: 'tenants', name: 'acme' }
export const other = { namespace: 'secret-ns', name: 'rival' }
export const here = 'cluster-here'
export const uuid = '11111111-2222-4333-8444-555555555555'
export const uuid2 = '22222222-2222-4333-8444-555555555555'
export const noUuid = '00000000-0000-0000-0000-000000000000'

export const mine: Mark = { installation: here, ...self, state: 'owned', onDelete: 'Retain' }
export const retired: Mark = { ...mine, state: 'retired', onDelete: 'Drop', retiredAt: 0 }
export const theirs: Mark = { ...mine, ...other }
export const theirsRetired: Mark = { ...retired, ...other }
export const elsewhere: Mark = { ...mine, installation: 'cluster-there' }
export const othersElsewhere: Mark = { ...theirs, installation: 'cluster-there' }

export type Sight = Mark | 'missing' | 'down' | { readonly comment: string; readonly uuid?: string }

export function endpoints(...sights: readonly Sight[]): readonly EndpointSight[] {
  return sights.map((sight, at) => {
    const url = `http://ch${at + 1}`
    if (sight === 'down') return { url, reachable: false }
    if (sight === 'missing') return { url, reachable: true }
    const found = 'comment' in sight ? { uuid, ...sight } : { uuid, comment: encodeMark(sight) }
    return { url, reachable: true, database: found }
  })
}

export const fresh: ClaimInput = {
  installation: here,
  inheritFrom: [],
  self,
  creationTimestamp: '2026-03-01T12:00:00Z',
  database: 'client_1',
  wantedOnDelete: 'Retain',
  connection: 'datalens/default',
  naming: 'none',
  ownerLives: () => false,
  rivals: [],
  endpoints: endpoints('missing', 'missing'),
  knownBefore: false,
  holdsToken: false,
  recreate: undefined,
}

export function rival(change: Partial<Rival> = {}): Rival {
  const creationTimestamp = '2026-01-01T12:00:00Z'
  return { ...other, creationTimestamp, eligible: true, assigned: false, knownBefore: false, ...change }
}

/** The verdict in one word, or what would be done on each endpoint. */
export function short(claim: Claim): string {
  if (claim.verdict === 'claim') return claim.actions.map(action => action.kind).join(' ')
  return claim.verdict === 'refuse' ? `${claim.reason} ${claim.cause}` : `wait ${claim.why}`
}

export const unmarked = { comment: 'made by hand' }
export const malformed = { comment: `${encodeMark(mine)} ` }
export const lives = { ownerLives: () => true }
export const assigned = { assignedTo: self }
export const settled = { knownBefore: true, holdsToken: true, knownUuid: uuid }
