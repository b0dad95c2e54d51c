import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, request as sendUpstream } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'

/** How much of an answer is passed on; see `Fault`. */
export type Passing = 'whole' | 'mute' | 'cut-line' | 'lost-answer' | 'no-answer'

/** The real API server, reached with the kubeconfig's CA and, where it has one, client certificate. */
export class Upstream {
  readonly #server: URL
  readonly #agent: Agent
  readonly #user: Readonly<Record<string, unknown>>

  private constructor(server: URL, agent: Agent, user: Readonly<Record<string, unknown>>) {
    this.#server = server
    this.#agent = agent
    this.#user = user
  }

  static async fromKubeconfig(path: string): Promise<Upstream> {
    const config = new KubeConfig()
    config.loadFromFile(path)
    const cluster = config.getCurrentCluster()
    const user = config.getCurrentUser()
    if (cluster === null || user === null) throw new Error(`${path} has no current context`)
    const read = async (data: string | undefined, file: string | undefined) =>
      data ? Buffer.from(data, 'base64') : file ? await readFile(file) : undefined
    const ca = await read(cluster.caData, cluster.caFile)
    const cert = await read(user.certData, user.certFile)
    const key = await read(user.keyData, user.keyFile)
    const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
    return new Upstream(
      new URL(cluster.server),
      new Agent({ keepAlive: true, ...tls }),
      user.token ? { token: user.token } : {},
    )
  }

  kubeconfigFor(server: string, caPem: string): string {
    const name = 'proxied'
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name, cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
      ],
      users: [{ name, user: this.#user }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** @param onCarriedOut called when the server has answered and the answer is kept back */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    passing: Passing,
    onCarriedOut: () => void = () => undefined,
  ): void {
    const upstream = sendUpstream(
      new URL(request.url ?? '/', this.#server),
      {
        method: request.method,
        headers: { ...request.headers, host: this.#server.host },
        agent: this.#agent,
      },
      answer => pass(answer, request, { response, passing, onCarriedOut }),
    )
    upstream.on('error', () => request.socket.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }
}

function pass(
  answer: IncomingMessage,
  request: IncomingMessage,
  to: { readonly response: ServerResponse; readonly passing: Passing; readonly onCarriedOut: () => void },
): void {
  const { response, passing, onCarriedOut } = to
  answer.on('error', () => request.socket.destroy())
  if (passing === 'lost-answer' || passing === 'no-answer') {
    answer.resume()
    answer.on('end', () => {
      onCarriedOut()
      if (passing === 'lost-answer') request.socket.destroy()
    })
    return
  }
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  response.flushHeaders()
  if (passing === 'mute') {
    answer.resume()
  } else if (passing === 'cut-line') {
    answer.once('data', (chunk: Buffer) => {
      response.write(chunk.subarray(0, Math.ceil(chunk.indexOf('\n') / 2)), () => request.socket.destroy())
    })
  } else {
    answer.pipe(response)
  }
}
