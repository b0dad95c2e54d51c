/** What one endpoint says about a database name that a tenant wants: the part of a claim that looks at marks. */
import { isOurs, type Mark, type OnDelete, readMark } from '../mark.ts'

export interface TenantName {
  readonly namespace: string
  readonly name: string
}

export interface Found {
  readonly uuid: string
  /** At least the first 1,024 characters. */
  readonly comment: string
}

export type EndpointSight =
  | { readonly url: string; readonly reachable: false }
  | { readonly url: string; readonly reachable: true; readonly database?: Found | undefined }

export type RefusalReason = 'DatabaseOwnedElsewhere' | 'DatabaseUnmarked' | 'NameRetired' | 'DatabaseLost'

/** Why a tenant does not get a name. For logs alone, as it may tell about other tenants. */
export type RefusalCause =
  | 'otherTenant'
  | 'otherInstallation'
  | 'malformedMark'
  | 'retired'
  | 'unmarked'
  | 'assignedToOther'
  | 'missing'

export type EndpointFinding =
  | { readonly kind: 'unreachable'; readonly url: string }
  | { readonly kind: 'missing'; readonly url: string }
  /** The mark is this tenant's. */
  | {
      readonly kind: 'mine'
      readonly url: string
      readonly found: Found
      readonly action: 'ok' | 'revive' | 'updateMark'
    }
  /** The mark is missing or damaged, but by its uuid this is the database that the tenant had. */
  | { readonly kind: 'spoilt'; readonly url: string; readonly found: Found }
  /** Not this tenant's, but assigned to it by the admin. A live read has to prove that `formerOwner` is gone. */
  | {
      readonly kind: 'assigned'
      readonly url: string
      readonly found: Found
      readonly formerOwner?: TenantName
    }
  | {
      readonly kind: 'conflict'
      readonly url: string
      readonly cause: 'otherTenant' | 'otherInstallation' | 'malformedMark' | 'retired' | 'unmarked'
    }

/** Whether a mark says which connection its tenant belongs to. It costs no write of its own unless it is needed. */
export type Naming = 'none' | 'ifWritten' | 'needed'

export interface ClaimSide {
  readonly installation: string
  readonly inheritFrom: readonly string[]
  readonly self: TenantName
  readonly wantedOnDelete: OnDelete
  /** `namespace/name` of the connection whose key the tenant names. */
  readonly connection: string
  /** `needed`: a mark without a connection would not stand for this one, so it is written anew. */
  readonly naming: Naming
  /** Who the PartnerKey's exact assignment for this database names, if there is one. */
  readonly assignedTo?: TenantName | undefined
  /**
   * Whether the tenant that a mark of ours names exists and still names this database. True also when that cannot be
   * known: a name is given away only when its owner is surely gone.
   */
  readonly ownerLives: (owner: TenantName) => boolean
  /** It holds a token with a valid seal for this database. So ownership was once proved on every endpoint. */
  readonly holdsToken: boolean
  /** The uuid, from the status, of the database that this tenant had before. */
  readonly knownUuid?: string | undefined
}

export function sameTenant(a: TenantName, b: TenantName): boolean {
  return a.namespace === b.namespace && a.name === b.name
}

export function findOut(sight: EndpointSight, side: ClaimSide): EndpointFinding {
  const { url } = sight
  if (!sight.reachable) return { kind: 'unreachable', url }
  const found = sight.database
  if (found === undefined) return { kind: 'missing', url }
  const read = readMark(found.comment)
  if (read.kind === 'mark') return judgeMark(read.mark, found, { url, side })
  if (isTheVeryOne(found.uuid, side)) return { kind: 'spoilt', url, found }
  if (isAssigned(side)) return { kind: 'assigned', url, found }
  return { kind: 'conflict', url, cause: read.kind === 'none' ? 'unmarked' : 'malformedMark' }
}

/**
 * A mark of another installation yields to no assignment, since nobody here can see whether its tenant exists. If that
 * whole installation is gone, the admin says so by `inheritFrom`.
 */
function judgeMark(
  mark: Mark,
  found: Found,
  { url, side }: { readonly url: string; readonly side: ClaimSide },
): EndpointFinding {
  if (!isOurs(mark, side)) return { kind: 'conflict', url, cause: 'otherInstallation' }
  if (sameTenant(mark, side.self)) {
    if (mark.state === 'retired') return { kind: 'mine', url, found, action: 'revive' }
    const asWanted =
      mark.installation === side.installation &&
      mark.onDelete === side.wantedOnDelete &&
      (mark.connection === side.connection || (mark.connection === undefined && side.naming !== 'needed'))
    return { kind: 'mine', url, found, action: asWanted ? 'ok' : 'updateMark' }
  }
  const owner = { namespace: mark.namespace, name: mark.name }
  if (isAssigned(side) && !side.ownerLives(owner)) return { kind: 'assigned', url, found, formerOwner: owner }
  const freed = mark.state === 'retired' && !side.ownerLives(owner)
  return { kind: 'conflict', url, cause: freed ? 'retired' : 'otherTenant' }
}

function isAssigned({ assignedTo, self }: ClaimSide): boolean {
  return assignedTo !== undefined && sameTenant(assignedTo, self)
}

/**
 * Whether a database without its mark is the one that the tenant had, by its uuid. A sealed token has to support that,
 * since others may have written the status. Engines without uuids show zeros, which prove nothing.
 */
function isTheVeryOne(uuid: string, { knownUuid, holdsToken }: ClaimSide): boolean {
  return holdsToken && uuid === knownUuid && uuid !== noUuid
}

export const noUuid = '00000000-0000-0000-0000-000000000000'
