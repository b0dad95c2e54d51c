import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import type { Access } from '../access/access.ts'

/** The connections under one set of credentials. Calls share a limited pool; each watch has one of its own. */
export interface Channels {
  readonly connectionId: string
  readonly origin: string
  /** The path of the server's URL, without a trailing slash. Mostly empty. */
  readonly basePath: string
  readonly calls: Dispatcher
  readonly watches: Dispatcher
}

const keepAliveMs = 30_000
const connectTimeoutMs = 10_000

/**
 * HTTP/1.1 on purpose. With HTTP/2 all calls would share one connection: a slow answer or a lost packet holds up all
 * of them, and a load balancer in front of several API servers sends all of them to one.
 */
function openChannels(access: Access, connections: number): Channels {
  const url = new URL(access.server)
  return {
    connectionId: access.connectionId,
    origin: url.origin,
    basePath: url.pathname.replace(/(?<!\/)\/+$/, ''),
    calls: openDispatcher(access, connections),
    watches: openDispatcher(access, null),
  }
}

function openDispatcher(access: Access, connections: number | null): Dispatcher {
  const tls = access.tls.reveal()
  const common = {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    // The transport keeps the deadlines, by the injected clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: connectTimeoutMs,
  }
  // TCP finds half-dead connections by itself, before load balancers forget idle ones.
  const probes = { keepAlive: true, keepAliveInitialDelay: keepAliveMs }
  if (access.proxy !== undefined) {
    return new ProxyAgent({ ...common, uri: access.proxy.reveal(), requestTls: { ...tls, ...probes } })
  }
  return new Agent({ ...common, connect: { ...tls, ...probes, timeout: connectTimeoutMs } })
}

/** Those under the credentials of now. New TLS material gets new ones; what runs on the former ones runs to its end. */
export class CurrentChannels {
  readonly #connections: number
  #current: Channels | undefined
  readonly #retiring = new Set<Channels>()

  /** @param connections for calls; watches have their own */
  constructor(connections: number) {
    this.#connections = connections
  }

  for(access: Access): Channels {
    if (this.#current?.connectionId === access.connectionId) return this.#current
    if (this.#current !== undefined) this.#retire(this.#current)
    this.#current = openChannels(access, this.#connections)
    return this.#current
  }

  /** Closes all connections now. Calls and streams under way fail. */
  async close(): Promise<void> {
    const all = [...this.#retiring, ...(this.#current === undefined ? [] : [this.#current])]
    await Promise.all(all.flatMap(({ calls, watches }) => [calls.destroy(), watches.destroy()]))
  }

  #retire(channels: Channels): void {
    const { calls, watches } = channels
    const forget = (): void => void this.#retiring.delete(channels)
    this.#retiring.add(channels)
    Promise.all([calls.close(), watches.close()]).then(forget, forget)
  }
}
