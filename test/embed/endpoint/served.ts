import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Served {
  readonly port: number
  close(): Promise<unknown>
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** A server on a free port of this machine. */
export async function serve(listener: Listener): Promise<Served> {
  const server = createServer((request, response) => void listener(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return servedBy(server)
}

export function servedBy(server: Server): Served {
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}

/** Puts a handler of `Request` and `Response` behind node:http, as Hono's and Next.js's servers do. */
export function listenerOf(handle: (request: Request) => Response | Promise<Response>): Listener {
  return async (incoming, outgoing) => {
    const headers = Object.entries(incoming.headers).map(
      ([name, value]) => [name, String(value)] as [string, string],
    )
    const method = incoming.method ?? ''
    const body = method === 'GET' || method === 'HEAD' ? null : await text(incoming)
    const url = `http://127.0.0.1${incoming.url}`
    const response = await handle(new Request(url, { method, headers, body }))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    outgoing.end(Buffer.from(await response.arrayBuffer()))
  }
}

export interface Answered {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Node's `fetch` decides itself about headers such as Sec-Fetch-Site; this sends what is asked for. */
export function ask(
  { port }: Served,
  { method = 'POST', headers = {}, body = '' }: Asking = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, method, headers, path: '/api/embed/sales' })
    asking.once('error', reject)
    asking.once('response', response => {
      text(response).then(
        body =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: body.startsWith('{') ? (JSON.parse(body) as unknown) : body,
          }),
        reject,
      )
    })
    asking.end(body)
  })
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
}
