import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { ServerError } from '../sql/server-error.ts'
import type { SessionRequest } from './sessions.ts'

/** An HTTP request to ClickHouse, taken apart. */
export interface ClickHouseRequest {
  readonly user: string
  readonly password: string
  readonly sql: string
  readonly queryId: string | undefined
  readonly database: string | undefined
  readonly defaultFormat: string
  readonly settings: ReadonlyMap<string, string>
  readonly parameters: ReadonlyMap<string, string | null>
  readonly waitEndOfQuery: boolean
  readonly session: SessionRequest | undefined
}

/** Parameters of the URL that are not settings. */
const reserved = new Set(
  [
    'query query_id database user password default_format wait_end_of_query buffer_size',
    'session_id session_timeout session_check close_session quota_key role stacktrace',
    'compress decompress client_protocol_version enable_http_compression',
  ].flatMap(names => names.split(' ')),
)

/** @throws ServerError 36 when it says in more than one way who its user is */
export async function readRequest(request: IncomingMessage): Promise<ClickHouseRequest> {
  const url = new URL(request.url ?? '/', 'http://clickhouse')
  const inUrl = url.searchParams.get('query') ?? ''
  const inBody = await readBody(request)
  const settings = new Map(
    [...url.searchParams].filter(([name]) => !reserved.has(name) && !name.startsWith('param_')),
  )
  if (request.method === 'GET' && !settings.has('readonly')) settings.set('readonly', '2')
  const parameters = [...url.searchParams]
    .filter(([name]) => name.startsWith('param_'))
    .map(([name, value]) => [name.slice('param_'.length), unescapeParameter(value)] as const)
  const database = url.searchParams.get('database') ?? header(request, 'x-clickhouse-database')
  return {
    ...credentials(request, url),
    sql: inUrl !== '' && inBody !== '' ? `${inUrl}\n${inBody}` : inUrl + inBody,
    queryId: url.searchParams.get('query_id') ?? undefined,
    database: database === 'default' || database === '' ? undefined : database,
    defaultFormat:
      url.searchParams.get('default_format') ?? header(request, 'x-clickhouse-format') ?? 'TabSeparated',
    settings,
    parameters: new Map(parameters),
    waitEndOfQuery: url.searchParams.get('wait_end_of_query') === '1',
    session: sessionIn(url),
  }
}

/** `default_session_timeout` of a server. */
const usualSeconds = 60

function sessionIn({ searchParams }: URL): SessionRequest | undefined {
  const id = searchParams.get('session_id') ?? ''
  if (id === '') return undefined
  const timeoutSeconds = Number(searchParams.get('session_timeout') ?? usualSeconds)
  return { id, timeoutSeconds, check: searchParams.get('session_check') === '1' }
}

function credentials(request: IncomingMessage, url: URL): { user: string; password: string } {
  const user = header(request, 'x-clickhouse-user')
  const password = header(request, 'x-clickhouse-key')
  const authorization = header(request, 'authorization')
  if (user !== undefined || password !== undefined) {
    if (authorization !== undefined)
      throw new ServerError(
        516,
        'AUTHENTICATION_FAILED',
        'Invalid authentication: it is not allowed to use both X-ClickHouse HTTP headers and Authorization header',
      )
    return { user: user ?? 'default', password: password ?? '' }
  }
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1]
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    return { user: text.slice(0, colon) || 'default', password: colon < 0 ? '' : text.slice(colon + 1) }
  }
  return { user: url.searchParams.get('user') ?? 'default', password: url.searchParams.get('password') ?? '' }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' }

/** Values are escaped as in the format TabSeparated. */
function unescapeParameter(value: string): string | null {
  if (value === '\\N') return null
  return value.replaceAll(/\\([\s\S])/g, (_, escaped: string) => escapes[escaped] ?? escaped)
}
