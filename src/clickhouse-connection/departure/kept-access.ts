/** What the reader may still read of departed tenants by grants of its own, though nobody holds that back. Pure. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Idle } from '../idle.ts'
import { departedKey, type Departed } from './found/departed.ts'
import type { DepartureObserved } from './observed.ts'
import type { FailedTask } from './retries.ts'

export interface KeptAccess {
  readonly database: string
  /** Where the reader may read it. */
  readonly urls: readonly string[]
  /** The task that does not take it; undefined where no connection has one. */
  readonly task: { readonly key: string; readonly failed: FailedTask | undefined } | undefined
}

export type KeptObserved = Pick<
  DepartureObserved,
  'connection' | 'endpoints' | 'departed' | 'failed' | 'inventory'
>

/** What fails so often in a row may pass by itself; not so what the server refuses for good. */
const mostPassing = 2

/**
 * By the name of the database. What is held, waits for its grace or is under way is told as that; while nothing is done,
 * nothing is under way.
 */
export function keptAccess(seen: KeptObserved, idle: Idle | undefined): readonly KeptAccess[] {
  const left = seen.departed
    .filter(departed => isStuck(departed, seen) || (idle !== undefined && departed.letGo))
    .map(departed => {
      const key = departedKey(departed)
      const task = { key, failed: seen.failed.get(key) }
      return { database: departed.database, urls: readableOn(departed, seen), task }
    })
  const unclear = Map.groupBy(seen.inventory.unclear, ({ database }) => database)
  const nobodys = [...unclear].map(([database, found]) => {
    const on = new Set(found.map(({ url }) => url))
    return { database, urls: readableOn({ database, on }, seen), task: undefined }
  })
  return [...left, ...nobodys]
    .filter(({ urls }) => urls.length > 0)
    .toSorted((a, b) => (a.database < b.database ? -1 : 1))
}

/** Whether somebody who was let go may keep something, and it is not known yet whether this process can take it. */
export function isUntried(seen: KeptObserved): boolean {
  return seen.departed.some(
    departed => departed.letGo && !isStuck(departed, seen) && readableOn(departed, seen).length > 0,
  )
}

function isStuck(departed: Departed, { failed }: Pick<KeptObserved, 'failed'>): boolean {
  const task = failed.get(departedKey(departed))
  if (task === undefined) return false
  const { error, failures } = task
  const isFinal = error instanceof ClickHouseError && error.refused !== undefined && !error.retryable
  return isFinal || failures > mostPassing
}

/** Nowhere if somebody else makes the grants, as they also take them. */
function readableOn(
  { database, on }: Pick<Departed, 'database' | 'on'>,
  { connection, endpoints }: Pick<KeptObserved, 'connection' | 'endpoints'>,
): readonly string[] {
  if (connection.spec.reader.grants === 'External') return []
  return endpoints
    .filter(view => view.ok && on.has(view.url) && view.data.reader.touchesItself(database))
    .map(({ url }) => url)
}
