/**
 * What a person confirms: exactly those that are held, as they are held now. A number alone would come true again with
 * others. So a hold has a name that no other ever has, made from what it holds and when it began, and the status keeps
 * it until it is confirmed or over.
 */
import { createHash } from 'node:crypto'
import type { HeldRecord } from '../../api/clickhouse-connection-status.ts'

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
}

export interface NamedHold {
  readonly record: HeldRecord
  /** A person has written its name, which only the status can have told. */
  readonly isConfirmed: boolean
}

export function nameHold(holding: Holding, { uid, records, now, said }: HoldContext): NamedHold {
  const known = recordOf(holding, { uid, records })
  const since = known?.since ?? now
  const confirm = known?.confirm ?? nameOf(holding, { uid, since })
  const record: HeldRecord = { takes: holding.takes, count: holding.keys.length, since, confirm }
  return { record, isConfirmed: known !== undefined && confirmedIn(said).has(confirm) }
}

/** The record of exactly what is held, if there is one. */
export function recordOf(
  holding: Holding,
  { uid, records }: Pick<HoldContext, 'uid' | 'records'>,
): HeldRecord | undefined {
  return records.find(({ since, confirm }) => nameOf(holding, { uid, since }) === confirm)
}

/** The names in an annotation: one, or several with commas between them. */
export function confirmedIn(said: string | undefined): ReadonlySet<string> {
  return new Set((said ?? '').split(/[\s,]+/).filter(name => name !== ''))
}

function nameOf(
  { takes, keys }: Holding,
  { uid, since }: { readonly uid: string; readonly since: string },
): string {
  const text = JSON.stringify([takes, uid, since, keys.toSorted()])
  return `${keys.length}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}
