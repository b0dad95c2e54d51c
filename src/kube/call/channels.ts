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
export function openChannels(access: Access, options: { readonly connections: number }): Channels {
  const url = new URL(access.server)
  return {
    connectionId: access.connectionId,
    origin: url.origin,
    basePath: url.pathname.replace(/(?<!\/)\/+$/, ''),
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

/** Closes the connections once all calls under way have finished. */
export async function drainChannels(channels: Channels): Promise<void> {
  await Promise.all([channels.calls.close(), channels.watches.close()])
}

/** Closes all connections now. Calls under way fail. */
export async function destroyChannels(channels: Channels): Promise<void> {
  await Promise.all([channels.calls.destroy(), channels.watches.destroy()])
}
