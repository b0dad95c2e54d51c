/** What the reader may still read of departed tenants by grants of its own, though nobody holds that back. Pure. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import { departedKey, type Departed } from './found/departed.ts'
import type { DepartureObserved } from './observed.ts'
import type { FailedTask } from './retries.ts'

export interface KeptAccess {
  readonly database: string
  /** Where the reader may read it. */
  readonly urls: readonly string[]
  /** The task that fails to take it; undefined where no connection has one. */
  readonly task: { readonly key: string; readonly error: unknown } | undefined
}

export type KeptObserved = Pick<
  DepartureObserved,
  'connection' | 'endpoints' | 'departed' | 'failed' | 'inventory'
>

/** What fails so often in a row may pass by itself; not so what the server refuses for good. */
const mostPassing = 2

/** By the name of the database. What is held, waits for its grace or is under way is told as that. */
export function keptAccess(seen: KeptObserved): readonly KeptAccess[] {
  const refused = seen.departed.flatMap(departed => {
    const key = departedKey(departed)
    const failed = seen.failed.get(key)
    if (failed === undefined || !isStuck(failed)) return []
    return [
      {
        database: departed.database,
        urls: readableOn(departed, seen),
        task: { key, error: failed.error },
      },
    ]
  })
  const unclear = Map.groupBy(seen.inventory.unclear, ({ database }) => database)
  const nobodys = [...unclear].map(([database, found]) => {
    const on = new Set(found.map(({ url }) => url))
    return { database, urls: readableOn({ database, on }, seen), task: undefined }
  })
  return [...refused, ...nobodys]
    .filter(({ urls }) => urls.length > 0)
    .toSorted((a, b) => (a.database < b.database ? -1 : 1))
}

/** Whether somebody who was let go may keep something, and this process has not tried to take it yet. */
export function isUntried(seen: KeptObserved): boolean {
  return seen.departed.some(
    departed =>
      departed.letGo && !seen.failed.has(departedKey(departed)) && readableOn(departed, seen).length > 0,
  )
}

function isStuck({ error, failures }: FailedTask): boolean {
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
