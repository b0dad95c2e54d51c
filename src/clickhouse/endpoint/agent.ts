import http from 'node:http'
import https from 'node:https'

export interface AgentOptions {
  readonly url: string
  /** The authorities to trust, PEM. Default: the system's. */
  readonly ca?: string | undefined
}

export interface Pooling {
  readonly keepAlive: boolean
  readonly maxSockets?: number
}

/**
 * Whatever certificate is among the authorities is trusted by itself, as by curl and Go: an intermediate without its
 * root, or the server's own. Names and dates count as ever.
 */
export function agentFor({ url, ca }: AgentOptions, pooling: Pooling): http.Agent | https.Agent {
  if (!url.startsWith('https:')) return new http.Agent(pooling)
  return new https.Agent({ ...pooling, ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }) })
}
