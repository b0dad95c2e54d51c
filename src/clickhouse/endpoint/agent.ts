import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import tls, { TLSSocket, type SecureContext } from 'node:tls'
import type { Fence } from '../../core/fence.ts'
import { fenceSocket } from './fenced-socket.ts'

export interface AgentOptions {
  readonly url: string
  /** The authorities to trust, PEM. Default: the system's. */
  readonly ca?: string | undefined
  /** How the server's name is looked up. Default: as Node does. */
  readonly lookup?: LookupFunction | undefined
}

export interface Pooling {
  readonly keepAlive: boolean
  readonly maxSockets?: number
  /** For so long a connection is kept that nobody uses, in milliseconds; less if the server says so. Default: for ever. */
  readonly timeout?: number
}

/** A session that is resumed shows no certificate anew: not that it was renewed, and not that it has expired since. */
const noSessions = 0

export function agentFor({ url, ca, lookup }: AgentOptions, pooling: Pooling): http.Agent | https.Agent {
  const options = lookup === undefined ? pooling : { ...pooling, lookup }
  if (!url.startsWith('https:')) return new http.Agent(options)
  const secureContext = ca === undefined ? {} : { secureContext: contextOf(ca) }
  return new https.Agent({ ...options, ...secureContext, maxCachedSessions: noSessions })
}

/** By the PEM of the authorities, for as long as an agent has it. */
const contexts = new Map<string, WeakRef<SecureContext>>()

/**
 * One for all that trust the same. Node would make another for each socket, and one with hundreds of authorities takes
 * megabytes.
 *
 * Whatever certificate is among the authorities is trusted by itself, as by curl and Go: an intermediate without its
 * root, or the server's own. Names and dates count as ever.
 */
function contextOf(ca: string): SecureContext {
  const known = contexts.get(ca)?.deref()
  if (known !== undefined) return known
  for (const [pem, context] of contexts) if (context.deref() === undefined) contexts.delete(pem)
  const context = tls.createSecureContext({ ca, allowPartialTrustChain: true })
  contexts.set(ca, new WeakRef(context))
  return context
}

/** The agent's connections send nothing while the fence is closed. */
export function fenceAgent(agent: http.Agent | https.Agent, fence: Fence): http.Agent | https.Agent {
  onSocket(agent, socket => fenceSocket(socket, () => fence.isOpen))
  return agent
}

/** Tells of each new connection when the certificate ends that the server shows: milliseconds since the epoch. */
export function noteCertificates(agent: http.Agent | https.Agent, note: (endsAt: number) => void): void {
  onSocket(agent, socket => {
    if (!(socket instanceof TLSSocket)) return
    socket.once('secureConnect', () => {
      const ends = socket.getPeerX509Certificate()?.validToDate
      if (ends !== undefined) note(ends.getTime())
    })
  })
}

function onSocket(agent: http.Agent | https.Agent, look: (socket: Duplex) => void): void {
  const create: http.Agent['createConnection'] = agent.createConnection.bind(agent)
  agent.createConnection = (...args: Parameters<typeof create>) => {
    const socket = create(...args)
    if (socket) look(socket)
    return socket
  }
}
