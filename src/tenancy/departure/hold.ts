/**
 * What a person confirms: exactly those that are held, as they are held now. A number that is left behind would come
 * true again with others. So a hold has a name that no other ever has, made from what it holds and when it began, and
 * the status keeps it until it is confirmed or over. A number alone means access, and those who waited when it was
 * written: the status keeps also which were there before.
 */
import { createHash } from 'node:crypto'
import type { HeldRecord } from '../../api/status/clickhouse-connection.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'

export interface Holding {
  readonly takes: HeldRecord['takes']
  /** Names those that are held: whoever comes back and leaves anew may be named alike. */
  readonly keys: readonly string[]
}

export interface HoldContext {
  /** Of the connection: one that is made anew knows of no confirmation. */
  readonly uid: string
  /** As the status has them. */
  readonly records: readonly HeldRecord[]
  /** As in a status, for a hold that begins. */
  readonly now: string
  /** The annotation, in which a person writes what is confirmed. */
  readonly said: string | undefined
  /** Nothing else waits for the annotation, so a number alone says who is meant. */
  readonly isOnly: boolean
}

export interface NamedHold {
  readonly record: HeldRecord
  /** A person has written what means it. */
  readonly isMeant: boolean
  /** The same, and the status had told of it before. */
  readonly isConfirmed: boolean
}

export function nameHold(holding: Holding, context: HoldContext): NamedHold {
  const { uid, records, said, isOnly } = context
  const { takes, keys } = holding
  const known = recordOf(holding, { uid, records })
  const since = known?.since ?? beginningOf(holding, context)
  const confirm = known?.confirm ?? nameOf(holding, { uid, since })
  const spent = takes === 'Access' ? spentOn(holding, known, context) : []
  const record: HeldRecord = {
    takes,
    count: keys.length,
    since,
    confirm,
    ...(spent.length === 0 ? {} : { spentNumbers: spent }),
  }
  const isMeant = confirms(said, record, isOnly)
  return { record, isMeant, isConfirmed: known !== undefined && isMeant }
}

/**
 * When a new hold begins, in whole seconds: so late that its name is none that a person has written. It would be that of
 * a hold which began in the same second, with the same ones, and was confirmed.
 */
function beginningOf(holding: Holding, { uid, now, said }: HoldContext): string {
  const names = confirmedIn(said)
  let since = now
  while (names.has(nameOf(holding, { uid, since }))) since = toTimestamp((parseTimestamp(since) ?? 0) + 1_000)
  return since
}

/** Whether the annotation means this hold: by its name, or by its number if that was written while these waited. */
export function confirms(said: string | undefined, record: HeldRecord, isOnly: boolean): boolean {
  const names = confirmedIn(said)
  if (names.has(record.confirm)) return true
  const number = String(record.count)
  const isSpent = record.spentNumbers?.includes(number) ?? false
  return isOnly && record.takes === 'Access' && names.has(number) && !isSpent
}

/**
 * Numbers that were there before do not mean these. A hold that only grows is the same one for people: many leave one
 * by one, and whoever counted them all may have written that down by now.
 */
function spentOn(
  { takes, keys }: Holding,
  known: HeldRecord | undefined,
  { records, said }: HoldContext,
): readonly string[] {
  const numbers = [...confirmedIn(said)].filter(name => /^[0-9]{1,6}$/.test(name)).slice(0, mostNumbers)
  const [before, ...others] = records.filter(record => record.takes === takes)
  const isGrown = before !== undefined && others.length === 0 && before.count < keys.length
  const same = known ?? (isGrown ? before : undefined)
  if (same === undefined) return numbers
  return (same.spentNumbers ?? []).filter(number => numbers.includes(number))
}

/** As many as a status holds. */
const mostNumbers = 16

/** The record of exactly what is held, if there is one. */
export function recordOf(
  holding: Holding,
  { uid, records }: Pick<HoldContext, 'uid' | 'records'>,
): HeldRecord | undefined {
  return records.find(({ since, confirm }) => nameOf(holding, { uid, since }) === confirm)
}

/** The names in an annotation, with commas between them. What ended a sentence or a command may be copied along. */
export function confirmedIn(said: string | undefined): ReadonlySet<string> {
  const names = (said ?? '').split(/[\s,]+/).map(name => name.replace(/(?<![.;])[.;]+$/, ''))
  return new Set(names.filter(name => name !== ''))
}

function nameOf(
  { takes, keys }: Holding,
  { uid, since }: { readonly uid: string; readonly since: string },
): string {
  const text = JSON.stringify([takes, uid, since, keys.toSorted()])
  return `${keys.length}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}
