import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathOf, send, startPlainServer, type PlainServer } from './plain-server.ts'

export interface TelemetryServerOptions {
  /** Undefined: every address of the machine. */
  readonly host?: string | undefined
  /** 0: a free one. */
  readonly port: number
  /** What it waits for, in words; empty when it is ready. */
  readonly waitingFor: () => readonly string[]
  /** Why it should be started anew, in words; undefined while it is well. Default: it always is. */
  readonly unwell?: () => string | undefined
  readonly metrics: { readonly contentType: string; render(): Promise<string> }
}

/**
 * Serves `/healthz` (200, or 503 when only another start helps), `/readyz` (200, or 503 with what is missing) and `/metrics`. Resolves when
 * it listens; rejects when it cannot listen on that address.
 */
export async function startTelemetryServer(options: TelemetryServerOptions): Promise<PlainServer> {
  return await startPlainServer(options, (request, response) => answer(options, request, response))
}

async function answer(
  options: TelemetryServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'only GET\n')
  switch (pathOf(request)) {
    case '/healthz': {
      const why = options.unwell?.()
      return why === undefined ? send(response, 200, 'ok\n') : send(response, 503, `${why}\n`)
    }
    case '/readyz': {
      const missing = options.waitingFor()
      if (missing.length === 0) return send(response, 200, 'ok\n')
      return send(response, 503, `waiting for: ${missing.join(', ')}\n`)
    }
    case '/metrics':
      return send(response, 200, await options.metrics.render(), options.metrics.contentType)
    default:
      return send(response, 404, 'not found\n')
  }
}
