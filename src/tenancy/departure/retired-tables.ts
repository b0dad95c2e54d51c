/**
 * When the tables of a tenant that chose Drop go, some time after the tenant left, and in which order. The database
 * itself stays, to keep the name.
 */
import type { Mark } from '../mark.ts'

export interface Table {
  readonly name: string
  /** 0 for what stores no data, such as a view. */
  readonly bytes: number
}

/** In milliseconds since the epoch, by the server's clock. */
export interface Due {
  /** When the tables go. */
  readonly at: number
  /** From when on they go if a person says so. Not after `at`. */
  readonly asksFrom: number
}

/** No `dropAfter` is longer. */
const longestMs = 8_760 * 3_600_000

/**
 * When the tables of a database go; undefined while it is not retired. The mark says it since the database was retired,
 * so a shorter `dropAfter` takes from nobody the time in which to come back; a longer one gives more of it. A mark of
 * an older release does not say it, and nobody knows which `dropAfter` held then: a person is asked.
 */
export function dueOf({ state, retiredAt, dropsAt }: Mark, dropAfterMs: number): Due | undefined {
  if (state !== 'retired' || retiredAt === undefined) return undefined
  const asksFrom = Math.max(retiredAt + dropAfterMs, dropsAt ?? 0)
  return { at: dropsAt === undefined ? Math.max(retiredAt + longestMs, asksFrom) : asksFrom, asksFrom }
}

/** The later of both, as a database goes on all endpoints or on none. */
export function laterDue(a: Due, b: Due): Due {
  return { at: Math.max(a.at, b.at), asksFrom: Math.max(a.asksFrom, b.asksFrom) }
}

/** The names of tables in the order in which they go: a view before the tables that it reads. */
export function dropOrder(tables: readonly Table[]): readonly string[] {
  const ordered = tables.toSorted((a, b) => a.bytes - b.bytes || (a.name < b.name ? -1 : 1))
  return ordered.map(({ name }) => name)
}

/** Whether the server drops a table of so many bytes. @param limit its `max_table_size_to_drop`; 0 is no limit */
export function isDroppable(bytes: number, limit: number): boolean {
  return limit === 0 || bytes <= limit
}
