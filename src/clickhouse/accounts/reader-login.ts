import type { Redacted } from '../../core/redacted.ts'
import type { Endpoint, Settings } from '../endpoint/endpoint.ts'
import { ClickHouseError } from '../errors.ts'
import { quoteIdentifier, quoteLiteral } from '../quote.ts'
import type { Server } from '../server.ts'
import type { Statement } from '../statements.ts'

/** The settings that DataLens sends with its queries. The reader's profile has to allow them. */
export const dataLensSettings: Settings = {
  join_use_nulls: 1,
  send_progress_in_http_headers: 0,
  output_format_json_quote_denormals: 1,
}

export interface ReaderLoginRequest {
  /** Which replica. */
  readonly url: string
  readonly password: Redacted<string>
  /** A database that the reader should be able to read. */
  readonly open?: string | undefined
  /** A database that the reader should not be able to read. */
  readonly refuse?: string | undefined
}

/** What the reader found when it logged in. */
export interface ReaderLogin {
  /** The server's setting for the reader: 2 is right, 1 refuses DataLens's settings, 0 lets it write. */
  readonly readonly: number
  readonly settingsAccepted: boolean
  /** Whether the reader could read it. Absent when no database was given to try. */
  readonly opens?: boolean
  /** True when the database stayed shut. Absent when no database was given to try. */
  readonly refuses?: boolean
}

/**
 * Logs in as the reader and tries what DataLens will do, on a real table where a database has one. It changes nothing.
 *
 * @throws ClickHouseError `authenticationFailed` when name or password is wrong, or what the network says
 */
export async function loginAsReader(
  server: Server,
  { url, password, open, refuse }: ReaderLoginRequest,
  signal: AbortSignal,
): Promise<ReaderLogin> {
  const user = server.readerUser
  const toOpen = await targetOf(server, { url, database: open }, signal)
  const toRefuse = await targetOf(server, { url, database: refuse }, signal)
  const endpoint = server.openAs(url, { username: user, password })
  try {
    const rows = await endpoint.rows(ask(user, "SELECT getSetting('readonly')"), signal)
    const settingsAccepted = await acceptsSettings(endpoint, user, signal)
    const opens = toOpen && (await mayRead(endpoint, user, toOpen, signal))
    const reads = toRefuse && (await mayRead(endpoint, user, toRefuse, signal))
    return {
      readonly: Number(rows[0]?.[0]),
      settingsAccepted,
      ...(opens === undefined ? {} : { opens }),
      ...(reads === undefined ? {} : { refuses: !reads }),
    }
  } finally {
    await endpoint.close()
  }
}

interface Target {
  readonly database: string
  /** A table in it, if one is known. Without one, the trial is only whether the reader sees the database. */
  readonly table: string | undefined
}

async function targetOf(
  server: Server,
  { url, database }: { readonly url: string; readonly database: string | undefined },
  signal: AbortSignal,
): Promise<Target | undefined> {
  if (database === undefined) return undefined
  return { database, table: (await server.tables(url, database, signal)).at(-1)?.name }
}

async function acceptsSettings(endpoint: Endpoint, user: string, signal: AbortSignal): Promise<boolean> {
  try {
    await endpoint.rows(ask(user, 'SELECT 1'), signal, { settings: dataLensSettings })
    return true
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === 'settingRefused') return false
    throw error
  }
}

/** The server shows a database only to those who have a right in it, and a table only to those who may read it. */
async function mayRead(
  endpoint: Endpoint,
  user: string,
  target: Target,
  signal: AbortSignal,
): Promise<boolean> {
  const seen = `SELECT count() FROM system.databases WHERE name = ${quoteLiteral(target.database)}`
  const rows = await endpoint.rows(ask(user, seen), signal)
  if (target.table === undefined) return Number(rows[0]?.[0]) === 1
  const table = `${quoteIdentifier(target.database)}.${quoteIdentifier(target.table)}`
  try {
    await endpoint.rows(ask(user, `SELECT 1 FROM ${table} LIMIT 0`), signal)
    return true
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === 'missingPrivileges') return false
    throw error
  }
}

function ask(user: string, sql: string): Statement {
  return { kind: 'verifyReader', sql, what: `log in as ${user}`, write: false }
}
