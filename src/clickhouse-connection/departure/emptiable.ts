/** Looks into retired databases whose time has come, and remembers which of them are empty. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Server } from '../../clickhouse/server.ts'
import { dueAt } from '../../tenancy/departure/retired-tables.ts'
import { emptyingKey } from './departed.ts'
import type { RetiredDatabase } from './inventory.ts'
import { durationOf } from '../../core/duration.ts'
import type { DepartureMemory } from './memory.ts'
import type { DepartureObserved, Emptiable } from './observed.ts'
import { mustWait } from './retries.ts'

/** How many databases one run empties at most, so that many of them delay nothing else. */
const mostAtOnce = 50
/** How many one run looks into. It is more: those that cannot be emptied come first, and must not hold up others. */
const mostLooks = 500

interface Due extends Pick<DepartureObserved, 'connection' | 'inventory' | 'now' | 'elapsed' | 'failed'> {
  /** Looks into all of them, as a person asks and waits. */
  readonly all?: boolean | undefined
}

export async function findEmptiable(
  server: Pick<Server, 'tables' | 'dropLimit'>,
  { connection, inventory, now, elapsed, failed, all = false }: Due,
  { emptied }: Pick<DepartureMemory, 'emptied'>,
  signal: AbortSignal,
): Promise<readonly Emptiable[]> {
  const dropAfterMs = durationOf(connection.spec.dropAfter)
  const due = inventory.retired
    .filter(({ mark }) => now >= (dueAt(mark, dropAfterMs) ?? Number.POSITIVE_INFINITY))
    .filter(found => !emptied.has(emptiedKey(found)))
    // Those that failed must not take the place of others.
    .filter(
      ({ url, database, mark }) => !mustWait(emptyingKey(url, { ...mark, database }), { failed, elapsed }),
    )
  const limits = new Map<string, number>()
  const emptiable: Emptiable[] = []
  let droppable = 0
  for (const found of all ? due : due.slice(0, mostLooks)) {
    if (droppable >= mostAtOnce && !all) break
    const tables = await look(() => server.tables(found.url, found.database, signal), signal)
    if (tables?.length === 0) emptied.add(emptiedKey(found))
    if (tables === undefined || tables.length === 0) continue
    const limit = limits.get(found.url) ?? (await look(() => dropLimit(server, found.url, signal), signal))
    if (limit === undefined) continue
    limits.set(found.url, limit)
    emptiable.push({ ...found, tables, maxTableBytes: limit })
    if (limit === 0 || tables.every(({ bytes }) => bytes <= limit)) droppable += 1
  }
  return emptiable
}

async function dropLimit(
  server: Pick<Server, 'dropLimit'>,
  url: string,
  signal: AbortSignal,
): Promise<number> {
  return (await server.dropLimit(url, signal)) ?? 0
}

/** Undefined if it cannot be looked at now. It waits for the next sync: dropping is not urgent. */
async function look<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ClickHouseError) return undefined
    throw error
  }
}

/** The comment holds the time of retirement. So a database that comes back and retires again gets a new look. */
function emptiedKey({ url, database, comment }: RetiredDatabase): string {
  return `${url} ${database} ${comment}`
}
