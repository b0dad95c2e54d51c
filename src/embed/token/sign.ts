import { sign, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Claims } from './claims.ts'
import { EmbedError } from '../errors.ts'
import type { SigningKey } from '../keys/signing-key.ts'
import { longestToken, signedText, tokenLength } from './signed-text.ts'
import { scheme } from './verify.ts'

/** With a callback, Node signs on its thread pool. */
const signOnPool = promisify(sign)

/**
 * Signs, on the thread pool. Two tokens for the same claims differ, as the salt is random.
 *
 * @throws EmbedError `EMBED_TOKEN_TOO_LARGE`, `EMBED_KEY_INVALID`
 */
export async function signToken(claims: Claims, { key }: SigningKey): Promise<string> {
  if (tokenLength(claims, key) > longestToken) throw tooLarge()
  const signed = signedText(claims)
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

function tooLarge(): EmbedError {
  const message = `The token would be over ${longestToken} bytes, which DataLens refuses: sign fewer or shorter values.`
  return new EmbedError('EMBED_TOKEN_TOO_LARGE', message)
}
