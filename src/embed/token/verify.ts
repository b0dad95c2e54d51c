import { constants, verify, type KeyObject } from 'node:crypto'
import type { CompactToken } from './compact.ts'

/** PS256: RSASSA-PSS with SHA-256 and a salt of 32 bytes. Source: RFC 7518, 3.5. */
export const scheme = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } as const

/** Whether the token was signed with PS256 by the key's other half. */
export function hasValidSignature(
  { header, signed, signature }: CompactToken,
  publicKey: KeyObject,
): boolean {
  if (header['alg'] !== 'PS256') return false
  try {
    return verify('sha256', Buffer.from(signed), { key: publicKey, ...scheme }, signature)
  } catch {
    return false
  }
}
