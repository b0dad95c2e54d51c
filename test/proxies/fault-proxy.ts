import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Upstream } from './fault-proxy-upstream.ts'
import { makeTestCertificate } from './test-certificate.ts'

/** What the proxy does to a request instead of, or besides, passing it on. */
export type Fault =
  /** Answers itself, with a Kubernetes Status. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Closes the connection without an answer; the API server never sees the request. */
  | { readonly kind: 'reset' }
  /** Takes the request and never answers. */
  | { readonly kind: 'half-open' }
  /** Passes it on and its answer's head back, and then falls silent. For watches. */
  | { readonly kind: 'mute' }
  /** Passes on half of the first line that comes, and cuts the connection. For watches. */
  | { readonly kind: 'cut-line' }
  /** Answers a watch with an `ERROR` event of code 410. */
  | { readonly kind: 'watch-gone' }
  /** Waits before it passes the request on, if somebody waits for its answer then. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** The API server carries it out, and its answer is lost. */
  | { readonly kind: 'lost-answer' }
  /** The API server carries it out, which `onCarriedOut` hears, and its answer never comes. */
  | { readonly kind: 'no-answer'; readonly onCarriedOut?: () => void }

export interface RequestFilter {
  readonly method?: string | readonly string[]
  readonly path?: RegExp
  readonly watch?: boolean
  /** Leaves the first ones that match alone. Default 0. */
  readonly skip?: number
}

export interface RecordedRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly watch: boolean
  /** The fault it met, if any. */
  readonly fault?: Fault['kind']
}

/** Told of each request as it comes. The response is finished when its whole answer has left. */
export type RequestWatcher = (request: RecordedRequest, response: ServerResponse) => void

interface Injection {
  readonly fault: Fault
  readonly filter: RequestFilter
  skip: number
  left: number
}

/** A TLS proxy in front of a real API server that misbehaves when asked to, and keeps the count of requests. */
export class FaultProxy {
  /** Path of a kubeconfig with the same user as upstream's, and this proxy as server. */
  readonly kubeconfigPath: string
  readonly url: string
  readonly #server: Server
  readonly #upstream: Upstream
  readonly #directory: string
  readonly #sockets = new Set<Duplex>()
  readonly #watches = new Set<ServerResponse>()
  #injections: Injection[] = []
  #requests: RecordedRequest[] = []
  #onSeen: RequestWatcher = () => undefined

  private constructor(server: Server, upstream: Upstream, directory: string) {
    this.#server = server
    this.#upstream = upstream
    this.#directory = directory
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.kubeconfigPath = join(directory, 'kubeconfig')
  }

  /** @param upstreamKubeconfig path of the real API server's kubeconfig */
  static async start(upstreamKubeconfig: string): Promise<FaultProxy> {
    const { certPem, keyPem } = makeTestCertificate('lenskeeper fault proxy')
    const server = createServer({ cert: certPem, key: keyPem, keepAliveTimeout: 60_000, requestTimeout: 0 })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-proxy-'))
    const upstream = await Upstream.fromKubeconfig(upstreamKubeconfig)
    const proxy = new FaultProxy(server, upstream, directory)
    await writeFile(proxy.kubeconfigPath, upstream.kubeconfigFor(proxy.url, certPem), { mode: 0o600 })
    server.on('connection', socket => {
      proxy.#sockets.add(socket)
      socket.on('close', () => proxy.#sockets.delete(socket))
    })
    server.on('request', (request, response) => proxy.#onRequest(request, response))
    return proxy
  }

  /** The next `times` requests that match meet the fault (default: all from now on). Returns its end. */
  inject(fault: Fault, filter: RequestFilter = {}, times = Number.POSITIVE_INFINITY): () => void {
    const injection = { fault, filter, skip: filter.skip ?? 0, left: times }
    this.#injections.push(injection)
    return () => {
      this.#injections = this.#injections.filter(other => other !== injection)
    }
  }

  /** From now on this one is told, and nobody else. */
  watch(watcher: RequestWatcher): void {
    this.#onSeen = watcher
  }

  heal(): void {
    this.#injections = []
  }

  /** Cuts every connection, watches included. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Ends every open watch in order, as the API server does at a watch's time-out. */
  endWatches(): void {
    for (const response of this.#watches) response.end()
  }

  get openWatches(): number {
    return this.#watches.size
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  requests(filter: RequestFilter = {}): readonly RecordedRequest[] {
    return this.#requests.filter(request => matches(request, filter))
  }

  /** Everything but GET, as `METHOD path`. */
  writes(): readonly string[] {
    return this.#requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`)
  }

  forget(): void {
    this.#requests = []
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cutAll()
    await closed
    this.#upstream.close()
    await rm(this.#directory, { recursive: true, force: true })
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url)
    const watch = url.searchParams.get('watch') === 'true'
    const seen = { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, watch }
    const fault = this.#next(seen)
    const recorded = { ...seen, ...(fault === undefined ? {} : { fault: fault.kind }) }
    this.#requests.push(recorded)
    this.#onSeen(recorded, response)
    if (watch) {
      this.#watches.add(response)
      response.on('close', () => this.#watches.delete(response))
    }
    request.on('error', () => response.destroy())
    this.#misbehave(fault, request, response).catch(() => request.socket.destroy())
  }

  #next(seen: RecordedRequest): Fault | undefined {
    for (const injection of this.#injections) {
      if (injection.left <= 0 || !matches(seen, injection.filter)) continue
      if (injection.skip > 0) {
        injection.skip--
        continue
      }
      injection.left--
      return injection.fault
    }
    return undefined
  }

  async #misbehave(
    fault: Fault | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    switch (fault?.kind) {
      case undefined:
        return this.#upstream.forward(request, response, 'whole')
      case 'status':
        return answerStatus(response, fault.status, fault.retryAfterSeconds)
      case 'reset':
        request.socket.destroy()
        return
      case 'half-open':
        request.resume()
        return
      case 'mute':
      case 'cut-line':
      case 'lost-answer':
        return this.#upstream.forward(request, response, fault.kind)
      case 'no-answer':
        return this.#upstream.forward(request, response, fault.kind, fault.onCarriedOut)
      case 'watch-gone':
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(`${JSON.stringify({ type: 'ERROR', object: statusObject(410, 'Expired') })}\n`)
        return
      case 'hold':
        await fault.until
        if (response.destroyed) return
        return this.#upstream.forward(request, response, 'whole')
      default:
        fault satisfies never
    }
  }
}

function matches(
  request: { readonly method: string; readonly path: string; readonly watch: boolean },
  filter: RequestFilter,
): boolean {
  const { method, path, watch } = filter
  if (method !== undefined && ![method].flat().includes(request.method)) return false
  if (path !== undefined && !path.test(request.path)) return false
  return watch === undefined || watch === request.watch
}

function answerStatus(response: ServerResponse, status: number, retryAfterSeconds?: number): void {
  const retryAfter = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  response.writeHead(status, { 'content-type': 'application/json', ...retryAfter })
  response.end(JSON.stringify(statusObject(status, status === 410 ? 'Expired' : 'Injected')))
}

function statusObject(code: number, reason: string): Readonly<Record<string, unknown>> {
  const message = `fault proxy: ${code}`
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
}
