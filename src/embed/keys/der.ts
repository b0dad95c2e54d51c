/**
 * Keys from DER, in whatever form it has: labels of PEM are often wrong, and bare base64 has none. What OpenSSL says of a
 * form that it cannot read is dropped: it helps nobody, and key material must not get into a log.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

export function readPrivate(der: Uint8Array): KeyObject | undefined {
  return firstThatReads(['pkcs1', 'pkcs8'] as const, type =>
    createPrivateKey({ key: Buffer.from(der), format: 'der', type }),
  )
}

/** Not the public half of a private key, which Node would derive: whoever gives one has mistaken it. */
export function readPublic(der: Uint8Array): KeyObject | undefined {
  if (readPrivate(der) !== undefined) return undefined
  return firstThatReads(['spki', 'pkcs1'] as const, type =>
    createPublicKey({ key: Buffer.from(der), format: 'der', type }),
  )
}

function firstThatReads<T>(types: readonly T[], read: (type: T) => KeyObject): KeyObject | undefined {
  for (const type of types) {
    try {
      return read(type)
    } catch {}
  }
  return undefined
}
