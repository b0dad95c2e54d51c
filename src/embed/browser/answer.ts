import type { Link } from '../link.ts'

/** A link that an endpoint has answered, looked at: all numbers fit, `token` is in `url`, and a frame may have `url`. */
export interface Answer extends Link {
  /** Milliseconds since the epoch by the server's clock; NaN when it does not say. */
  readonly servedAt: number
}

/**
 * Why there is no new token: `network` (no answer), `timeout` (none in time), `status` (one that says no), `answer` (one
 * that is not of the form), `address` (of the form, but with an address that no frame may have).
 */
export type FailureReason = 'network' | 'timeout' | 'status' | 'answer' | 'address'

export interface Failure {
  readonly reason: FailureReason
  /** The HTTP status, where the reason is `status`. */
  readonly status?: number | undefined
  /** How long the server wants to be left alone: milliseconds, 0 when it does not say. */
  readonly retryAfterMs: number
}

export type Outcome =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'failed'; readonly failure: Failure }

export function failed(reason: FailureReason): Outcome {
  return { type: 'failed', failure: { reason, retryAfterMs: 0 } }
}

/** @param served the `Date` of the response, if it has one */
export function judgeAnswer(value: unknown, served?: string | null): Outcome {
  if (!isLink(value)) return failed('answer')
  if (!mayBeFramed(value.url)) return failed('address')
  return { type: 'answered', answer: { ...value, servedAt: Date.parse(served ?? '') } }
}

function isLink(value: unknown): value is Link {
  const { token, url, expiresIn, refreshIn } = (value ?? {}) as Record<keyof Link, unknown>
  return (
    typeof token === 'string' &&
    token !== '' &&
    typeof url === 'string' &&
    url.includes(token) &&
    Number.isFinite(expiresIn) &&
    Number.isFinite(refreshIn) &&
    0 <= (refreshIn as number) &&
    (refreshIn as number) < (expiresIn as number)
  )
}

/** A `javascript:` address would run in the page itself, and plain http would show the token to the network. */
function mayBeFramed(url: string): boolean {
  return (
    URL.canParse(url) && /^(https:|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/.test(new URL(url).href)
  )
}
