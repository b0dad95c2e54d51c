/** PS256: RSASSA-PSS with SHA-256 and a salt of 32 bytes. Source: RFC 7518, 3.5. */
import { constants, sign, verify, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { claimsJson, type Claims } from './claims.ts'
import { encodePart, type CompactToken } from './compact.ts'
import { EmbedError } from './errors.ts'
import type { SigningKey } from './keys/signing-key.ts'

const header = encodePart('{"alg":"PS256","typ":"JWT"}')
const scheme = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } as const

/** In bytes: DataLens refuses a longer one. */
export const longestToken = 30 * 1024

/** With a callback, Node signs on its thread pool. */
const signOnPool = promisify(sign)

/**
 * Signs, on the thread pool. Two tokens for the same claims differ, as the salt is random.
 *
 * @throws EmbedError `EMBED_TOKEN_TOO_LARGE`, `EMBED_KEY_INVALID`
 */
export async function signToken(claims: Claims, { key }: SigningKey): Promise<string> {
  const signed = `${header}.${encodePart(claimsJson(claims))}`
  if (signed.length + 1 + signatureLength(key) > longestToken) throw tooLarge()
  return `${signed}.${(await signature(signed, key)).toString('base64url')}`
}

async function signature(signed: string, key: KeyObject): Promise<Buffer> {
  try {
    return await signOnPool('sha256', Buffer.from(signed), { key, ...scheme })
  } catch {
    // No cause: OpenSSL's text helps nobody.
    throw new EmbedError(
      'EMBED_KEY_INVALID',
      'The signing key cannot sign: bring the key that DataLens showed.',
    )
  }
}

export function hasValidSignature({ signed, signature }: CompactToken, publicKey: KeyObject): boolean {
  try {
    return verify('sha256', Buffer.from(signed), { key: publicKey, ...scheme }, signature)
  } catch {
    return false
  }
}

/** In characters of base64url, without padding. */
function signatureLength({ asymmetricKeyDetails }: KeyObject): number {
  return Math.ceil(((asymmetricKeyDetails?.modulusLength ?? 0) / 8) * (4 / 3))
}

function tooLarge(): EmbedError {
  const message = `The token would be over ${longestToken} bytes, which DataLens refuses: sign fewer or shorter values.`
  return new EmbedError('EMBED_TOKEN_TOO_LARGE', message)
}
