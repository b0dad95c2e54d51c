/** Looks who answers at an address where ClickHouse was expected. It sends no credentials, and trusts nothing it sees. */
import { X509Certificate } from 'node:crypto'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import tls from 'node:tls'
import { agentFor, type AgentOptions } from '../agent.ts'
import { isClickHouse } from '../answer.ts'

export type Answer =
  | {
      readonly kind: 'http'
      readonly status: number
      /** Whether it is ClickHouse's HTTP interface, by its headers. */
      readonly isClickHouse: boolean
      /** Whether it is ClickHouse's port for its own protocol, which says so over HTTP. */
      readonly isNative: boolean
      readonly server: string | undefined
      readonly location: string | undefined
    }
  /** Something that is no HTTP. */
  | { readonly kind: 'other' }
  /** The connection was refused, or closed without a word. */
  | { readonly kind: 'nothing' }

/** In characters; the greetings that tell something are shorter. */
const longestBody = 2_048

/** Asks for `/ping`, by HTTP or HTTPS as the URL says. */
export async function ask(address: AgentOptions, signal: AbortSignal): Promise<Answer> {
  const { url } = address
  const send = url.startsWith('https:') ? https.request : http.request
  const agent = agentFor(address, { keepAlive: false })
  return await new Promise<Answer>(resolve => {
    const request = send(new URL('/ping', url), { agent, signal, headers: { connection: 'close' } })
    request.once('error', error => {
      const { code = '' } = error as NodeJS.ErrnoException
      resolve(code.startsWith('HPE_') ? { kind: 'other' } : { kind: 'nothing' })
    })
    let hasBegun = false
    request.once('response', response => {
      hasBegun = true
      void readAnswer(response).then(resolve)
    })
    // Of an answer that wants another protocol, Node tells nothing else.
    request.once('close', () => {
      if (!hasBegun) resolve({ kind: 'nothing' })
    })
    request.end()
  })
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const { headers, statusCode: status = 0 } = response
  const body = await beginningOf(response)
  return {
    kind: 'http',
    status,
    isClickHouse: isClickHouse(headers) || body === 'Ok.\n',
    isNative: body.includes('is for clickhouse-client program'),
    server: textOf(headers.server),
    location: headers.location,
  }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let body = ''
  try {
    for await (const chunk of response) {
      body += String(chunk)
      if (body.length > longestBody) break
    }
  } catch {
    // What came before it broke off will do.
  }
  return body.slice(0, longestBody)
}

/**
 * The certificates that a TLS server shows, its own first; undefined where no TLS is spoken. Nothing is verified, and
 * nothing sent.
 */
export async function certificatesAt(
  { url, lookup }: Pick<AgentOptions, 'url' | 'lookup'>,
  signal: AbortSignal,
): Promise<readonly X509Certificate[] | undefined> {
  if (signal.aborted) return undefined
  const { hostname, port } = new URL(url)
  const host = hostname.replaceAll(/[[\]]/g, '')
  return await new Promise(resolve => {
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      rejectUnauthorized: false,
      ...(lookup === undefined ? {} : { lookup }),
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    const end = (found: readonly X509Certificate[] | undefined): void => {
      signal.removeEventListener('abort', abort)
      socket.destroy()
      resolve(found)
    }
    const abort = (): void => end(undefined)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', abort)
    socket.once('close', abort)
    socket.once('secureConnect', () => end(chainOf(socket)))
  })
}

function chainOf(socket: tls.TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  let { raw, issuerCertificate: next } = socket.getPeerCertificate(true)
  while (raw !== undefined && chain.length < 8) {
    chain.push(new X509Certificate(raw))
    // The last one is its own issuer.
    if (next === undefined || next.raw === undefined || next.raw.equals(raw)) break
    ;({ raw, issuerCertificate: next } = next)
  }
  return chain
}
