/** Says what a token is and which of DataLens's checks it would fail. It shows neither the token nor its signature. */
import type { KeyObject } from 'node:crypto'
import { parseCompact, parseUnsigned, type CompactToken } from './token/compact.ts'
import { parsePublicKey } from './keys/signing-key.ts'
import { longestLifetime, type Validity } from './token/lifetime.ts'
import { platformOf, platforms, type Platform } from './platform.ts'
import { longestToken } from './token/signed-text.ts'
import { hasValidSignature } from './token/verify.ts'
import { takeApart, type PageAddress } from './page-address.ts'

/** The first check that fails, in the order in which DataLens makes them. */
export type TokenFault =
  | 'too-large'
  | 'malformed'
  | 'bad-algorithm'
  | 'bad-signature'
  | 'bad-service'
  | 'expired'
  | 'lifetime-too-long'

export interface Check {
  readonly fault: TokenFault
  readonly verdict: 'passed' | 'failed' | 'not checked'
  /** What was found, in a sentence. */
  readonly says: string
}

export interface Inspection {
  /** Undefined: as far as it was checked, DataLens takes the token. */
  readonly fault: TokenFault | undefined
  readonly checks: readonly Check[]
  readonly algorithm: string | undefined
  readonly platform: Platform | undefined
  readonly embedId: string | undefined
  /** Seconds since the epoch. */
  readonly iat: number | undefined
  readonly exp: number | undefined
  /** The signed parameters, as they stand in the token. */
  readonly params: Readonly<Record<string, unknown>>
  /** What the address says besides, if one was given. */
  readonly address: PageAddress | undefined
}

export interface InspectOptions {
  /** Of the embedding secret, as text or KeyObject. Without it the signature is not checked. */
  readonly publicKey?: string | Uint8Array | KeyObject
  /** Milliseconds since the epoch. Default: `Date.now()`. */
  readonly now?: number
}

/**
 * @param tokenOrUrl a token, or the address of an embedded page with a token in it
 * @throws EmbedError `EMBED_KEY_INVALID` for a public key that is none; never for a bad token
 */
export function inspect(
  tokenOrUrl: string,
  { publicKey, now = Date.now() }: InspectOptions = {},
): Inspection {
  const { token, address } = takeApart(tokenOrUrl.trim())
  const parsed = parseCompact(token) ?? parseUnsigned(token)
  const key = publicKey === undefined ? undefined : parsePublicKey(publicKey)
  const checks = [sizeOf(token), ...(parsed === undefined ? [noJwt] : checksOf(parsed, key, now / 1000))]
  const payload = parsed?.payload ?? {}
  return {
    fault: checks.find(({ verdict }) => verdict === 'failed')?.fault,
    checks,
    algorithm: text(parsed?.header['alg']),
    platform: platformOf(payload['dlEmbedService']),
    embedId: text(payload['embedId']),
    iat: number(payload['iat']),
    exp: number(payload['exp']),
    params: paramsOf(payload['params']),
    address,
  }
}

const noJwt: Check = {
  fault: 'malformed',
  verdict: 'failed',
  says: 'This is no JWT: three parts of base64url with dots between them, the first two JSON.',
}

function sizeOf(token: string): Check {
  const bytes = Buffer.byteLength(token)
  return check(
    'too-large',
    bytes <= longestToken,
    `It has ${bytes} bytes; DataLens takes up to ${longestToken}.`,
  )
}

function checksOf(parsed: CompactToken, key: KeyObject | undefined, now: number): readonly Check[] {
  const { header, payload } = parsed
  const { iat, exp, dlEmbedService } = payload
  const missing = missingClaim(payload)
  if (typeof iat !== 'number' || typeof exp !== 'number' || missing !== undefined) {
    return [
      check(
        'malformed',
        false,
        `The claim ${missing ?? 'iat'} is missing or of another type than it must be.`,
      ),
    ]
  }
  const algorithm = text(header['alg']) ?? 'none'
  const platform = platformOf(dlEmbedService)
  return [
    check('malformed', true, 'It is a JWT with embedId, iat and exp.'),
    check(
      'bad-algorithm',
      algorithm === 'PS256',
      `It is signed with ${named(algorithm)}; it has to be PS256.`,
    ),
    signatureCheck(parsed, key),
    check(
      'bad-service',
      platform !== undefined,
      platform === undefined
        ? `dlEmbedService is none of: ${Object.values(platforms)
            .map(({ serviceMark }) => serviceMark)
            .join(', ')}.`
        : `It is for ${platform}.`,
    ),
    check('expired', now < exp, validityText({ iat, exp }, now)),
    check(
      'lifetime-too-long',
      exp - iat <= longestLifetime,
      `It lives ${duration(exp - iat)}; 10h is the longest.`,
    ),
  ]
}

function validityText({ iat, exp }: Validity, now: number): string {
  if (now >= exp) return `It ended ${duration(now - exp)} ago.`
  if (now < iat) return `It begins in ${duration(iat - now)}: the clock here or where it was signed is wrong.`
  return `It is good for another ${duration(exp - now)}.`
}

function missingClaim({ embedId, iat, exp }: CompactToken['payload']): string | undefined {
  if (typeof embedId !== 'string' || embedId === '') return 'embedId'
  if (!Number.isFinite(iat)) return 'iat'
  return Number.isFinite(exp) ? undefined : 'exp'
}

function signatureCheck(parsed: CompactToken, key: KeyObject | undefined): Check {
  const fault = 'bad-signature'
  if (key === undefined)
    return { fault, verdict: 'not checked', says: 'Without the public key the signature is not checked.' }
  const valid = hasValidSignature(parsed, key)
  return check(
    fault,
    valid,
    valid
      ? 'It was signed with this key, and not changed since.'
      : 'It was not signed with this key, or changed since.',
  )
}

function check(fault: TokenFault, passed: boolean, says: string): Check {
  return { fault, verdict: passed ? 'passed' : 'failed', says }
}

/** Whatever stands there is somebody else's text: only a plain word is repeated. */
function named(algorithm: string): string {
  return /^[A-Za-z0-9+-]{1,20}$/.test(algorithm) ? algorithm : 'something else'
}

/** `1h 30m`, `45s`. */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`)
  return shown.length === 0 ? '0s' : shown.join(' ')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function paramsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
