import type { IncomingMessage, ServerResponse } from 'node:http'
import { systemClock, type Clock } from '../../core/clock.ts'
import type { Logger } from '../log.ts'
import { pathOf, send, startPlainServer, type PlainServer } from '../plain-server.ts'
import { logLevels, type LogLevel, type Verbosity } from '../verbosity.ts'
import { changeLevel } from './log-level.ts'
import { takeProfile, type ProfileKind } from './profile.ts'

export interface DiagnosticsOptions {
  /** 0: a free one. */
  readonly port: number
  readonly verbosity: Verbosity
  /** Is told of a change of `verbosity`, which is its own. */
  readonly log: Logger
  /** The Pod: `port-forward` to a Deployment leads to any of several. */
  readonly name: string
  readonly leads: () => boolean
  /** Default: the system's. */
  readonly clock?: Clock
}

/** Nobody outside of this machine, or of this Pod, gets there; `kubectl port-forward` does. */
const host = '127.0.0.1'
const longestSeconds = 60
const usualSeconds = '10'

/**
 * Serves `GET /profile/cpu` and `/profile/heap` (`?seconds=N`, 1 to 60), one at a time, and `GET` and `PUT /log-level`.
 * Each answer says by a header who gave it, that of the log level also in words. Resolves when it listens; rejects when it cannot.
 */
export async function startDiagnosticsServer(options: DiagnosticsOptions): Promise<PlainServer> {
  const closing = new AbortController()
  let isProfiling = false
  const profile = async (
    kind: ProfileKind,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const seconds = secondsOf(request)
    if (seconds === undefined) return send(response, 400, `seconds is from 1 to ${longestSeconds}\n`)
    if (isProfiling) return send(response, 409, 'there is a profile under way\n')
    isProfiling = true
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      const signal = AbortSignal.any([closing.signal, gone.signal])
      const { clock = systemClock } = options
      const taken = await takeProfile(kind, { ms: seconds * 1000, clock }, signal)
      send(response, 200, JSON.stringify(taken), 'application/json')
    } finally {
      isProfiling = false
    }
  }
  const server = await startPlainServer({ host, port: options.port }, (request, response) =>
    answer({ request, response, options, profile }),
  )
  return {
    ...server,
    close() {
      closing.abort()
      return server.close()
    },
  }
}

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly options: DiagnosticsOptions
  readonly profile: (kind: ProfileKind, request: IncomingMessage, response: ServerResponse) => Promise<void>
}

async function answer({ request, response, options, profile }: Asked): Promise<void> {
  // A page in a browser can have its own name lead here, and would then send that name along.
  if (!isLoopback(request.headers.host)) return send(response, 403, 'ask for 127.0.0.1\n')
  if (isForPage(request)) return send(response, 403, 'this is not for pages in a browser: ask with curl\n')
  const { verbosity, log, name, leads } = options
  const who = `${name}, which ${leads() ? 'leads' : 'stands by'}`
  response.setHeader('lenskeeper-process', who)
  switch (`${request.method} ${pathOf(request)}`) {
    case 'GET /profile/cpu':
      return await profile('cpu', request, response)
    case 'GET /profile/heap':
      return await profile('heap', request, response)
    case 'GET /log-level':
      return send(response, 200, `${verbosity.level}\n${who}\n`)
    case 'PUT /log-level': {
      const level = levelIn(await shortBody(request))
      if (level === undefined) return send(response, 400, `it takes one of ${logLevels.join(', ')}\n`)
      changeLevel(verbosity, level, log)
      return send(response, 200, `${level}\n${who}\n`)
    }
    default:
      return send(response, 404, 'there are /profile/cpu, /profile/heap and /log-level\n')
  }
}

function isLoopback(header: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/.test(header ?? '')
}

/**
 * Whether a page had a browser ask: an image of this address would profile again and again. Who types the address, or
 * asks with curl, sends none of these.
 */
function isForPage({ headers }: IncomingMessage): boolean {
  const { origin, referer, 'sec-fetch-site': site } = headers
  return origin !== undefined || referer !== undefined || ![undefined, 'none', 'same-origin'].includes(site)
}

function secondsOf({ url }: IncomingMessage): number | undefined {
  const asked = new URL(url ?? '/', `http://${host}`).searchParams.get('seconds') ?? usualSeconds
  const seconds = /^\d{1,2}$/.test(asked) ? Number(asked) : 0
  return seconds >= 1 && seconds <= longestSeconds ? seconds : undefined
}

const longestBody = 16

async function shortBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > longestBody) break
  }
  return body.trim()
}

function levelIn(text: string): LogLevel | undefined {
  return logLevels.find(level => level === text)
}
