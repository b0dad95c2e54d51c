import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import type { Access } from '../access/access.ts'

/** Dispatchers for one set of credentials: calls share a bounded pool, each watch has a connection alone. */
export interface Channels {
  readonly connectionId: string
  readonly origin: string
  /** What the server's URL has behind its host, without a trailing slash. Mostly empty. */
  readonly basePath: string
  readonly calls: Dispatcher
  readonly watches: Dispatcher
}

const keepAliveMs = 30_000
const connectTimeoutMs = 10_000

/**
 * HTTP/1.1 on purpose: kube-apiserver's HTTP/2 puts every call on one connection, where one slow answer and
 * one lost packet hold up all the rest, and where load balancers in front of several servers see one client.
 */
export function openChannels(access: Access, options: { readonly connections: number }): Channels {
  const url = new URL(access.server)
  return {
    connectionId: access.connectionId,
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    calls: openDispatcher(access, options.connections),
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
    // Deadlines are the transport's, on the injected clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: connectTimeoutMs,
  }
  // Half-dead connections are found by TCP itself, sooner than load balancers forget idle ones.
  const probes = { keepAlive: true, keepAliveInitialDelay: keepAliveMs }
  if (access.proxy !== undefined) {
    return new ProxyAgent({ ...common, uri: access.proxy.reveal(), requestTls: { ...tls, ...probes } })
  }
  return new Agent({ ...common, connect: { ...tls, ...probes, timeout: connectTimeoutMs } })
}

/** Lets what is under way finish, and then closes the connections. */
export async function drainChannels(channels: Channels): Promise<void> {
  await Promise.all([channels.calls.close(), channels.watches.close()])
}

/** Closes every connection now; what is under way fails. */
export async function destroyChannels(channels: Channels): Promise<void> {
  await Promise.all([channels.calls.destroy(), channels.watches.destroy()])
}
