/** What a Lease says, and how long it has to be respected. Pure. */
import { toMicroTimestamp } from '../../core/timestamp.ts'
import { longestLeaseMs, type ElectionRules } from './rules.ts'

export interface LeaseRecord {
  /** Who leads. Empty: nobody. */
  readonly holder: string
  /** Undefined where it makes no sense. */
  readonly seconds: number | undefined
  /** Times are for people. No decision rests on one, as clocks differ. */
  readonly acquiredAt: string | undefined
  readonly renewedAt: string | undefined
  /** How often the leader has changed. */
  readonly transitions: number
  /** The number of transitions at which a leader gave the lead back, in order. */
  readonly releasedAt: number | undefined
}

/** A Lease at the API server. */
export interface Lease {
  readonly uid: string
  /** Only who names it may write over it. */
  readonly version: string
  readonly record: LeaseRecord
}

/** As client-go writes it: nobody, for a second. */
const releasedSeconds = 1
/** The API server takes no larger number, and would refuse whoever comes after one that somebody wrote. */
const mostTransitions = 2 ** 31 - 1

/**
 * How long after its last change a record has to be respected, in milliseconds.
 *
 * @param mostHeld the highest number of transitions at which this process has seen somebody lead
 */
export function respectedMs(record: LeaseRecord, rules: ElectionRules, mostHeld?: number): number {
  const { holder, seconds = 0, transitions } = record
  if (holder === rules.identity) return 0
  if (isReleased(record) && mostHeld !== undefined && transitions >= mostHeld) return 0
  return Math.max(rules.leaseMs, Math.min(seconds * 1000, longestLeaseMs))
}

/**
 * Whoever takes the holder's name out of a record has not made it stop, so more than that is asked for. And only who saw
 * a leader before believes it: the record may have been put back from a backup, and who has led since then leads still.
 */
function isReleased({ holder, transitions, releasedAt }: LeaseRecord): boolean {
  return holder === '' && releasedAt === transitions
}

/** Whether both say the same of the same Lease. What others note beside the record is no change. */
export function sameLease(a: Lease | undefined, b: Lease | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.uid === b.uid && JSON.stringify(a.record) === JSON.stringify(b.record)
}

/** The record of a process that leads. @param before what it writes over @param wallMs of the wall clock */
export function heldRecord(
  before: LeaseRecord | undefined,
  wallMs: number,
  rules: ElectionRules,
): LeaseRecord {
  const now = toMicroTimestamp(wallMs)
  const ours = before?.holder === rules.identity ? before : undefined
  return {
    holder: rules.identity,
    seconds: rules.leaseMs / 1000,
    acquiredAt: ours === undefined ? now : ours.acquiredAt,
    renewedAt: ours === undefined ? now : toMicroTimestamp(wallMs, nextMicros(ours)),
    transitions: ours?.transitions ?? transitionsAfter(before),
    releasedAt: undefined,
  }
}

/** Counts up, so that a renewal by a clock that stands still is a change for those who wait. */
function nextMicros({ renewedAt = '' }: LeaseRecord): number {
  return (Number(/(\d{3})Z$/.exec(renewedAt)?.[1] ?? 0) + 1) % 1000
}

function transitionsAfter(before: LeaseRecord | undefined): number {
  if (before === undefined || before.transitions >= mostTransitions) return 0
  return before.transitions + 1
}

export function releasedRecord(before: LeaseRecord, wallMs: number): LeaseRecord {
  const renewedAt = toMicroTimestamp(wallMs)
  return { ...before, holder: '', seconds: releasedSeconds, renewedAt, releasedAt: before.transitions }
}
