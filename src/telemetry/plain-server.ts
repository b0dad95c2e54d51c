import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PlainServer {
  readonly host: string
  readonly port: number
  /** Stops listening and cuts connections that are still open. */
  close(): Promise<void>
}

/**
 * Resolves when it listens; rejects when it cannot listen on that address.
 *
 * @param at.host undefined: every address of the machine. Node tries both families at once, and IPv4 alone where a
 *   kernel has no IPv6; `::` would fail there, and `0.0.0.0` where a Pod has no IPv4.
 * @param at.port 0: a free one
 */
export async function startPlainServer(
  at: { readonly host?: string | undefined; readonly port: number },
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<PlainServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  // A request here is short. Who sends one byte by byte loses the socket.
  server.requestTimeout = 10_000
  server.headersTimeout = 5_000
  server.listen(at.port, at.host)
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

export function pathOf(request: IncomingMessage): string {
  const [path = '/'] = (request.url ?? '').split('?', 1)
  return path
}

export function send(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' })
  response.end(body)
}
