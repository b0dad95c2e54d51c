/** Looks into retired databases whose time has come or is near, and remembers which of them are empty. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Server } from '../../clickhouse/server.ts'
import { isDroppable } from '../../tenancy/departure/retired-tables.ts'
import { retiredKey } from './found/inventory.ts'
import { emptyingKey } from './found/departed.ts'
import { decideEmptyings, type EmptyingsSeen } from './emptying/plan.ts'
import type { DepartureMemory } from './memory.ts'
import type { Emptiable, Filled } from './observed.ts'
import { foresee, type Foreseen, type Nearing } from './emptying/outlook.ts'
import { mustWait } from './retries.ts'

/** How many databases one run empties at most, on each endpoint, so that many of them delay nothing else. */
const mostAtOnce = 50
/** In characters: how much one run lists, of all databases together, before it leaves the others to the next. */
const mostListed = 8 * 1024 * 1024
const perTable = 64

/** What is in them, and the tables of those that may be emptied now. */
export async function lookInside(
  server: Pick<Server, 'totals' | 'dropLimit' | 'tables'>,
  seen: Omit<EmptyingsSeen, 'filled'>,
  memory: Pick<DepartureMemory, 'emptied'>,
  signal: AbortSignal,
): Promise<{ readonly filled: readonly Filled[]; readonly emptiable: readonly Emptiable[] }> {
  const filled = await findFilled(server, seen, memory, signal)
  return { filled, emptiable: await listEmptiable(server, { ...seen, filled }, signal) }
}

/** Those that are not empty. It takes few statements, however many there are. */
async function findFilled(
  server: Pick<Server, 'totals' | 'dropLimit'>,
  seen: Foreseen,
  { emptied }: Pick<DepartureMemory, 'emptied'>,
  signal: AbortSignal,
): Promise<readonly Filled[]> {
  const { nearing } = foresee(seen)
  const urls = new Set(nearing.flatMap(({ found }) => found.map(({ url }) => url)))
  const looks = [...urls].map(url =>
    attempt(() => findFilledOn(server, { url, nearing, emptied }, signal), signal),
  )
  return (await Promise.all(looks)).flatMap(filled => filled ?? [])
}

interface OnEndpoint {
  readonly url: string
  readonly nearing: readonly Nearing[]
  readonly emptied: Set<string>
}

async function findFilledOn(
  server: Pick<Server, 'totals' | 'dropLimit'>,
  { url, nearing, emptied }: OnEndpoint,
  signal: AbortSignal,
): Promise<readonly Filled[]> {
  const here = nearing.filter(({ found }) => found.some(each => each.url === url))
  const names = here.map(({ database }) => database)
  const totals = await server.totals(url, names, signal)
  for (const { database, found, when } of here) {
    // Until its time has come, somebody may still fill it.
    if (totals.has(database) || when === 'soon') continue
    for (const each of found) if (each.url === url) emptied.add(retiredKey(each))
  }
  if (totals.size === 0) return []
  const maxTableBytes = (await server.dropLimit(url, signal)) ?? 0
  return names.flatMap(database => {
    const total = totals.get(database)
    return total === undefined ? [] : [{ url, database, ...total, maxTableBytes }]
  })
}

async function listEmptiable(
  server: Pick<Server, 'tables'>,
  seen: EmptyingsSeen,
  signal: AbortSignal,
): Promise<readonly Emptiable[]> {
  const { go } = decideEmptyings(seen)
  const emptiable: Emptiable[] = []
  const taken = new Map<string, number>()
  let listed = 0
  for (const { url, database, largest, maxTableBytes } of seen.filled) {
    const found = seen.unemptied.find(each => each.url === url && each.database === database)
    const count = taken.get(url) ?? 0
    if (found === undefined || !go.has(database) || !isDroppable(largest, maxTableBytes)) continue
    // Those that failed must not take the place of others.
    if (mustWait(emptyingKey(url, { ...found.mark, database }), seen)) continue
    if (count >= mostAtOnce && !seen.anyTime) continue
    if (listed >= mostListed && !seen.anyTime) break
    const tables = await attempt(() => server.tables(url, database, signal), signal)
    if (tables === undefined || tables.length === 0) continue
    taken.set(url, count + 1)
    for (const { name, engine } of tables) listed += perTable + name.length + engine.length
    emptiable.push({ ...found, tables })
  }
  return emptiable
}

/** Undefined if it cannot be looked at now. It waits for the next sync: dropping is not urgent. */
async function attempt<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ClickHouseError) return undefined
    throw error
  }
}
