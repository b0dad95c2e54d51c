/** What an endpoint answers, whatever server it stands in. */
import type { Link } from '../link.ts'
import type { Params } from '../parameters.ts'
import { EmbedError } from '../errors.ts'
import { tell } from '../tell.ts'

/** `null`: nobody is logged in. `'denied'`: this viewer may not see it. */
export type Verdict<P> = P | null | undefined | 'denied'
export type Resolved<P> = Verdict<P> | Promise<Verdict<P>>

export interface EndpointParts {
  readonly linkFor: (params: Params) => Promise<Link>
  readonly onError: ((error: unknown) => void | Promise<void>) | undefined
}

export interface Asked {
  readonly method: string
  readonly header: (name: string) => string | null | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Another site's page cannot set it without asking first. */
const ownHeader = 'x-lens-embed'

/** When the page may ask again, in seconds. */
const askAgain = '10'

/** @param viewer gives what is signed; it is asked only for a request of the partner's own pages */
export async function answer<P extends Params>(
  asked: Asked,
  viewer: () => Resolved<P>,
  { linkFor, onError = warn }: EndpointParts,
): Promise<Answer> {
  const refusal = refusalOf(asked)
  if (refusal !== undefined) return refusal
  try {
    const verdict = await viewer()
    if (verdict === null || verdict === undefined) return refuse(401, 'Nobody is logged in.')
    if (verdict === 'denied') return refuse(403, 'This viewer may not see it.')
    return reply(200, await linkFor(verdict))
  } catch (error) {
    tell(onError, error)
    return failed(error)
  }
}

function refusalOf({ method, header }: Asked): Answer | undefined {
  if (method !== 'POST') return refuse(405, 'Ask with POST.', { allow: 'POST' })
  if (header(ownHeader) !== '1')
    return refuse(403, 'The header X-Lens-Embed: 1 is missing; the browser helper sends it.')
  if (header('sec-fetch-site') !== 'same-origin') {
    return refuse(
      403,
      'Only pages of the same origin may ask (Sec-Fetch-Site; browsers send it over https and on localhost).',
    )
  }
  return undefined
}

function failed(error: unknown): Answer {
  if (error instanceof EmbedError && error.code === 'EMBED_LINK_UNAVAILABLE') {
    return refuse(503, 'There is no link at the moment.', { 'retry-after': askAgain })
  }
  return refuse(500, 'No link could be made; the server’s log says why.')
}

function refuse(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return reply(status, { error }, headers)
}

function reply(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  const always = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers: { ...always, ...headers }, body: JSON.stringify(body) }
}

/** Without a stack or a cause: a session's error may hold anything. */
function warn(error: unknown): void {
  const [code, message] =
    error instanceof EmbedError
      ? [error.code, error.message]
      : [
          'EMBED_ENDPOINT',
          `The viewer function threw ${error instanceof Error ? error.name : typeof error}: pass onError to see it whole.`,
        ]
  process.emitWarning(`An embed endpoint failed. ${message}`, { code })
}
