import { failed, judgeAnswer, type Outcome } from './answer.ts'

/** Gives a token, or the response of an endpoint that may have one. */
export type Ask = (signal: AbortSignal) => Promise<unknown>

/** What became of one request. Never rejects. */
export async function outcomeOf(ask: Ask, signal: AbortSignal): Promise<Outcome> {
  try {
    const reply = await ask(signal)
    return await (reply instanceof Response ? readResponse(reply) : judgeAnswer(reply))
  } catch (error) {
    return failed(error instanceof SyntaxError ? 'answer' : 'network')
  }
}

async function readResponse(response: Response): Promise<Outcome> {
  const { ok, status, headers } = response
  const served = headers.get('date')
  if (ok) return judgeAnswer(JSON.parse(await response.text()), served)
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), served)
  return { type: 'failed', failure: { reason: 'status', status, retryAfterMs } }
}

/**
 * Milliseconds, at least 0. A date counts from the server's own clock where it tells that, since the viewer's may be
 * wrong by hours.
 */
export function readRetryAfter(value: string | null, served: string | null): number {
  const text = value ?? ''
  const now = Date.parse(served ?? '') || Date.now()
  const ms = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Math.max(0, ms) || 0
}

/** Asks an endpoint of the page's own site, with its cookies. A redirect to another site counts as no answer. */
export function endpointAsk(endpoint: string, fetch: typeof globalThis.fetch): Ask {
  return signal =>
    fetch(endpoint, {
      method: 'POST',
      headers: { 'X-Lens-Embed': '1' },
      mode: 'same-origin',
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    })
}
