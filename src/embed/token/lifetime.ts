/** How long a token lives. All times are in seconds. */
import { EmbedError } from '../errors.ts'

export const shortestLifetime = 300
/** DataLens accepts no longer one. */
export const longestLifetime = 36_000

/** How far a token is dated back, so that a clock that is a little wrong does no harm. */
export const datedBack = 30

const form = /^(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/

/**
 * Reads a duration such as `5m`, `1h30m` or `36000s`.
 *
 * @throws EmbedError `EMBED_LIFETIME` for another form, or one that is not from 5m to 10h
 */
export function parseLifetime(text: string): number {
  const found = typeof text === 'string' && text !== '' ? form.exec(text) : null
  if (found === null) throw wrong('is no duration such as 5m, 1h or 1h30m')
  const [, hours = '0', minutes = '0', seconds = '0'] = found
  const lifetime = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  if (lifetime < shortestLifetime || lifetime > longestLifetime) throw wrong('must be from 5m to 10h')
  return lifetime
}

function wrong(what: string): EmbedError {
  return new EmbedError('EMBED_LIFETIME', `lifetime ${what}.`)
}

/** From when to when a token is good, in seconds since the epoch. */
export interface Validity {
  readonly iat: number
  readonly exp: number
}

/**
 * `exp - iat` is exactly the lifetime, so that DataLens's limit of ten hours holds to the second.
 *
 * @throws EmbedError `EMBED_OPTIONS` for a clock that tells no time: JSON would make a token without an end of it
 */
export function validityFrom(nowMs: number, lifetime: number): Validity {
  if (!Number.isFinite(nowMs)) throw new EmbedError('EMBED_OPTIONS', 'now gives no number of milliseconds.')
  const iat = Math.floor(nowMs / 1000) - datedBack
  return { iat, exp: iat + lifetime }
}

/** How long before its end a token is replaced, unless somebody says otherwise. */
export function defaultRefreshBefore(lifetime: number): number {
  return Math.floor(lifetime / 4)
}
