import type { Endpoint } from '../endpoint/endpoint.ts'
import { quoteLiteral } from '../quote.ts'
import type { Statement } from '../statements.ts'

export interface TableView {
  readonly name: string
  readonly engine: string
  /** Compressed size on disk. 0 for what holds no data of its own. */
  readonly bytes: number
}

/** Some forty thousand tables of a database. */
const mostBytes = 8 * 1024 * 1024

/** First what nothing else in the database depends on; then tables, the smallest first. */
const order = "multiIf(engine = 'Dictionary', 0, endsWith(engine, 'View'), 1, 2), total_bytes, name"

/** @throws ClickHouseError */
export async function readTables(
  endpoint: Endpoint,
  database: string,
  signal: AbortSignal,
): Promise<TableView[]> {
  const rows = await endpoint.rows(
    {
      kind: 'readTables',
      sql:
        'SELECT name, engine, toString(ifNull(total_bytes, 0)) FROM system.tables ' +
        `WHERE database = ${quoteLiteral(database)} ORDER BY ${order}`,
      what: `list the tables of ${database}`,
      write: false,
      needs: { right: 'SELECT ON system.tables' },
    },
    signal,
    { mostBytes },
  )
  return rows.map(([name, engine, bytes]) => ({
    name: String(name),
    engine: String(engine),
    bytes: Number(bytes),
  }))
}

/** All tables of a database taken together. Sizes are as in `TableView`. */
export interface TableTotals {
  readonly tables: number
  readonly bytes: number
  readonly largest: number
}

/** How many names one statement has: they have to fit into `max_query_size`. */
const namesAtOnce = 500

/** Sums up the tables of each of these databases; those without tables are left out. @throws ClickHouseError */
export async function readTotals(
  endpoint: Endpoint,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TableTotals>> {
  const totals = new Map<string, TableTotals>()
  for (let from = 0; from < databases.length; from += namesAtOnce) {
    const names = databases.slice(from, from + namesAtOnce)
    const asked = new Set(names)
    for (const [name, tables, bytes, largest] of await endpoint.rows(totalsOf(names), signal)) {
      const total = { tables: Number(tables), bytes: Number(bytes), largest: Number(largest) }
      if (asked.has(String(name))) totals.set(String(name), total)
    }
  }
  return totals
}

function totalsOf(databases: readonly string[]): Statement {
  const bytes = 'ifNull(total_bytes, 0)'
  return {
    kind: 'readTables',
    sql:
      `SELECT database, toString(count()), toString(sum(${bytes})), toString(max(${bytes})) FROM system.tables ` +
      `WHERE database IN (${databases.map(quoteLiteral).join(', ')}) GROUP BY database`,
    what: `sum up the tables of ${databases.length} databases`,
    write: false,
    needs: { right: 'SELECT ON system.tables' },
  }
}

/** @returns bytes, or undefined when the server drops tables of any size */
export async function readDropLimit(endpoint: Endpoint, signal: AbortSignal): Promise<number | undefined> {
  const rows = await endpoint.rows(
    {
      kind: 'readServer',
      sql: "SELECT value FROM system.server_settings WHERE name = 'max_table_size_to_drop'",
      what: 'read how large a table may be dropped',
      write: false,
      needs: { right: 'SELECT ON system.server_settings' },
    },
    signal,
  )
  const limit = Number(rows[0]?.[0] ?? 0)
  return limit > 0 ? limit : undefined
}
