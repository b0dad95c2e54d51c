/** Which databases somebody else has changed on the server, so that only their tenants are woken. Pure. */
import { isCatalog } from '../../api/fields/server-databases.ts'
import type { EndpointSnapshot } from '../../clickhouse/catalog/snapshot.ts'

/** What matters to a tenant of its database on one endpoint. */
export interface DatabaseSight {
  readonly uuid: string
  readonly comment: string
  /** The reader may read all of it. */
  readonly granted: boolean
  /** The reader may read something of it. */
  readonly readable: boolean
}

export type ServerView = ReadonlyMap<string, DatabaseSight>

/** @param isNamed whether a tenant names the database. What others have concerns nobody, and may be any number */
export function viewOf(
  { databases, reader }: EndpointSnapshot,
  isNamed: (database: string) => boolean,
): ServerView {
  const view = new Map<string, DatabaseSight>()
  for (const name of databases.keys()) {
    if (isCatalog(name) || !isNamed(name)) continue
    const sight = sightOf(name, { databases, reader })
    if (sight !== undefined) view.set(name, sight)
  }
  return view
}

/** Undefined when the endpoint has no such database. */
export function sightOf(
  name: string,
  { databases, reader }: Pick<EndpointSnapshot, 'databases' | 'reader'>,
): DatabaseSight | undefined {
  const found = databases.get(name)
  if (found === undefined) return undefined
  const { uuid, comment } = found
  return { uuid, comment, granted: reader.covers(name), readable: reader.touches(name) }
}

/**
 * Databases that are not as they were.
 *
 * @param isExpected whether a database that is new, or was granted, is as its tenant wants it. Such a change is the
 * tenant's own work, and nobody need be woken for thousands of those
 */
export function changedDatabases(
  before: ServerView,
  now: ServerView,
  isExpected: (database: string, sight: DatabaseSight) => boolean,
): readonly string[] {
  const changed: string[] = []
  for (const [database, sight] of now) {
    const old = before.get(database)
    if (old !== undefined && sameSight(old, sight)) continue
    if (isProgress(old, sight) && isExpected(database, sight)) continue
    changed.push(database)
  }
  for (const database of before.keys()) if (!now.has(database)) changed.push(database)
  return changed
}

function sameSight(a: DatabaseSight, b: DatabaseSight): boolean {
  return a.granted === b.granted && a.readable === b.readable && a.uuid === b.uuid && a.comment === b.comment
}

function isProgress(old: DatabaseSight | undefined, { uuid, comment, granted }: DatabaseSight): boolean {
  return old === undefined || (old.uuid === uuid && old.comment === comment && granted)
}
