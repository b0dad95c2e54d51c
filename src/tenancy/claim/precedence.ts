/** Whose a name is that no mark gives to anybody. Pure. */
import { type ClaimSide, sameTenant, type TenantName } from './endpoint.ts'

/** Another tenant of the same connection whose spec names the same database. */
export interface Rival extends TenantName {
  /** ISO 8601, as the API server writes it. */
  readonly creationTimestamp: string
  /** Allowed, not suspended, not being deleted. */
  readonly eligible: boolean
  /** An exact assignment of its own PartnerKey names it. */
  readonly assigned: boolean
  /** Its Secret or status says that it has the database already, so tokens for it may be in use. */
  readonly knownBefore: boolean
}

/** A tenant among its rivals. */
export interface Contest extends Pick<ClaimSide, 'self' | 'assignedTo' | 'holdsToken' | 'knownUuid'> {
  readonly creationTimestamp: string
  readonly rivals: readonly Rival[]
  /** A Secret or the status says that this tenant had the database already. */
  readonly knownBefore: boolean
}

/** `mine` is this tenant's to take; all else is another's. */
export type Precedence = 'mine' | 'hadByOther' | 'assignedToOther' | 'olderRival'

/**
 * First comes a living tenant that had the database, even if somebody dropped it: its tokens would open the next
 * owner's. Then the admin's assignment, then age.
 */
export function precedenceOf(contest: Contest): Precedence {
  const { assignedTo, rivals } = contest
  if (rivals.some(rival => rival.knownBefore)) return 'hadByOther'
  const assigned = isAssigned(contest)
  if (assignedTo !== undefined && !assigned) return 'assignedToOther'
  // A Secret alone proves nothing: anybody who may write Secrets there could have made it.
  const had = contest.knownBefore && (contest.holdsToken || contest.knownUuid !== undefined)
  const isBehind = rivals.some(rival => rival.eligible && goesFirst(rival, contest, assigned))
  return !had && isBehind ? 'olderRival' : 'mine'
}

/** Whether the admin has given the name to this very tenant. */
export function isAssigned({ assignedTo, self }: Pick<ClaimSide, 'assignedTo' | 'self'>): boolean {
  return assignedTo !== undefined && sameTenant(assignedTo, self)
}

function goesFirst(rival: Rival, contest: Contest, assigned: boolean): boolean {
  if (rival.assigned !== assigned) return rival.assigned
  const age = Date.parse(rival.creationTimestamp) - Date.parse(contest.creationTimestamp)
  if (age !== 0) return age < 0
  // The API server's times are in whole seconds. Of two equals the name decides, which nobody can change.
  const key = ({ namespace, name }: TenantName): string => `${namespace}/${name}`
  return key(rival) < key(contest.self)
}
