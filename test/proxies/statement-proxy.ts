/** Between one operator and one ClickHouse: tells of each statement as it comes, and lets none through when asked to. */
import { once } from 'node:events'
import { createServer, request as sendUpstream, type IncomingMessage, type Server } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

export interface StatementProxyOptions {
  readonly upstream: string
  /** Called when the first line of a request is there; what it gives back is called with the statement, once it is complete. */
  readonly onRequest: () => (sql: string) => void
}

export class StatementProxy {
  readonly port: number
  readonly #server: Server
  readonly #options: StatementProxyOptions
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #until: Promise<void> | undefined

  private constructor(server: Server, options: StatementProxyOptions) {
    this.#server = server
    this.#options = options
    this.port = (server.address() as AddressInfo).port
  }

  static async start(options: StatementProxyOptions): Promise<StatementProxy> {
    const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new StatementProxy(server, options)
    server.on('connection', socket => proxy.#onConnection(socket))
    server.on('request', (request, response) => {
      proxy.#pass(request, response).catch(() => request.socket.destroy())
    })
    return proxy
  }

  /** Every connection ends, and so does each new one, until what is returned is called. */
  cut(): () => void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
    return () => {
      this.#isCut = false
    }
  }

  /** Statements are taken, and passed on once what is returned is called, if somebody waits for their answers then. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#until = promise
    return () => {
      this.#until = undefined
      resolve()
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  #onConnection(socket: Socket): void {
    if (this.#isCut) return void socket.destroy()
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { upstream, onRequest } = this.#options
    const note = onRequest()
    const sql = await text(request)
    note(sql)
    await this.#until
    if (response.destroyed) return
    const sent = sendUpstream(new URL(request.url ?? '/', upstream), {
      method: request.method,
      headers: request.headers,
    })
    sent.on('response', answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => request.socket.destroy())
      answer.pipe(response)
    })
    sent.on('error', () => request.socket.destroy())
    response.on('close', () => sent.destroy())
    sent.end(sql)
  }
}
