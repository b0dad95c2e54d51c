import { createHash } from 'node:crypto'
import type { Redacted } from '../../core/redacted.ts'
import { Endpoint, type EndpointOptions, type Settings } from '../endpoint/endpoint.ts'
import { ClickHouseError } from '../errors.ts'
import { quoteIdentifier, quoteLiteral } from '../quote.ts'
import type { Statement } from '../statements.ts'

/** What DataLens sends with its queries; the reader's profile has to let it. */
export const dataLensSettings: Settings = {
  join_use_nulls: 1,
  send_progress_in_http_headers: 0,
  output_format_json_quote_denormals: 1,
}

/** Hashed here, so that the password itself never travels: hex of sha256 over password and salt. */
export function readerCredential(
  password: Redacted<string>,
  salt: string,
): { readonly hash: string; readonly salt: string } {
  const hash = createHash('sha256').update(password.reveal()).update(salt).digest('hex')
  return { hash, salt }
}

/** A table of a database, for a look from the reader's side. */
export interface ReaderTarget {
  readonly database: string
  /** A table in it, where one is known. With none, only whether the reader sees the database is tried. */
  readonly table?: string | undefined
}

export interface ReaderProbe {
  /** A database that the reader should be able to read. */
  readonly open?: ReaderTarget | undefined
  /** One that it should not. */
  readonly refuse?: ReaderTarget | undefined
}

/** What the reader found when it logged in. */
export interface ReaderLogin {
  /** The server's setting for the reader: 2 is right, 1 refuses DataLens's settings, 0 lets it write. */
  readonly readonly: number
  readonly settingsAccepted: boolean
  /** Absent when no database was given to try. */
  readonly opens?: boolean
  /** True when the database stayed shut. Absent when no database was given to try. */
  readonly refuses?: boolean
}

/**
 * Logs in as the reader and tries what DataLens will do. Reads only.
 *
 * @throws ClickHouseError `authenticationFailed` when name or password is wrong, or what the network says
 */
export async function loginAsReader(
  options: EndpointOptions,
  probe: ReaderProbe,
  signal: AbortSignal,
): Promise<ReaderLogin> {
  const endpoint = new Endpoint(options)
  const user = options.credentials.username
  try {
    const rows = await endpoint.rows(ask(user, "SELECT getSetting('readonly')"), signal)
    const settingsAccepted = await acceptsSettings(endpoint, user, signal)
    const opens = probe.open && (await mayRead(endpoint, user, probe.open, signal))
    const reads = probe.refuse && (await mayRead(endpoint, user, probe.refuse, signal))
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
  target: ReaderTarget,
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
