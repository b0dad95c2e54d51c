/** Finds what is left of departed tenants because nobody can tell which connection has to act. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Server } from '../../clickhouse/server.ts'
import { retiredKey, type Inventory, type RetiredDatabase } from './found/inventory.ts'
import type { DepartureMemory } from './memory.ts'

/** How many one run looks into, so that many of them delay nothing else. */
const mostLooks = 500

/** @returns names of databases, sorted. A retired one counts only if there is something in it, which is asked once */
export async function findUnclear(
  server: Pick<Server, 'tables'>,
  { unclear }: Pick<Inventory, 'unclear'>,
  { remains }: Pick<DepartureMemory, 'remains'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const isRetired = ({ mark }: RetiredDatabase): boolean => mark.state === 'retired'
  const unknown = unclear.filter(found => isRetired(found) && !remains.has(retiredKey(found)))
  for (const found of unknown.slice(0, mostLooks)) {
    const has = await hasTables(server, found, signal)
    if (has !== undefined) remains.set(retiredKey(found), has)
  }
  const left = unclear.filter(found => !isRetired(found) || remains.get(retiredKey(found)) === true)
  return [...new Set(left.map(({ database }) => database))].sort()
}

/** Undefined if it cannot be looked at now. */
async function hasTables(
  server: Pick<Server, 'tables'>,
  { url, database }: RetiredDatabase,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    return (await server.tables(url, database, signal)).length > 0
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ClickHouseError) return undefined
    throw error
  }
}
