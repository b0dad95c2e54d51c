/** The link that a SecureEmbed keeps fresh, read from its mounted Secret. */
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCompact } from './token/compact.ts'
import { fetchEndpoint, type FetchEndpoint } from './endpoint/fetch.ts'
import { nodeEndpoint, type NodeEndpoint, type NodeRequest } from './endpoint/node-http.ts'
import type { EndpointParts, Verdict } from './endpoint/answer.ts'
import { EmbedError } from './errors.ts'
import type { Link } from './link.ts'
import { takeApart } from './page-address.ts'
import type { Params } from './parameters.ts'

export interface SharedLinkOptions {
  /** Hears what an endpoint could not do. Default: a process warning. */
  readonly onError?: (error: unknown) => void | Promise<void>
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** Who may see the link: `true`; `null` or `false` for nobody logged in; `'denied'` for a viewer who may not. */
type Allowed = boolean | null | undefined | 'denied'

export interface SharedLink {
  /** @throws EmbedError `EMBED_LINK_UNAVAILABLE` while there is no link, or only one that has expired */
  current(): Promise<Link>
  endpoint(allow: (request: Request) => Allowed | Promise<Allowed>): FetchEndpoint
  nodeEndpoint<R extends NodeRequest>(allow: (request: R) => Allowed | Promise<Allowed>): NodeEndpoint<R>
}

/** @param folder where the Secret is mounted: as a volume, without `subPath`, which would never see a refresh */
export function sharedLink(folder: string, { onError, now = Date.now }: SharedLinkOptions = {}): SharedLink {
  const current = (): Promise<Link> => readLink(folder, now)
  const parts: EndpointParts = { linkFor: current, onError }
  return {
    current,
    endpoint: allow => fetchEndpoint(request => verdictOf(allow(request)), parts),
    nodeEndpoint: allow => nodeEndpoint(request => verdictOf(allow(request)), parts),
  }
}

async function verdictOf(allowed: Allowed | Promise<Allowed>): Promise<Verdict<Params>> {
  const verdict = await allowed
  if (verdict === 'denied') return verdict
  return verdict === true ? {} : null
}

/** In seconds. */
const soonest = 10

async function readLink(folder: string, now: () => number): Promise<Link> {
  const { token, url } = await readTogether(folder)
  const exp = parseCompact(token)?.payload['exp']
  if (typeof exp !== 'number' || takeApart(url).token !== token) {
    throw unavailable('token and url do not fit each other: mount the Secret of a SecureEmbed')
  }
  const expiresIn = Math.floor(exp - now() / 1000)
  if (expiresIn <= 0) throw unavailable('the link has expired: see the status of the SecureEmbed')
  // When the next link comes, only the cluster knows. Asking at half of what is left meets it early enough.
  const refreshIn = Math.min(expiresIn - 1, Math.max(soonest, Math.floor(expiresIn / 2)))
  return { token, url, expiresIn, refreshIn }
}

interface Files {
  readonly token: string
  readonly url: string
}

/** Reads both files of one version: Kubernetes changes all of them at once, by pointing a link elsewhere. */
async function readTogether(folder: string, attempts = 3): Promise<Files> {
  try {
    const version = await realpath(join(folder, '..data')).catch(() => folder)
    const [token, url] = await Promise.all(
      ['token', 'url'].map(name => readFile(join(version, name), 'utf8')),
    )
    return { token: token?.trim() ?? '', url: url?.trim() ?? '' }
  } catch {
    // The version that was read may have been removed in favour of the next.
    if (attempts > 1) return await readTogether(folder, attempts - 1)
    throw unavailable(`there is no token and url in ${folder}: mount the Secret of a SecureEmbed there`)
  }
}

function unavailable(what: string): EmbedError {
  return new EmbedError('EMBED_LINK_UNAVAILABLE', `No shared link: ${what}.`)
}
