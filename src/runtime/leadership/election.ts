/**
 * An election by a Lease, as one process sees it. Pure: what was answered and the monotonic time go in, the next request
 * and how long this process leads come out.
 *
 * Why two never lead at once: a lease counts from when the request that wrote it was sent, and for the others from when
 * they saw the change, which is later. A write names the version that it writes over. And who makes a Lease anew waits
 * as long as a leader by one that was deleted may still go on.
 */
import { heldRecord, respectedMs, sameLease, type Lease, type LeaseRecord } from './lease.ts'
import type { ElectionRules } from './rules.ts'
import { takesFree, trialAfter, type Trial } from './trial.ts'

export interface Election {
  /** Undefined before the first answer. `since`: when it was first seen as it is. */
  readonly seen: { readonly lease: Lease | undefined; readonly since: number } | undefined
  /** Whether `seen` may be written over without another look. */
  readonly isFresh: boolean
  readonly hold: Hold | undefined
  /** The last free Lease that we wrote over without being told how it ended. */
  readonly tried: Trial | undefined
  /** The highest number of transitions at which somebody was seen to lead. */
  readonly mostHeld: number | undefined
  /** Why the lead was lost. A process leads once. */
  readonly lost: string | undefined
  /** When the next request is due. It may have passed. */
  readonly nextAt: number
}

/** The record is ours. All times are monotonic. */
export interface Hold {
  readonly record: LeaseRecord
  /** When the last request that renewed it was sent. */
  readonly renewedAt: number
  /** From when on nobody else can still lead. */
  readonly leadsFrom: number
}

export type ElectionRequest =
  | { readonly kind: 'read' }
  | { readonly kind: 'create'; readonly record: LeaseRecord }
  | { readonly kind: 'replace'; readonly over: Lease; readonly record: LeaseRecord }

/** `refused`: somebody else was faster. `failed`: nobody knows whether it was done. */
export type ElectionAnswer =
  | { readonly kind: 'found' | 'written'; readonly lease: Lease }
  | { readonly kind: 'missing' | 'refused' | 'failed' }

export interface Exchange {
  readonly request: ElectionRequest
  /** When the request was sent, or earlier. */
  readonly sentAt: number
  readonly answer: ElectionAnswer
}

export interface Moment {
  readonly now: number
  /** Until the next attempt, if the answer asks for none at once. */
  readonly pauseMs: number
}

/** Of the retry period. Not at once, or two who write without end would keep each other busy. */
const urgentPart = 0.1
/** Of a pause, until the next look at another's record: it counts from when its last change was seen, which is so late. */
const lookPart = 0.25
/** So many pauses a Lease has to be missing: longer than a leader needs to notice and make it again. */
const patience = 1.5

export function beginElection(now: number): Election {
  const nothing = { seen: undefined, hold: undefined, tried: undefined, mostHeld: undefined, lost: undefined }
  return { ...nothing, isFresh: false, nextAt: now }
}

/** For how long from now this process surely leads; 0 if it does not, or has not renewed in time. */
export function leadsForMs({ hold }: Election, now: number, rules: ElectionRules): number {
  if (hold === undefined || now < hold.leadsFrom || now >= endOf(hold, rules)) return 0
  return hold.renewedAt + rules.leaseMs - now
}

/** When a leader has to stop if it is not renewed before. */
export function endOf({ renewedAt }: Hold, { renewDeadlineMs }: ElectionRules): number {
  return renewedAt + renewDeadlineMs
}

/** @param wallMs of the wall clock, for people */
export function nextRequest(
  { seen, isFresh, hold }: Election,
  wallMs: number,
  rules: ElectionRules,
): ElectionRequest {
  if (!isFresh || seen === undefined) return { kind: 'read' }
  const { lease } = seen
  if (lease === undefined) return { kind: 'create', record: heldRecord(hold?.record, wallMs, rules) }
  return { kind: 'replace', over: lease, record: heldRecord(lease.record, wallMs, rules) }
}

/** What has become of it by time alone. */
export function afterSilence(election: Election, now: number, rules: ElectionRules): Election {
  const { hold } = election
  if (hold === undefined || now < endOf(hold, rules)) return election
  if (now < hold.leadsFrom) return { ...election, hold: undefined, isFresh: false }
  return lose(election, `the lease was not renewed within ${rules.renewDeadlineMs / 1000} s`)
}

export function afterAnswer(
  before: Election,
  exchange: Exchange,
  moment: Moment,
  rules: ElectionRules,
): Election {
  const election = afterSilence(before, moment.now, rules)
  if (election.lost !== undefined) return election
  const { answer } = exchange
  switch (answer.kind) {
    case 'failed':
    case 'refused':
      return afterFailure(election, exchange, moment, rules)
    case 'missing':
      return afterMissing(election, moment)
    case 'found':
      return afterFinding(election, answer.lease, moment, rules)
    case 'written':
      return afterWriting(election, { ...exchange, lease: answer.lease }, moment, rules)
    default:
      return answer satisfies never
  }
}

/**
 * A leader that was refused looks soon: somebody may have deleted the Lease, and others would make it again. One whose
 * request hung has waited enough.
 */
function afterFailure(
  election: Election,
  exchange: Exchange,
  { now, pauseMs }: Moment,
  rules: ElectionRules,
): Election {
  const { answer, sentAt } = exchange
  const isOurs = election.hold !== undefined
  const isUrgent = isOurs && answer.kind === 'refused'
  const nextAt = isUrgent ? now + rules.retryMs * urgentPart : (isOurs ? sentAt : now) + pauseMs
  return { ...election, tried: triedBy(exchange, election, rules), isFresh: false, nextAt }
}

/** A leader makes it again. The others do only if it is still missing at the next look, so that a leader comes first. */
function afterMissing(election: Election, { now, pauseMs }: Moment): Election {
  const isKnown = election.seen !== undefined && election.seen.lease === undefined
  const seen = isKnown ? election.seen : { lease: undefined, since: now }
  if (isLeading(election, now)) return { ...election, seen, isFresh: true, nextAt: now }
  const nextAt = isKnown ? now : now + pauseMs * patience
  return { ...election, hold: undefined, seen, isFresh: isKnown, nextAt }
}

function afterFinding(election: Election, lease: Lease, moment: Moment, rules: ElectionRules): Election {
  const { now, pauseMs } = moment
  const { holder } = lease.record
  const isSame = election.seen !== undefined && sameLease(election.seen.lease, lease)
  const seen = { lease, since: isSame ? (election.seen?.since ?? now) : now }
  if (holder !== rules.identity && isLeading(election, now)) {
    return lose(election, holder === '' ? 'somebody took it away' : `${holder} has taken it`)
  }
  const hold = holder === rules.identity ? election.hold : undefined
  const tried = holder === rules.identity || holder === '' ? election.tried : undefined
  const next = { ...election, hold, tried, seen, mostHeld: mostHeldAfter(election, lease) }
  const freeAt = seen.since + respectedMs(lease.record, rules, next.mostHeld)
  if (now >= freeAt) return { ...next, isFresh: true, nextAt: now }
  return { ...next, isFresh: false, nextAt: Math.min(now + pauseMs * lookPart, freeAt) }
}

function mostHeldAfter(
  { mostHeld }: Election,
  { record: { holder, transitions } }: Lease,
): number | undefined {
  return holder === '' ? mostHeld : Math.max(mostHeld ?? 0, transitions)
}

function afterWriting(
  election: Election,
  exchange: Exchange & { readonly lease: Lease },
  { now }: Moment,
  rules: ElectionRules,
): Election {
  const { request, sentAt, lease } = exchange
  const { tried } = election
  const isFree = request.kind === 'replace' && takesFree({ over: request.over, tried, now, rules })
  const leadsFrom = election.hold?.leadsFrom ?? (isFree ? now : now + rules.leaseMs)
  const hold = { record: lease.record, renewedAt: sentAt, leadsFrom }
  const seen = { lease, since: now }
  // An answer that was under way for so long gives nothing. The next look shows the record.
  if (now >= endOf(hold, rules)) {
    return { ...election, seen, tried: triedBy(exchange, election, rules), isFresh: false, nextAt: now }
  }
  // From when it was sent: an API server that takes its time must not make renewals rarer.
  const dueAt = sentAt + rules.retryMs
  const nextAt = leadsFrom > now ? Math.min(dueAt, leadsFrom) : dueAt
  return { ...election, hold, seen, isFresh: true, nextAt }
}

function triedBy(
  { request, sentAt }: Exchange,
  { tried }: Election,
  rules: ElectionRules,
): Trial | undefined {
  return request.kind === 'replace' ? trialAfter({ over: request.over, tried, sentAt, rules }) : tried
}

function isLeading({ hold }: Election, now: number): boolean {
  return hold !== undefined && now >= hold.leadsFrom
}

function lose(election: Election, why: string): Election {
  return { ...election, hold: undefined, lost: why }
}
