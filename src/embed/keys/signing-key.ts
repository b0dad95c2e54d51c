/** The private key of an embedding secret, as DataLens makes and shows it once. */
import { createHash, createPublicKey, KeyObject, sign, verify } from 'node:crypto'
import { EmbedError } from '../errors.ts'
import { otherDer, readPrivate, readPublic } from './der.ts'
import { findKey, type KeyBlock, type KeyHalf, type NoKey } from './key-text.ts'
import {
  openSshPrivateLabel,
  openSshPublicLabel,
  privateConversion,
  publicConversion,
  puttyConversion,
  puttyLabel,
  readOpenSsh,
  ssh2Conversion,
  ssh2PublicLabel,
  type OpenSshKey,
} from './openssh.ts'
import { textOfKey } from './tidy-text.ts'

/** An RSA key that was tried: both halves belong together. Printing it shows nothing of the private half. */
export interface SigningKey {
  readonly key: KeyObject
  readonly publicKey: KeyObject
  /** `SHA256:` and unpadded base64 of SHA-256 over the public half's SPKI DER. The same for every form of a key. */
  readonly fingerprint: string
}

/** In bits. */
const smallest = 2048
const largest = 8192

const wanted = 'the RSA private key that DataLens showed, in PEM form'

/**
 * Reads an RSA private key of 2048 to 8192 bits, PKCS#1 or PKCS#8, in any of the forms of `findKey`.
 *
 * @throws EmbedError `EMBED_KEY_INVALID`. The message says what is wrong and quotes nothing of the key
 */
export function parseSigningKey(given: string | Uint8Array | KeyObject): SigningKey {
  return examine(given instanceof KeyObject ? given : privateKeyOf(blockOf(textOf(given), 'private')))
}

/** Reads the public half, for verifying. @throws EmbedError `EMBED_KEY_INVALID` */
export function parsePublicKey(given: string | Uint8Array | KeyObject): KeyObject {
  const key = given instanceof KeyObject ? given : publicKeyOf(blockOf(textOf(given), 'public'))
  if (key?.type !== 'public' || key.asymmetricKeyType !== 'rsa') {
    throw invalid('This is no RSA public key, or it is damaged.')
  }
  return key
}

function publicKeyOf({ label, der }: KeyBlock): KeyObject | undefined {
  if (label === openSshPublicLabel || label === ssh2PublicLabel) {
    const conversion = label === ssh2PublicLabel ? ssh2Conversion : publicConversion
    throw invalid(`This is OpenSSH’s own format: put the key there as PEM (${conversion}).`)
  }
  if (label !== undefined && label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') {
    throw invalid('This is no public key: give the one that begins with "-----BEGIN PUBLIC KEY-----".')
  }
  return readPublic(der)
}

function textOf(given: unknown): string {
  if (typeof given === 'string') return given
  if (given instanceof Uint8Array) return textOfKey(given)
  throw invalid(`The key is no text: give ${wanted}.`)
}

function blockOf(text: string, half: KeyHalf): KeyBlock {
  const found = findKey(text, half)
  if (typeof found === 'string') throw invalid(noKey[found])
  return found
}

const noKey: Readonly<Record<NoKey, string>> = {
  empty: `The key is empty: put ${wanted}, there.`,
  'too-long': `The text is too long for a key: put only ${wanted}, there.`,
  several: `There are several PEM blocks: leave only ${wanted}.`,
  'not-a-key': `This is no key (there is no "-----BEGIN" line): put ${wanted}, there.`,
}

function privateKeyOf({ label, der, encrypted }: KeyBlock): KeyObject {
  if (label === openSshPrivateLabel || label === puttyLabel) throw fromSsh(readOpenSsh(der), label)
  if (encrypted || label === 'ENCRYPTED PRIVATE KEY') {
    throw isEncrypted()
  }
  if (label?.includes('CERTIFICATE') === true) throw isCertificate()
  if (label?.endsWith('PUBLIC KEY') === true) throw isPublic()
  if (label === 'EC PRIVATE KEY' || label === 'DSA PRIVATE KEY') throw notRsa()
  if (label !== undefined && label !== 'RSA PRIVATE KEY' && label !== 'PRIVATE KEY') {
    throw invalid(`This PEM block is no private key: put ${wanted}, there.`)
  }
  const key = readPrivate(der)
  if (key !== undefined) return key
  if (readPublic(der) !== undefined) throw isPublic()
  throw noPrivateKey(der)
}

function noPrivateKey(der: Uint8Array): EmbedError {
  const thing = otherDer(der)
  if (thing === 'encrypted') return isEncrypted()
  if (thing === 'certificate') return isCertificate()
  if (thing === 'pkcs12') {
    return invalid(
      `This is a PKCS#12 file: put ${wanted}, there (openssl pkcs12 -in file.p12 -nocerts -nodes -out private.pem).`,
    )
  }
  return invalid(`The key is damaged or cut off: copy ${wanted}, anew and whole.`)
}

function fromSsh({ type, bits }: OpenSshKey, label: string): EmbedError {
  if (type !== undefined && type !== 'ssh-rsa') {
    return invalid(`This is a key of OpenSSH for ${type}, and none for RSA: put ${wanted}, there.`)
  }
  if (bits !== undefined && !isFitting(bits)) return wrongSize(bits)
  const [form, conversion] =
    label === puttyLabel ? ['PuTTY', puttyConversion] : ['OpenSSH', privateConversion]
  return invalid(
    `This is ${form}’s own format: put ${wanted}, there (${conversion}; it must have ${smallest} to ${largest} bits).`,
  )
}

function examine(key: KeyObject): SigningKey {
  if (key.type !== 'private') throw invalid(`This is a ${key.type} key: put ${wanted}, there.`)
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (key.asymmetricKeyType !== 'rsa' || bits === undefined) throw notRsa()
  if (!isFitting(bits)) throw wrongSize(bits)
  const publicKey = createPublicKey(key)
  if (!halvesMatch(key, publicKey)) {
    throw invalid(
      `The halves of the key do not belong together: copy ${wanted}, anew from where it was made.`,
    )
  }
  return { key, publicKey, fingerprint: fingerprintOf(publicKey) }
}

function halvesMatch(key: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from('lenskeeper')
  try {
    return verify('sha256', probe, publicKey, sign('sha256', probe, key))
  } catch {
    return false
  }
}

function fingerprintOf(publicKey: KeyObject): string {
  const digest = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
  return `SHA256:${digest.replaceAll('=', '')}`
}

function isFitting(bits: number): boolean {
  return bits >= smallest && bits <= largest
}

function wrongSize(bits: number): EmbedError {
  return invalid(`The key has ${bits} bits, and must have ${smallest} to ${largest}: put ${wanted}, there.`)
}

function isEncrypted(): EmbedError {
  return invalid(
    'The key is encrypted with a passphrase: decrypt it first (openssl pkey -in encrypted.pem -out private.pem).',
  )
}

function isCertificate(): EmbedError {
  return invalid(`This is a certificate: put ${wanted}, there.`)
}

function isPublic(): EmbedError {
  return invalid(`This is a public key: put ${wanted}, there.`)
}

function notRsa(): EmbedError {
  return invalid(`This is no RSA key (or one for RSA-PSS alone): put ${wanted}, there.`)
}

function invalid(message: string): EmbedError {
  return new EmbedError('EMBED_KEY_INVALID', message)
}
