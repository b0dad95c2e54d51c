/**
 * Keys from DER, in whatever form it has: labels of PEM are often wrong, and bare base64 has none. What OpenSSL says of a
 * form that it cannot read is dropped: it helps nobody, and key material must not get into a log.
 */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'

export function readPrivate(der: Uint8Array): KeyObject | undefined {
  return firstThatReads(['pkcs1', 'pkcs8', 'sec1'] as const, type =>
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

/** Version 3 comes first. */
const pkcs12 = /^3082....020103/
/** A scheme of PKCS#5 or PKCS#12 comes first. */
const encrypted = /^30(?:82....|81..|..)30(?:81..|..)(?:06092a864886f70d0105|060a2a864886f70d010c01)/

/** DER that holds no key, or none that can be read without its passphrase. */
export type OtherDer = 'certificate' | 'encrypted' | 'pkcs12'

/** Undefined for what is nothing of that kind. */
export function otherDer(der: Uint8Array): OtherDer | undefined {
  const beginning = Buffer.from(der.subarray(0, 32)).toString('hex')
  if (pkcs12.test(beginning)) return 'pkcs12'
  if (encrypted.test(beginning)) return 'encrypted'
  try {
    return new X509Certificate(der).raw.length > 0 ? 'certificate' : undefined
  } catch {
    return undefined
  }
}

function firstThatReads<T>(types: readonly T[], read: (type: T) => KeyObject): KeyObject | undefined {
  for (const type of types) {
    try {
      return read(type)
    } catch {}
  }
  return undefined
}
