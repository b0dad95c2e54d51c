/** Tries what the reader may read. Whatever a tenant's table or view does, the trial goes on with the next. */
import type { ClickHouseError } from '../errors.ts'
import { quoteLiteral } from '../quote.ts'
import type { TrialTable } from '../catalog/trial-tables.ts'
import type { ReaderQueries } from './reader-queries.ts'

/** A table or view that the reader cannot read, although its database is granted. */
export interface TableFault extends Pick<TrialTable, 'database' | 'name' | 'engine'> {
  /** `refused`: it shows what the reader may not read. `broken`: reading it fails for another reason. */
  readonly kind: 'refused' | 'broken'
  /** Continues "reading it fails: …". */
  readonly because: string
}

export interface Opening {
  /** Whether the reader could read what was granted. Absent while that is not known. */
  readonly opens?: boolean
  /** The granted database that stayed shut. */
  readonly shut?: string
  readonly faults: readonly TableFault[]
}

/** How many are tried one by one. */
const mostStores = 4
const mostFronts = 6

/** @throws ClickHouseError when nothing more can be tried on this endpoint */
export async function tryToOpen(
  queries: ReaderQueries,
  databases: readonly string[],
  tables: readonly TrialTable[],
): Promise<Opening> {
  const granted = tables.filter(({ database }) => databases.includes(database))
  const [stores, fronts] = [
    granted.filter(({ isFront }) => !isFront),
    granted.filter(({ isFront }) => isFront),
  ]
  const stored = await readStores(queries, stores.slice(0, mostStores))
  if (stored.shut !== undefined) return stored
  const shown = await readFronts(queries, fronts.slice(0, mostFronts))
  const faults = [...stored.faults, ...shown.faults]
  const isOpen = stored.opens === true || shown.opens === true
  const doubted = new Set(faults.filter(({ kind }) => kind === 'refused').map(({ database }) => database))
  if (!isOpen && databases[0] !== undefined) doubted.add(databases[0])
  for (const database of doubted) {
    if (!(await queries.mayRead(database))) return { opens: false, shut: database, faults: [] }
  }
  // Where nothing but another database is refused, the server has just said that the right on this one is there.
  return isOpen || faults.every(({ kind }) => kind === 'refused') ? { opens: true, faults } : { faults }
}

/** Until one could be read: then all others can. */
async function readStores(queries: ReaderQueries, tables: readonly TrialTable[]): Promise<Opening> {
  const faults: TableFault[] = []
  for (const table of tables) {
    const reading = await queries.read([table])
    if (reading.kind === 'read') return { opens: true, faults }
    if (reading.kind === 'refused') return { opens: false, shut: table.database, faults: [] }
    // One that is gone was dropped meanwhile.
    if (!isGone(reading.error)) faults.push(broken(table, reading.error))
  }
  return { faults }
}

/** All at once, since mostly all can be read. */
async function readFronts(queries: ReaderQueries, tables: readonly TrialTable[]): Promise<Opening> {
  if (tables.length === 0) return { faults: [] }
  const together = await queries.read(tables)
  if (together.kind === 'read') return { opens: true, faults: [] }
  const faults: TableFault[] = []
  for (const table of tables) {
    const reading = tables.length === 1 ? together : await queries.read([table])
    if (reading.kind === 'refused') {
      const { database, name, engine } = table
      faults.push({ database, name, engine, kind: 'refused', because: 'a privilege is missing (code 497)' })
    } else if (reading.kind === 'broken') faults.push(broken(table, reading.error))
  }
  return { ...(faults.length < tables.length ? { opens: true } : {}), faults }
}

/**
 * Whether the reader can read a database that it was not granted. A server shows a database only to those who have a
 * right in it.
 *
 * @throws ClickHouseError
 */
export async function staysShut(
  queries: ReaderQueries,
  database: string,
  tables: readonly TrialTable[],
): Promise<boolean> {
  const table = tables.find(each => each.database === database && !each.isFront)
  if (table !== undefined) {
    const { kind } = await queries.read([table])
    if (kind !== 'broken') return kind === 'refused'
  }
  const seen = await queries.rows(
    `SELECT count() FROM system.databases WHERE name = ${quoteLiteral(database)}`,
  )
  return Number(seen[0]?.[0]) === 0
}

function isGone({ code }: ClickHouseError): boolean {
  return code === 'tableMissing' || code === 'databaseMissing'
}

function broken({ database, name, engine }: TrialTable, error: ClickHouseError): TableFault {
  const why = isGone(error)
    ? 'what it shows is not there'
    : error.code === 'timeout'
      ? 'it takes too long'
      : 'the server cannot do it'
  return { database, name, engine, kind: 'broken', because: `${why} (code ${error.serverCode ?? 0})` }
}
