import { constants, createHash, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { Redacted } from '../core/redaction/redacted.ts'
import { showsPrivateKey } from '../embed/keys/key-text.ts'
import { KeyMaterialError } from './errors.ts'
import { halvesMatch } from './key-halves.ts'
import { damaged, otherHalf, parseKey, rsaDetails, type ExpectedKey } from './parse-key.ts'

/** A partner's signing key: RSA, 2048 bits, public exponent 65537. Its halves are proved to belong together. */
export interface PartnerPrivateKey {
  /** `SHA256:` and unpadded base64 of SHA-256 over the public half's SPKI DER. The same for every form of a key. */
  readonly fingerprint: string
  /** PKCS#1, `BEGIN RSA PRIVATE KEY`. */
  readonly privatePem: Redacted<string>
  /** SPKI, `BEGIN PUBLIC KEY`. */
  readonly publicPem: string
  readonly key: KeyObject
  readonly publicKey: KeyObject
}

/** The public half of the key that DataLens decrypts with. Nobody here ever has the other half. */
export interface DataLensPublicKey {
  /** As in `PartnerPrivateKey`. */
  readonly fingerprint: string
  /** SPKI, `BEGIN PUBLIC KEY`. */
  readonly publicPem: string
  readonly key: KeyObject
}

export const partnerKeyBits = 2048
export const partnerKeyExponent = 65537

/** Longer keys would make longer tokens than the connector's form is known to take, and slower ones. */
const longestDataLensKeyBits = 4096

const wantedPrivate = 'one RSA private key of 2048 bits'
const expectedPrivate: ExpectedKey = {
  half: 'private',
  wanted: wantedPrivate,
  size: { smallest: partnerKeyBits, largest: partnerKeyBits },
}

interface ExpectedPublicKey extends ExpectedKey {
  /** What to do about one that will not do. */
  readonly remedy: string
}
const expectedPublic: ExpectedPublicKey = {
  half: 'public',
  wanted: 'DataLens’s RSA public key',
  size: { smallest: partnerKeyBits, largest: longestDataLensKeyBits },
  remedy: 'ask DataLens for its key',
}
const expectedOfPartner: ExpectedPublicKey = {
  ...expectedPublic,
  wanted: 'the partner’s RSA public key',
  remedy: 'take the partner’s key',
  ifPrivate: '. The private one stays with the partner.',
}

/**
 * Reads a private key that somebody brought, in any of the forms of `findKey`: RSA, 2048 bits, e = 65537.
 *
 * @throws KeyMaterialError with a code of its own for each thing that can be wrong
 */
export function inspectPrivateKey(pem: string): PartnerPrivateKey {
  const key = parseKey(pem, expectedPrivate)
  const { modulusLength, publicExponent } = rsaDetails(key, wantedPrivate)
  if (modulusLength !== partnerKeyBits) {
    throw new KeyMaterialError(
      'wrong-size',
      `The key has ${modulusLength} bits: DataLens takes RSA keys of ${partnerKeyBits} bits (openssl genrsa ${partnerKeyBits}).`,
    )
  }
  if (publicExponent !== BigInt(partnerKeyExponent)) {
    throw new KeyMaterialError(
      'wrong-exponent',
      `The key’s public exponent is not ${partnerKeyExponent}: make a new key (openssl genrsa ${partnerKeyBits}).`,
    )
  }
  if (!halvesMatch(key)) {
    throw new KeyMaterialError(
      'halves-mismatch',
      'The private and the public half of the key do not belong together: export the key again from where it was made.',
    )
  }
  return describePrivateKey(key)
}

/**
 * Reads DataLens's public key in any of the forms of `findKey`: RSA of 2048 to 4096 bits (DataLens gives 2048), an odd
 * public exponent from 65537 on.
 *
 * @throws KeyMaterialError with a code of its own for each thing that can be wrong
 */
export function inspectPublicKey(pem: string): DataLensPublicKey {
  return describePublicKey(readPublicKey(pem, expectedPublic))
}

/** The same for a key that a partner handed over. @throws KeyMaterialError */
export function inspectPartnerPublicKey(pem: string): Pick<PartnerPrivateKey, 'fingerprint' | 'publicPem'> {
  return describePublicKey(readPublicKey(pem, expectedOfPartner))
}

function readPublicKey(pem: string, expected: ExpectedPublicKey): KeyObject {
  const { wanted, remedy } = expected
  // A private half beside the public one has been shown, too.
  if (showsPrivateKey(pem)) throw otherHalf(expected)
  const key = parseKey(pem, expected)
  const { modulusLength, publicExponent } = rsaDetails(key, wanted)
  if (modulusLength < partnerKeyBits || modulusLength > longestDataLensKeyBits) {
    throw new KeyMaterialError(
      'wrong-size',
      `The key has ${modulusLength} bits: ${remedy} of ${partnerKeyBits} bits.`,
    )
  }
  if (publicExponent < BigInt(partnerKeyExponent) || publicExponent % 2n === 0n) {
    throw new KeyMaterialError('wrong-exponent', `The key’s public exponent is too small: ${remedy}.`)
  }
  if (!canEncrypt(key)) throw damaged(wanted)
  return key
}

function canEncrypt(key: KeyObject): boolean {
  try {
    publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from('{}'))
    return true
  } catch {
    return false
  }
}

/** Wraps a key that has been checked already. */
export function describePrivateKey(key: KeyObject): PartnerPrivateKey {
  const publicKey = createPublicKey(key)
  return {
    fingerprint: fingerprintOf(publicKey),
    privatePem: new Redacted(key.export({ type: 'pkcs1', format: 'pem' }).toString()),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    key,
    publicKey,
  }
}

/** Wraps a key that has been checked already. */
function describePublicKey(key: KeyObject): DataLensPublicKey {
  return {
    fingerprint: fingerprintOf(key),
    publicPem: key.export({ type: 'spki', format: 'pem' }).toString(),
    key,
  }
}

/** The same for every form of a key: PKCS#1, PKCS#8 or SPKI, with any white space. */
export function fingerprintOf(publicKey: KeyObject): string {
  const digest = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
  return `SHA256:${digest.replaceAll('=', '')}`
}
