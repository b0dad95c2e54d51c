import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'

export interface TelemetryServerOptions {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** What it waits for, in words; empty when it is ready. */
  readonly waitingFor: () => readonly string[]
  /** Why it should be started anew, in words; undefined while it is well. Default: it always is. */
  readonly unwell?: () => string | undefined
  readonly metrics: { readonly contentType: string; render(): Promise<string> }
}

export interface TelemetryServer {
  readonly host: string
  readonly port: number
  /** Stops listening and cuts connections that are still open. */
  close(): Promise<void>
}

/**
 * Serves `/healthz` (200, or 503 when only another start helps), `/readyz` (200, or 503 with what is missing) and `/metrics`. Resolves when
 * it listens; rejects when it cannot listen on that address.
 */
export async function startTelemetryServer(options: TelemetryServerOptions): Promise<TelemetryServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  // A probe is one short request. Who sends one byte by byte loses the socket.
  server.requestTimeout = 10_000
  server.headersTimeout = 5_000
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const { address, port } = server.address() as AddressInfo
  return {
    host: address,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close(error => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function answer(
  options: TelemetryServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'only GET\n')
  const [path = '/'] = (request.url ?? '').split('?', 1)
  switch (path) {
    case '/healthz': {
      const why = options.unwell?.()
      return why === undefined ? send(response, 200, 'ok\n') : send(response, 503, `${why}\n`)
    }
    case '/readyz': {
      const missing = options.waitingFor()
      if (missing.length === 0) return send(response, 200, 'ok\n')
      return send(response, 503, `waiting for: ${missing.join(', ')}\n`)
    }
    case '/metrics':
      return send(response, 200, await options.metrics.render(), options.metrics.contentType)
    default:
      return send(response, 404, 'not found\n')
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' })
  response.end(body)
}
