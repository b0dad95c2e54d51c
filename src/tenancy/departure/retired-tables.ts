/**
 * Plans to empty the database of a tenant that chose Drop, some time after the tenant left. The database itself stays,
 * to keep the name.
 */
import type { Mark } from '../mark.ts'

export interface Table {
  readonly name: string
  /** 0 for what stores no data, such as a view. */
  readonly bytes: number
}

export interface EmptyingInput {
  readonly mark: Mark
  readonly dropAfterMs: number
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly tables: readonly Table[]
  /** The server's `max_table_size_to_drop`; 0 is no limit. */
  readonly maxTableBytes: number
}

export type Emptying =
  | { readonly kind: 'keep' }
  | { readonly kind: 'later'; readonly afterMs: number }
  /** The server would refuse to drop these, so none is dropped. */
  | { readonly kind: 'tooBig'; readonly tables: readonly string[] }
  /** To be dropped one by one, in this order: a view goes before the tables that it reads. */
  | { readonly kind: 'drop'; readonly tables: readonly string[] }

/** When to drop the tables of a database, in milliseconds since the epoch. Undefined when it is not retired. */
export function dueAt({ state, retiredAt }: Mark, dropAfterMs: number): number | undefined {
  return state === 'retired' && retiredAt !== undefined ? retiredAt + dropAfterMs : undefined
}

/** What to do about the tables of one retired database on one endpoint. First prove that its owner is gone. */
export function planEmptying(input: EmptyingInput): Emptying {
  const { mark, now, tables, maxTableBytes } = input
  const due = dueAt(mark, input.dropAfterMs)
  if (due === undefined) return { kind: 'keep' }
  if (now < due) return { kind: 'later', afterMs: due - now }
  const tooBig = tables.filter(table => maxTableBytes > 0 && table.bytes > maxTableBytes)
  if (tooBig.length > 0) return { kind: 'tooBig', tables: tooBig.map(table => table.name) }
  const ordered = tables.toSorted((a, b) => a.bytes - b.bytes || (a.name < b.name ? -1 : 1))
  return { kind: 'drop', tables: ordered.map(table => table.name) }
}
