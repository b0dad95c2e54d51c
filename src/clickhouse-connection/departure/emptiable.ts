/** Looks into retired databases whose time has come, and remembers which of them are empty. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Server } from '../../clickhouse/server.ts'
import { dueAt } from '../../tenancy/departure/retired-tables.ts'
import type { RetiredDatabase } from './inventory.ts'
import { durationOf } from '../../core/duration.ts'
import type { DepartureMemory } from './memory.ts'
import type { DepartureObserved, Emptiable } from './observed.ts'

/** So many databases are emptied in one run, so that a mass of them delays nothing else. */
const mostAtOnce = 50
/** So many are looked into. Those that cannot be emptied come first at each sync, and must not hold up the others. */
const mostLooks = 500

interface Due extends Pick<DepartureObserved, 'connection' | 'inventory' | 'now'> {
  /** However many there are, as a person asks and waits. */
  readonly all?: boolean | undefined
}

export async function findEmptiable(
  server: Pick<Server, 'tables' | 'dropLimit'>,
  { connection, inventory, now, all = false }: Due,
  { emptied }: Pick<DepartureMemory, 'emptied'>,
  signal: AbortSignal,
): Promise<readonly Emptiable[]> {
  const dropAfterMs = durationOf(connection.spec.dropAfter)
  const due = inventory.retired
    .filter(({ mark }) => now >= (dueAt(mark, dropAfterMs) ?? Number.POSITIVE_INFINITY))
    .filter(found => !emptied.has(emptiedKey(found)))
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

/** What cannot be looked at now waits for the next sync: there is no hurry in dropping. */
async function look<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ClickHouseError) return undefined
    throw error
  }
}

/** The mark's text has the time of retirement, so a database that comes back and goes again is looked at again. */
function emptiedKey({ url, database, comment }: RetiredDatabase): string {
  return `${url} ${database} ${comment}`
}
