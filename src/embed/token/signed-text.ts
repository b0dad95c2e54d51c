/** The part of a token that its signature covers. The same claims always give the same text. Pure. */
import type { KeyObject } from 'node:crypto'
import { claimsJson, type Claims } from './claims.ts'
import { encodePart } from './compact.ts'

const header = encodePart('{"alg":"PS256","typ":"JWT"}')

/** In bytes: DataLens refuses a longer token. */
export const longestToken = 30 * 1024

export function signedText(claims: Claims): string {
  return `${header}.${encodePart(claimsJson(claims))}`
}

/** The length of the whole token in bytes, before it is signed. */
export function tokenLength(claims: Claims, { asymmetricKeyDetails }: KeyObject): number {
  const signatureBytes = Math.ceil((asymmetricKeyDetails?.modulusLength ?? 0) / 8)
  return signedText(claims).length + 1 + Math.ceil((signatureBytes * 4) / 3)
}
