/** What is in databases, whoever names them and whenever they are due. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { TableTotals } from '../../clickhouse/catalog/tables.ts'
import type { Server } from '../../clickhouse/server.ts'

/** Of the endpoint that has most. */
type Size = Pick<TableTotals, 'tables' | 'bytes'>

/** Undefined where an endpoint that has the database did not tell, so that empty is never said of what was not seen. */
export type Sizes = ReadonlyMap<string, Size | undefined>

/** @param databases by the URL of an endpoint that has them. @throws only the signal's reason */
export async function readSizes(
  server: Pick<Server, 'totals'>,
  databases: ReadonlyMap<string, readonly string[]>,
  signal: AbortSignal,
): Promise<Sizes> {
  const looks = [...databases].map(async ([url, names]) => ({
    names,
    totals: await totalsOn(server, { url, names }, signal),
  }))
  const sizes = new Map<string, Size | undefined>()
  for (const { names, totals } of await Promise.all(looks)) {
    for (const name of names) {
      const here = totals && { tables: 0, bytes: 0, ...totals.get(name) }
      sizes.set(name, sizes.has(name) ? larger(sizes.get(name), here) : here)
    }
  }
  return sizes
}

function larger(a: Size | undefined, b: Size | undefined): Size | undefined {
  return a && b && { tables: Math.max(a.tables, b.tables), bytes: Math.max(a.bytes, b.bytes) }
}

async function totalsOn(
  server: Pick<Server, 'totals'>,
  { url, names }: { readonly url: string; readonly names: readonly string[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TableTotals> | undefined> {
  try {
    return await server.totals(url, names, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ClickHouseError) return undefined
    throw error
  }
}
