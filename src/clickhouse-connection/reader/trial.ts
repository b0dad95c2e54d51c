/** Which databases the reader is tried on. Pure. */
import { isCatalog } from '../../api/fields/server-databases.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'

export interface TrialDatabases {
  /** A database that the reader may read. */
  readonly readable: string | undefined
  /** A database that the reader may not read. */
  readonly unreadable: string | undefined
}

/** The first by name, so that the same ones are tried each time. */
export function trialDatabases(endpoints: readonly EndpointView[]): TrialDatabases {
  let readable: string | undefined
  let unreadable: string | undefined
  for (const view of endpoints) {
    if (!view.ok) continue
    const { databases, reader } = view.data
    for (const database of databases.keys()) {
      if (isCatalog(database)) continue
      if (reader.covers(database)) {
        if (readable === undefined || database < readable) readable = database
      } else if (!reader.touches(database)) {
        if (unreadable === undefined || database < unreadable) unreadable = database
      }
    }
  }
  return { readable, unreadable }
}
