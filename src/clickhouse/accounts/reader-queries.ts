/** What is asked as the reader: bounded, since tables and views are a tenant's, and may be huge or slow. */
import type { Row } from '../endpoint/answer.ts'
import type { Endpoint, Settings } from '../endpoint/endpoint.ts'
import { ClickHouseError } from '../errors.ts'
import { quoteIdentifier } from '../quote.ts'
import { scopeText } from '../scope.ts'
import type { Statement } from '../statements.ts'
import type { TrialTable } from '../catalog/trial-tables.ts'

/** Rights are checked before anything is read, so that a reading which is broken off is as good as a whole one. */
const bounds: Settings = {
  max_execution_time: 2,
  timeout_overflow_mode: 'break',
  max_rows_to_read: 1_000_000,
  read_overflow_mode: 'break',
}
/** For a server that does not keep to the bounds, in milliseconds. */
const patienceMs = 8_000

export type Reading =
  | { readonly kind: 'read' }
  /** A right is missing: on what was named, or on what that shows. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'broken'; readonly error: ClickHouseError }

/** Asks as the reader. Everything throws ClickHouseError for what is no table's fault, such as the network or a quota. */
export class ReaderQueries {
  readonly #endpoint: Endpoint
  readonly #signal: AbortSignal
  /** A profile may forbid them, and then has its own. */
  #bounds = bounds

  constructor(endpoint: Endpoint, signal: AbortSignal) {
    this.#endpoint = endpoint
    this.#signal = signal
  }

  /** Reads nothing of all these tables at once. */
  async read(tables: readonly TrialTable[]): Promise<Reading> {
    const parts = tables.map(table => `SELECT 1 FROM ${tableText(table)} LIMIT 0`)
    try {
      await this.#rows(parts.join(' UNION ALL '), isAboutTable)
      return { kind: 'read' }
    } catch (error) {
      if (!(error instanceof ClickHouseError) || !isAboutTable(error)) throw error
      return error.code === 'missingPrivileges' ? { kind: 'refused' } : { kind: 'broken', error }
    }
  }

  /** Whether the server says, without reading anything, that the reader may read all of the database. */
  async mayRead(database: string): Promise<boolean> {
    const sql = `CHECK GRANT SELECT ON ${scopeText({ kind: 'database', database })}`
    const rows = await this.#endpoint.plainRows(this.#statement(sql), this.#signal, { timeoutMs: patienceMs })
    return Number(rows[0]?.[0]) === 1
  }

  async rows(sql: string): Promise<readonly Row[]> {
    return await this.#rows(sql, () => false)
  }

  /** @param isAnswer no fault of the server, so that what a tenant has made alarms nobody */
  async #rows(sql: string, isAnswer: (error: ClickHouseError) => boolean): Promise<readonly Row[]> {
    const settings = this.#bounds
    const isForbidden = ({ code }: ClickHouseError): boolean =>
      code === 'settingRefused' && settings === bounds
    const options = {
      settings,
      timeoutMs: patienceMs,
      isAnswer: (error: ClickHouseError) => isForbidden(error) || isAnswer(error),
    }
    try {
      return await this.#endpoint.rows(this.#statement(sql), this.#signal, options)
    } catch (error) {
      if (!(error instanceof ClickHouseError) || !isForbidden(error)) throw error
      this.#bounds = {}
      return await this.#rows(sql, isAnswer)
    }
  }

  #statement(sql: string): Statement {
    const what = `try what ${this.#endpoint.username} may read`
    return { kind: 'verifyReader', sql, what, write: false }
  }
}

export function tableText({ database, name }: Pick<TrialTable, 'database' | 'name'>): string {
  return `${quoteIdentifier(database)}.${quoteIdentifier(name)}`
}

/** QUOTA_EXCEEDED, TOO_MANY_SIMULTANEOUS_QUERIES */
const noRoom: ReadonlySet<number> = new Set([201, 202])

/**
 * Whether a server answered, and not that it has no room for the reader at all. Any other error may be the table's: one
 * in front of another server passes on what that says, a wrong password as well.
 */
function isAboutTable({ serverCode }: ClickHouseError): boolean {
  return serverCode !== undefined && !noRoom.has(serverCode)
}
