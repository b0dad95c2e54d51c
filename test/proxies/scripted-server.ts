import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TestCertificate } from './test-certificate.ts'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers one request. `seen` has its body already. */
export type Script = (seen: SeenRequest, response: ServerResponse, index: number) => void | Promise<void>

/** A peer that speaks HTTP exactly as a test's script says, for what happens on the wire. */
export class ScriptedServer {
  readonly seen: SeenRequest[] = []
  readonly connections = new Set<Duplex>()
  readonly port: number
  readonly #server: Server
  connectionsMade = 0
  script: Script

  private constructor(server: Server, script: Script) {
    this.#server = server
    this.script = script
    this.port = (server.address() as AddressInfo).port
  }

  static async start(script: Script, tls?: TestCertificate, port = 0): Promise<ScriptedServer> {
    const server =
      tls === undefined ? createServer() : createTlsServer({ cert: tls.certPem, key: tls.keyPem })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const peer = new ScriptedServer(server, script)
    server.on('connection', socket => {
      peer.connectionsMade++
      peer.connections.add(socket)
      socket.on('close', () => peer.connections.delete(socket))
    })
    server.on('request', (request, response) => {
      void peer.#answer(request, response)
    })
    return peer
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString() }
    this.seen.push(seen)
    await this.script(seen, response, this.seen.length - 1)
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.connections) socket.destroy()
    await closed
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export function sendStatus(
  response: ServerResponse,
  code: number,
  rest: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, ...rest }, headers)
}
