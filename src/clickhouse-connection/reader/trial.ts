/** Which databases the reader is tried on. Pure. */
import { isCatalog } from '../../api/fields/server-databases.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'

export interface TrialDatabases {
  /** Databases that the reader may read: the first may be empty, or its tables broken. */
  readonly readable: readonly string[]
  /** A database that the reader may not read. */
  readonly unreadable: string | undefined
}

const mostReadable = 5

/**
 * The first by name, so that the same ones are tried each time.
 *
 * @param only the one readable database that somebody asks about
 */
export function trialDatabases(endpoints: readonly EndpointView[], only?: string): TrialDatabases {
  const readable: string[] = []
  let unreadable: string | undefined
  for (const view of endpoints) {
    if (!view.ok) continue
    const { databases, reader } = view.data
    for (const database of databases.keys()) {
      if (isCatalog(database)) continue
      if (reader.covers(database)) {
        if (only === undefined || only === database) insert(readable, database)
      } else if (!reader.touches(database)) {
        if (unreadable === undefined || database < unreadable) unreadable = database
      }
    }
  }
  return { readable, unreadable }
}

/** Keeps the first few in order. There may be ten thousand. */
function insert(sorted: string[], name: string): void {
  if (sorted.includes(name)) return
  const at = sorted.findIndex(other => name < other)
  if (at === -1 && sorted.length >= mostReadable) return
  sorted.splice(at === -1 ? sorted.length : at, 0, name)
  sorted.splice(mostReadable)
}
