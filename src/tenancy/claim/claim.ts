/**
 * Decides who gets a database name. Isolation between tenants rests on this decision alone. A token names its database
 * for ever, so in doubt nobody gets it.
 *
 * The mark on the server decides. Without one, the PartnerKey's assignment does, then age. All endpoints are looked at
 * before the first is touched, and a conflict on one of them refuses everything.
 */
import {
  type ClaimSide,
  type EndpointFinding,
  type EndpointSight,
  findOut,
  noUuid,
  type RefusalCause,
  type RefusalReason,
  type TenantName,
} from './endpoint.ts'
import { refusalMessage, waitMessage } from './message.ts'
import { type Contest, isAssigned, precedenceOf } from './precedence.ts'
import type { Mark } from '../mark.ts'

export interface ClaimInput extends ClaimSide, Contest {
  readonly database: string
  /** Every endpoint of the connection, in its order. */
  readonly endpoints: readonly EndpointSight[]
  /** Which database the annotation names that allows an empty one in place of the lost one. */
  readonly recreate: 'this' | 'another' | undefined
}

export type EndpointAction =
  | { readonly kind: 'ok'; readonly url: string }
  | { readonly kind: 'create'; readonly url: string }
  | {
      /** `restore`: the mark was edited or removed by hand. */
      readonly kind: 'revive' | 'adopt' | 'updateMark' | 'restore'
      readonly url: string
      /** Write only if the comment is still this. */
      readonly expected: string
      /** Write only once a live read has shown this former owner to be gone. */
      readonly formerOwner?: TenantName
    }

export type Claim =
  | {
      readonly verdict: 'claim'
      /** What the comment is to say on every endpoint. */
      readonly mark: Mark
      /** One for each reachable endpoint, in their order. */
      readonly actions: readonly EndpointAction[]
      /** The uuid of the database where it exists, for where it is created. Undefined when it exists nowhere. */
      readonly uuid: string | undefined
      /**
       * The database with our mark is not the one that the tenant had: it was restored from a backup, or made anew by
       * hand. By its mark it is the tenant's, so nothing stops. Its tables may be gone, so it is told.
       */
      readonly replaced: boolean
    }
  | {
      readonly verdict: 'refuse'
      readonly reason: RefusalReason
      readonly cause: RefusalCause
      /** The first endpoint that shows the cause. Undefined when no single one does. */
      readonly endpoint: string | undefined
      /** For the tenant's author: tells nothing about others. */
      readonly message: string
    }
  | {
      readonly verdict: 'wait'
      readonly why: 'olderRival' | 'unreachable'
      readonly message: string
    }

/** Decides the claim of one tenant on its database. Pure: the answer depends on the input alone. */
export function decideClaim(input: ClaimInput): Claim {
  const findings = input.endpoints.map(sight => findOut(sight, input))
  const conflict = worstConflict(findings)
  if (conflict !== undefined) return refuse(reasons[conflict.cause], conflict, input)
  return (
    nameIsNotFree(findings, input) ??
    isLost(findings, input) ??
    mustWait(findings, input) ??
    claim(findings, input)
  )
}

const reasons = {
  otherTenant: 'DatabaseOwnedElsewhere',
  otherInstallation: 'DatabaseOwnedElsewhere',
  malformedMark: 'DatabaseOwnedElsewhere',
  retired: 'NameRetired',
  unmarked: 'DatabaseUnmarked',
} as const

type Conflict = Extract<EndpointFinding, { kind: 'conflict' }>

const hardestFirst: readonly Conflict['cause'][] = [
  'otherTenant',
  'otherInstallation',
  'malformedMark',
  'retired',
  'unmarked',
]

/** The conflict that is hardest to resolve, so that the answer does not depend on the order of endpoints. */
function worstConflict(findings: readonly EndpointFinding[]): Conflict | undefined {
  const conflicts = findings.filter(finding => finding.kind === 'conflict')
  const worst = hardestFirst.find(cause => conflicts.some(conflict => conflict.cause === cause))
  return conflicts.find(({ cause }) => cause === worst)
}

/** Whoever holds a mark has the name. */
function nameIsNotFree(findings: readonly EndpointFinding[], input: ClaimInput): Claim | undefined {
  if (findings.some(finding => finding.kind === 'mine' || finding.kind === 'spoilt')) return undefined
  const precedence = precedenceOf(input)
  switch (precedence) {
    case 'mine':
      return undefined
    case 'hadByOther':
      return refuse('DatabaseOwnedElsewhere', { cause: 'otherTenant' }, input)
    case 'assignedToOther':
      return refuse('DatabaseOwnedElsewhere', { cause: 'assignedToOther' }, input)
    case 'olderRival':
      return { verdict: 'wait', why: 'olderRival', message: waitMessage('olderRival', input.database) }
    default:
      return precedence satisfies never
  }
}

function isLost(findings: readonly EndpointFinding[], input: ClaimInput): Claim | undefined {
  if (!input.knownBefore || input.recreate === 'this') return undefined
  return findings.length > 0 && findings.every(finding => finding.kind === 'missing')
    ? refuse('DatabaseLost', { cause: 'missing' }, input)
    : undefined
}

/**
 * Whether the claim has to wait for endpoints. Before its first token, and before it takes over a database that was not
 * its own, a tenant needs all of them. Later it needs one that shows the database to be this tenant's.
 */
function mustWait(
  findings: readonly EndpointFinding[],
  { holdsToken, database }: ClaimInput,
): Claim | undefined {
  const allSeen = findings.length > 0 && findings.every(finding => finding.kind !== 'unreachable')
  const proved = findings.some(finding => finding.kind === 'mine' || finding.kind === 'spoilt')
  const takesOver = findings.some(finding => finding.kind === 'assigned')
  if (allSeen || (holdsToken && proved && !takesOver)) return undefined
  return { verdict: 'wait', why: 'unreachable', message: waitMessage('unreachable', database) }
}

function claim(findings: readonly EndpointFinding[], input: ClaimInput): Claim {
  const { installation, self, wantedOnDelete, knownUuid, connection, naming } = input
  const mark: Mark = {
    installation,
    ...(naming === 'none' ? {} : { connection }),
    namespace: self.namespace,
    name: self.name,
    state: 'owned',
    onDelete: wantedOnDelete,
  }
  const uuids = findings.flatMap(finding => ('found' in finding ? [finding.found.uuid] : []))
  const stillThere = knownUuid !== undefined && uuids.includes(knownUuid)
  const maybeElsewhere = findings.some(finding => finding.kind === 'unreachable')
  const replaced = knownUuid !== undefined && !stillThere && !maybeElsewhere && uuids.length > 0
  const uuid = stillThere && knownUuid !== noUuid ? knownUuid : uuids.find(seen => seen !== noUuid)
  return { verdict: 'claim', mark, uuid, replaced, actions: findings.flatMap(actionOn) }
}

function actionOn(finding: EndpointFinding): EndpointAction[] {
  const { url } = finding
  switch (finding.kind) {
    case 'unreachable':
    case 'conflict':
      return []
    case 'missing':
      return [{ kind: 'create', url }]
    case 'mine':
      if (finding.action === 'ok') return [{ kind: 'ok', url }]
      return [{ kind: finding.action, url, expected: finding.found.comment }]
    case 'spoilt':
      return [{ kind: 'restore', url, expected: finding.found.comment }]
    case 'assigned': {
      const { formerOwner } = finding
      const former = formerOwner === undefined ? {} : { formerOwner }
      return [{ kind: 'adopt', url, expected: finding.found.comment, ...former }]
    }
    default:
      return finding satisfies never
  }
}

function refuse(
  reason: RefusalReason,
  { cause, url }: { readonly cause: RefusalCause; readonly url?: string },
  input: ClaimInput,
): Claim {
  const done = { assigned: isAssigned(input), recreatesOther: input.recreate === 'another' }
  return { verdict: 'refuse', reason, cause, endpoint: url, message: refusalMessage(reason, input, done) }
}
