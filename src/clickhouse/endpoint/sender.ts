import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { onAbort } from '../../core/abort.ts'
import type { Clock } from '../../core/clock.ts'
import type { Fence } from '../../core/fence.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { userAgentOf } from '../../core/version.ts'
import { agentFor, fenceAgent, noteCertificates, type AgentOptions } from './agent.ts'
import { isClickHouse, readStart } from './answer.ts'
import { IdleConnections, idleMs } from './idle-connections.ts'
import { refusalIn } from './refusal.ts'
import { unpack } from './unpack.ts'

export interface Credentials {
  readonly username: string
  readonly password: Redacted<string>
}

export interface SenderOptions extends AgentOptions {
  readonly credentials: Credentials
  readonly clock: Pick<Clock, 'monotonic'>
  /** While it is closed, nothing leaves. */
  readonly fence: Fence
  /** Is told with each new connection when the server’s certificate ends: milliseconds since the epoch. */
  readonly onCertificate?: ((endsAt: number) => void) | undefined
}

export interface ServerRequest {
  readonly query: string
  /** Of the address, which servers and gateways log: never a secret. */
  readonly parameters: Readonly<Record<string, string | number>>
  readonly signal: AbortSignal
}

const maxConnections = 8

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
  readonly #agent: http.Agent | https.Agent
  readonly #idle: IdleConnections
  readonly #address: http.RequestOptions
  readonly #authorization: Redacted<string>
  readonly #closed = new AbortController()
  #expected: string | undefined

  constructor({ url, ca, lookup, credentials, clock, fence, onCertificate }: SenderOptions) {
    const pooling = { keepAlive: true, maxSockets: maxConnections, timeout: idleMs }
    const agent = agentFor({ url, ca, lookup }, pooling)
    if (onCertificate !== undefined) noteCertificates(agent, onCertificate)
    this.#agent = fenceAgent(agent, fence)
    this.#idle = new IdleConnections(agent, clock)
    const { protocol, hostname, port } = urlToHttpOptions(new URL(url))
    this.#address = { protocol, hostname, port }
    const login = `${credentials.username}:${credentials.password.reveal()}`
    this.#authorization = new Redacted(`Basic ${Buffer.from(login).toString('base64')}`)
  }

  /** From now on only the server with this display name is meant. Undefined: any is. */
  expect(name: string | undefined): void {
    this.#expected = name
  }

  /**
   * The answer as it comes, until the signal aborts.
   *
   * @throws AnotherServer, ServerRefusal, or an error of the network
   */
  async send(
    request: ServerRequest,
    { onServer, hasRows = false }: Expected,
  ): Promise<AsyncIterable<unknown>> {
    const answer = await this.#post(request)
    const { statusCode: status = 0, headers } = answer
    const stream = unpack(answer, headers['content-encoding'])
    if (!this.#isMeant(headers[nameHeader], onServer)) {
      await readStart(stream)
      throw new AnotherServer()
    }
    if (status >= 200 && status < 300 && headers[codeHeader] === undefined)
      return hasRows && !isClickHouse(headers) ? notEmpty(stream) : stream
    throw refusalIn(await readStart(stream), headers[codeHeader])
  }

  /** What is under way fails, also what still waits for a connection. */
  close(): void {
    this.#closed.abort()
    this.#agent.destroy()
  }

  /**
   * Resolves when the answer begins. An abort ends it at any time: what is read of it then fails. It always settles: of
   * a request without a connection, and of an answer that wants another protocol, Node tells no error.
   */
  #post({ query, parameters, signal }: ServerRequest): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    this.#idle.closeOld()
    const post = this.#address.protocol === 'https:' ? https.request : http.request
    const request = post({
      ...this.#address,
      agent: this.#agent,
      method: 'POST',
      path: `/?${queryOf(parameters)}`,
      headers: { authorization: this.#authorization.reveal(), 'user-agent': userAgentOf('lenskeeper') },
    })
    const giveUp = (): void => {
      const reason = new Error('given up')
      reject(reason)
      request.destroy(reason)
    }
    const calledOff = [signal, this.#closed.signal].map(either => onAbort(either, giveUp))
    request.once('response', resolve)
    // Not once: what fails after the answer began is told to its reader, and nobody else may be surprised by it.
    request.on('error', reject)
    request.once('close', () => {
      for (const callOff of calledOff) callOff()
      reject(new Error('the connection was closed without an answer'))
    })
    request.end(query)
    return promise
  }

  #isMeant(header: string | string[] | undefined, onServer: ((name: string) => void) | undefined): boolean {
    const name = Array.isArray(header) ? header[0] : header
    if (name === undefined) return true
    if (onServer === undefined) return this.#expected === undefined || this.#expected === name
    onServer(name)
    return true
  }
}

function queryOf(parameters: ServerRequest['parameters']): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
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
