import type { Endpoint } from '../endpoint/endpoint.ts'
import { quoteLiteral } from '../quote.ts'
import type { Statement } from '../statements.ts'

/** A table or view on which the reader is tried. */
export interface TrialTable {
  readonly database: string
  readonly name: string
  readonly engine: string
  /** It shows what others hold, such as a view, so a refusal may be about those. */
  readonly isFront: boolean
}

/** How many of either sort are taken from a database: one can be broken. More where there are few databases. */
const mostOf = (databases: readonly string[]): number => (databases.length > 2 ? 3 : 6)

/**
 * No dictionary, queue or foreign table: those need rights of their own, lose messages when they are read, or fetch
 * what they show from far away.
 */
const fronts = ['View', 'MaterializedView', 'Merge', 'Distributed', 'Buffer']
const stores = ['Log', 'TinyLog', 'StripeLog', 'Memory']

/** `{name:Type}` in a view: nobody can read it without a value. */
const parameter = '[{]\\w+ *:'

/**
 * A few tables of each database, the same ones each time. What the account may not see is not among them.
 *
 * @throws ClickHouseError
 */
export async function readTrialTables(
  endpoint: Endpoint,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<readonly TrialTable[]> {
  if (databases.length === 0) return []
  const rows = await endpoint.rows(trialTables(databases), signal)
  return rows.map(([database, name, engine, isFront]) => ({
    database: String(database),
    name: String(name),
    engine: String(engine),
    isFront: Number(isFront) === 1,
  }))
}

function trialTables(databases: readonly string[]): Statement {
  const front = `engine IN (${listOf(fronts)})`
  return {
    kind: 'readTables',
    sql:
      `SELECT database, name, engine, ${front} AS front FROM system.tables WHERE database IN (${listOf(databases)}) ` +
      `AND (front OR endsWith(engine, 'MergeTree') OR engine IN (${listOf(stores)})) ` +
      `AND NOT match(as_select, ${quoteLiteral(parameter)}) ` +
      `ORDER BY database, name LIMIT ${mostOf(databases)} BY database, front`,
    what: 'list tables to try the reader on',
    write: false,
    needs: { right: 'SELECT ON system.tables' },
  }
}

function listOf(texts: readonly string[]): string {
  return texts.map(quoteLiteral).join(', ')
}
