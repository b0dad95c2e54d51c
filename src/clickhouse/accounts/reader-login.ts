import type { Redacted } from '../../core/redaction/redacted.ts'
import type { Endpoint, Settings } from '../endpoint/endpoint.ts'
import { ClickHouseError } from '../errors.ts'
import type { Server } from '../server.ts'
import { readTrialTables } from '../catalog/trial-tables.ts'
import type { Statement } from '../statements.ts'
import { ReaderQueries } from './reader-queries.ts'
import { staysShut, tryToOpen, type Opening } from './reader-trial.ts'

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
  /** Databases that the reader should be able to read. One that can be read is enough. */
  readonly open?: readonly string[]
  /** A database that the reader should not be able to read. */
  readonly refuse?: string | undefined
}

/** What the reader found when it logged in. What is absent was not tried, or could not be. */
export interface ReaderLogin extends Partial<Opening> {
  /** The server's setting for the reader: 2 is right, 1 refuses DataLens's settings, 0 lets it write. */
  readonly readonly: number
  readonly settingsAccepted?: boolean
  /** True when the database stayed shut. */
  readonly refuses?: boolean
  /** Why not everything could be tried: a whole clause that names the endpoint. */
  readonly failure?: string
}

/**
 * Logs in as the reader and tries what DataLens will do, on real tables where a database has some. It changes nothing.
 *
 * @throws ClickHouseError `authenticationFailed` when name or password is wrong, or what the network says
 */
export async function loginAsReader(
  server: Server,
  request: ReaderLoginRequest,
  signal: AbortSignal,
): Promise<ReaderLogin> {
  const { url, password } = request
  const endpoint = server.openAs(url, { username: server.readerUser, password })
  try {
    const rows = await endpoint.rows(ask(server.readerUser, "SELECT getSetting('readonly')"), signal)
    return { readonly: Number(rows[0]?.[0]), ...(await findings(server, request, endpoint, signal)) }
  } finally {
    await endpoint.close()
  }
}

/** Keeps what was found before something failed. */
async function findings(
  server: Server,
  { url, open = [], refuse }: ReaderLoginRequest,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Omit<ReaderLogin, 'readonly'>> {
  let found: Omit<ReaderLogin, 'readonly'> = {}
  try {
    found = { settingsAccepted: await acceptsSettings(endpoint, signal) }
    const databases = refuse === undefined ? open : [...open, refuse]
    const tables = await server.ask(url, account => readTrialTables(account, databases, signal))
    const queries = new ReaderQueries(endpoint, signal)
    if (refuse !== undefined) found = { ...found, refuses: await staysShut(queries, refuse, tables) }
    if (open.length === 0) return found
    const { faults, ...opening } = await tryToOpen(queries, open, tables)
    return { ...found, ...opening, ...(faults.length === 0 ? {} : { faults }) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ClickHouseError)) throw error
    return { ...found, failure: error.message }
  }
}

async function acceptsSettings(endpoint: Endpoint, signal: AbortSignal): Promise<boolean> {
  try {
    await endpoint.rows(ask(endpoint.username, 'SELECT 1'), signal, { settings: dataLensSettings })
    return true
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === 'settingRefused') return false
    throw error
  }
}

function ask(user: string, sql: string): Statement {
  return { kind: 'verifyReader', sql, what: `log in as ${user}`, write: false }
}
