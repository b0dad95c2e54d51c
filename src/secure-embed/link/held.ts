/** A link as the Secret holds it. Pure. */
import { createHash } from 'node:crypto'
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import { lastSecond, parseTimestamp, toTimestamp } from '../../core/timestamp.ts'
import { addressOf } from '../../embed/address.ts'
import { claimsJson, claimsOf } from '../../embed/token/claims.ts'
import { parseCompact, type CompactToken } from '../../embed/token/compact.ts'
import { isEmbedId } from '../../embed/platform.ts'
import { believedAnnotations } from '../../published-secret/believed.ts'
import type { SecretContent } from '../../published-secret/build.ts'
import type { WantedLink } from './wanted.ts'

/** The embed and the key of the links before. */
export interface Previous {
  readonly embedId: string
  readonly keyFingerprint: string
  /** When the last of these links ends, as a timestamp. */
  readonly expiresAt: string
}

export interface HeldLink {
  readonly token: string
  readonly embedId: string
  /** In seconds since the epoch. */
  readonly iat: number
  readonly exp: number
  /** Of the key that signed the token. Undefined if the Secret does not say. */
  readonly keyFingerprint: string | undefined
  readonly previous: Previous | undefined
}

export interface ReadLink {
  readonly held: HeldLink
  readonly compact: CompactToken
}

/**
 * Undefined if there is no token, or none that can be read.
 *
 * @param known what the status says of the links before. It stands in for a note that is lost or not to be believed
 */
export function readLink(secret: Secret, known?: Previous): ReadLink | undefined {
  const token = dataOf(secret, 'token')
  const compact = token === undefined ? undefined : parseCompact(token)
  if (token === undefined || compact === undefined) return undefined
  const { embedId, iat, exp } = compact.payload
  // Whoever may edit the Secret may write any text there, and these come to stand in the status.
  if (!isEmbedId(embedId) || !isTime(iat) || !isTime(exp)) return undefined
  const notes = believedAnnotations(secret)
  const keyFingerprint = fingerprintIn(notes[annotations.signedBy])
  const previous = readPrevious(notes[annotations.previous]) ?? known
  return { held: { token, embedId, iat, exp, keyFingerprint, previous }, compact }
}

/** What the Secret holds: always a token with the address that goes with it. */
export function linkContent(held: HeldLink, wanted: WantedLink): SecretContent {
  const { token, exp, keyFingerprint, previous } = held
  const { page, unsigned } = wanted
  return {
    data: { token, url: addressOf(page, { token, unsigned }), expiresAt: toTimestamp(exp * 1000) },
    annotations: {
      [annotations.fingerprint]: inputsFingerprint(held, wanted),
      ...(keyFingerprint === undefined ? {} : { [annotations.signedBy]: keyFingerprint }),
      ...(previous === undefined ? {} : { [annotations.previous]: previousText(previous) }),
    },
  }
}

/** The same for the same spec and key, whenever the token was made. */
function inputsFingerprint(
  { keyFingerprint = '' }: HeldLink,
  { embed, signed, lifetime }: WantedLink,
): string {
  const inputs = claimsJson(claimsOf(embed, { iat: 0, exp: lifetime }, signed))
  return `v1:${createHash('sha256').update(`${keyFingerprint}\n${inputs}`).digest('base64url')}`
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= lastSecond
}

/** Where no policy protects them, anybody may edit annotations. What is of another form counts as nothing. */
function fingerprintIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^SHA256:[A-Za-z0-9+/]{43}$/.test(value) ? value : undefined
}

/** In one order: the API server gives the status back in another. */
function previousText({ embedId, keyFingerprint, expiresAt }: Previous): string {
  return JSON.stringify({ embedId, keyFingerprint, expiresAt })
}

function readPrevious(text: string | undefined): Previous | undefined {
  if (text === undefined) return undefined
  try {
    const { embedId, keyFingerprint, expiresAt } = JSON.parse(text) as Record<keyof Previous, unknown>
    const fingerprint = fingerprintIn(keyFingerprint)
    const ms = typeof expiresAt === 'string' ? parseTimestamp(expiresAt) : undefined
    if (!isEmbedId(embedId) || fingerprint === undefined || ms === undefined) return undefined
    return { embedId, keyFingerprint: fingerprint, expiresAt: toTimestamp(ms) }
  } catch {
    return undefined
  }
}
