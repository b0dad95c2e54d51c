import { addAbortSignal } from 'node:stream'
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client'
import type { Fence } from '../../core/fence.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'
import { userAgentOf } from '../../core/version.ts'
import { agentFor, fenceAgent, noteCertificates, type AgentOptions } from './agent.ts'
import { readStart } from './answer.ts'
import { refusalIn } from './refusal.ts'
import { unpack } from './unpack.ts'

export interface Credentials {
  readonly username: string
  readonly password: Redacted<string>
}

export interface SenderOptions extends AgentOptions {
  readonly credentials: Credentials
  /** The longest that a caller waits, in milliseconds. */
  readonly longestMs: number
  /** While it is closed, nothing leaves. */
  readonly fence: Fence
  /** Is told with each new connection when the server’s certificate ends: milliseconds since the epoch. */
  readonly onCertificate?: ((endsAt: number) => void) | undefined
}

export interface ServerRequest {
  readonly query: string
  readonly query_id: string
  readonly session_id?: string
  readonly abort_signal: AbortSignal
  readonly clickhouse_settings: Record<string, string | number>
}

const maxConnections = 8
/** The client's own deadline is only a backstop: deadlines are kept by the clock. */
const backstopMs = 60_000

/** Of every answer, also to a statement that answers nothing. */
const nameHeader = 'x-clickhouse-server-display-name'
/** Of every refusal, with its number. */
const codeHeader = 'x-clickhouse-exception-code'

/** It was answered by another server than the expected one. */
export class AnotherServer extends Error {}

export interface Expected {
  /** Is told the name of the server that answers. Then any is meant. */
  readonly onServer?: ((name: string) => void) | undefined
  /** Whether an answer of nothing would mean that there are no rows. Only ClickHouse may say so. */
  readonly hasRows?: boolean
}

/** Sends statements to one address, and tells the answer of the server that is meant from anything else. */
export class Sender {
  readonly #client: ClickHouseClient
  #expected: string | undefined

  constructor({ url, ca, lookup, credentials, longestMs, fence, onCertificate }: SenderOptions) {
    const agent = agentFor({ url, ca, lookup }, { keepAlive: true, maxSockets: maxConnections })
    if (onCertificate !== undefined) noteCertificates(agent, onCertificate)
    this.#client = createClient({
      url,
      username: credentials.username,
      password: credentials.password.reveal(),
      // The client's own agent puts name and password into headers of their own, which take no letter beyond Latin-1.
      // With this one they go as Basic, in UTF-8.
      http_agent: fenceAgent(agent, fence),
      application: userAgentOf('lenskeeper'),
      request_timeout: longestMs + backstopMs,
      max_open_connections: maxConnections,
      // A write on a socket that the server has closed meanwhile would be in doubt.
      keep_alive: { eagerly_destroy_stale_sockets: true },
      log: { level: ClickHouseLogLevel.OFF },
    })
  }

  /** From now on only the server with this display name is meant. Undefined: any is. */
  expect(name: string | undefined): void {
    this.#expected = name
  }

  /**
   * The answer as it comes. The client would read an error of any length, and a line as well.
   *
   * @throws AnotherServer, the server's error, or one of the network
   */
  async send(
    request: ServerRequest,
    { onServer, hasRows = false }: Expected,
  ): Promise<AsyncIterable<unknown>> {
    const answer = await this.#client.exec({
      ...request,
      ignore_error_response: true,
      decompress_response_stream: false,
    })
    const { http_status_code: status = 0, response_headers: headers } = answer
    // The client lets go of the signal with the first byte. A server that sends one now and then would hold us for ever.
    const packed = addAbortSignal(request.abort_signal, answer.stream)
    const stream = unpack(packed, headers['content-encoding'])
    if (!this.#isMeant(headers[nameHeader], onServer)) {
      await readStart(stream)
      throw new AnotherServer()
    }
    if (status >= 200 && status < 300 && headers[codeHeader] === undefined)
      return hasRows && !isClickHouse(headers) ? notEmpty(stream) : stream
    throw refusalIn(await readStart(stream), headers[codeHeader])
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  #isMeant(header: string | string[] | undefined, onServer: ((name: string) => void) | undefined): boolean {
    const name = Array.isArray(header) ? header[0] : header
    if (name === undefined) return true
    if (onServer === undefined) return this.#expected === undefined || this.#expected === name
    onServer(name)
    return true
  }
}

function isClickHouse(headers: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(headers).some(name => name.startsWith('x-clickhouse-'))
}

/** A web server that answers everything with nothing would pass for a server that has lost all databases. */
async function* notEmpty(stream: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
  let isEmpty = true
  for await (const chunk of stream) {
    isEmpty = false
    yield chunk
  }
  if (isEmpty) throw new SyntaxError('the answer is empty')
}
