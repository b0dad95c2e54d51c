import type { Cell, Row } from '../../clickhouse/endpoint/answer.ts'
import { Endpoint } from '../../clickhouse/endpoint/endpoint.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import { quoteIdentifier, quoteLiteral } from '../../clickhouse/quote.ts'
import { dataLensSettings } from '../../clickhouse/accounts/reader-login.ts'
import type { Statement } from '../../clickhouse/statements.ts'
import type { Clock } from '../../core/clock.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'

/** What the hand-over told DataLens of a partner's ClickHouse. */
export interface ReaderServer {
  readonly url: string
  readonly username: string
  readonly password: Redacted<string>
  /** The authorities to trust, PEM. Default: the system's. */
  readonly ca?: string
}

/** The settings that DataLens sends with the query of a chart. */
const chartSettings = { ...dataLensSettings, readonly: 2 }

/**
 * A saved connection of DataLens: logged in as the reader, and bound to the database of its token. All methods throw
 * ClickHouseError. Close it after use.
 */
export class BoundConnection {
  readonly database: string
  readonly #endpoint: Endpoint
  readonly #user: string

  constructor(database: string, server: ReaderServer, clock: Clock) {
    const { url, username, password, ca } = server
    this.database = database
    this.#user = username
    this.#endpoint = new Endpoint({ url, credentials: { username, password }, ca, clock })
  }

  /** The tables that the dataset editor would offer. */
  async tables(signal: AbortSignal): Promise<readonly string[]> {
    const where = `database = ${quoteLiteral(this.database)}`
    const rows = await this.#rows(`SELECT name FROM system.tables WHERE ${where} ORDER BY name`, signal)
    return rows.map(([name]) => String(name))
  }

  /** The rows of one statement on this database, with the settings of a chart. */
  async read(sql: string, signal: AbortSignal): Promise<readonly Row[]> {
    return await this.#rows(sql, signal)
  }

  /** The names of a table's columns; none when the reader does not see the table. */
  async columns(table: string, signal: AbortSignal): Promise<readonly string[]> {
    const where = `database = ${quoteLiteral(this.database)} AND table = ${quoteLiteral(table)}`
    const rows = await this.#rows(`SELECT name FROM system.columns WHERE ${where} ORDER BY position`, signal)
    return rows.map(([name]) => String(name))
  }

  /** The number of rows, as a chart would show it. */
  async countRows(table: string, signal: AbortSignal): Promise<number> {
    return Number(await this.#value(`SELECT count() FROM ${this.#in(this.database, table)}`, signal))
  }

  /**
   * Whether the server refuses the reader a table of another database. DataLens would not even ask. The rights have to
   * hold when all else fails.
   */
  async isRefused(
    target: { readonly database: string; readonly table: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await this.#rows(`SELECT * FROM ${this.#in(target.database, target.table)} LIMIT 1`, signal)
      return false
    } catch (error) {
      if (error instanceof ClickHouseError && error.code === 'missingPrivileges') return true
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#endpoint.close()
  }

  #in(database: string, table: string): string {
    return `${quoteIdentifier(database)}.${quoteIdentifier(table)}`
  }

  async #value(sql: string, signal: AbortSignal): Promise<Cell | undefined> {
    return (await this.#rows(sql, signal))[0]?.[0]
  }

  #rows(sql: string, signal: AbortSignal): Promise<Row[]> {
    const statement: Statement = { kind: 'verifyReader', sql, what: `read as ${this.#user}`, write: false }
    return this.#endpoint.rows(statement, signal, { settings: chartSettings })
  }
}
