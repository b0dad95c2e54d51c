/** What becomes of a model when a request ends. Pure. */
import type { Answer, Failure } from './answer.ts'
import { unchanged, type Held, type Model, type Moment, type Step } from './model.ts'

/** Between two requests, unless the page wants one: milliseconds. */
const shortestWaitMs = 1000
const longestWaitMs = 30_000
/** Each wait is up to so much longer or shorter: viewers whom one failure hit do not come back together. */
const jitter = 0.25

/** Statuses below 500 that speak of the moment, not of the request. */
const passing = new Set([408, 425, 429])

export function accept(model: Model, answer: Answer, { now, chance }: Moment): Step {
  const { held, frame, askedAt = now } = model
  const isNew = answer.token !== held?.answer.token
  const misses = isNew ? 0 : model.misses + 1
  const accepted: Model = {
    ...model,
    // From the moment of asking: what the answer took on its way must not lengthen the token's life.
    held: { answer, expiresAt: askedAt + answer.expiresIn * 1000, lapsed: false },
    trouble: undefined,
    askedAt: undefined,
    misses,
    nextAt: Math.max(askedAt + answer.refreshIn * 1000, now + waitAfter(misses, chance)),
  }
  if (held === undefined || frame === undefined) return show(accepted)
  if (!isNew) return unchanged(accepted)
  if (pageOf(frame.answer) !== pageOf(answer) || hadLapsed(held, answer)) return show(accepted)
  return { model: accepted, effects: [{ type: 'tell', token: answer.token }] }
}

export function fail(model: Model, failure: Failure, { now, chance }: Moment): Step {
  const misses = model.trouble === undefined ? 1 : model.misses + 1
  const verdict = verdictOn(failure, model)
  return emptyIfDenied({
    ...model,
    trouble: failure,
    verdict,
    askedAt: undefined,
    misses,
    notBefore: now + Math.max(failure.retryAfterMs, shortestWaitMs),
    nextAt: verdict ? Number.POSITIVE_INFINITY : now + failure.retryAfterMs + waitAfter(misses, chance),
  })
}

/** Loads the newest token in a frame of its own, by which a viewer loses what was set in the one before. */
export function show(model: Model): Step {
  const { held, shows } = model
  if (held === undefined) return unchanged(model)
  return {
    model: { ...model, frame: held, shows: shows + 1 },
    effects: [{ type: 'show', url: held.answer.url }],
  }
}

/** Who was denied keeps what a valid token shows, until it ends. */
export function emptyIfDenied(model: Model): Step {
  const { verdict, frame, held } = model
  if (verdict !== 'denied' || frame === undefined || held?.lapsed !== true) return unchanged(model)
  return { model: { ...model, frame: undefined }, effects: [{ type: 'empty' }] }
}

/**
 * An endpoint that has never worked is told apart from one that has a bad hour. Only of the first one believes that
 * it will answer the same the next time.
 */
function verdictOn({ reason, status = 0 }: Failure, { held }: Model): Model['verdict'] {
  if (status === 401 || status === 403) return 'denied'
  if (held !== undefined || reason === 'network' || reason === 'timeout') return undefined
  return status >= 500 || passing.has(status) ? undefined : 'failed'
}

/** Milliseconds. The same token again counts as a miss: it may be all that a shared link has for now. */
function waitAfter(misses: number, chance: number): number {
  const nominal = Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.max(0, misses - 1))
  return nominal * (1 - jitter + 2 * jitter * chance)
}

/** What a frame shows, whatever the parameters: with those that change by themselves each refresh would be a load. */
function pageOf({ url }: Answer): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** By the server's clock where it was told, since that was neither asleep nor set. */
function hadLapsed({ answer, lapsed }: Held, { servedAt }: Answer): boolean {
  const passedMs = servedAt - answer.servedAt
  return Number.isNaN(passedMs) ? lapsed : passedMs >= answer.expiresIn * 1000
}
