/** A key out of what somebody brought, or the sentence that says what they brought instead. */
import type { KeyObject } from 'node:crypto'
import { otherDer, readPrivate, readPublic } from '../embed/keys/der.ts'
import { findKey, type KeyBlock, type KeyHalf, type NoKey } from '../embed/keys/key-text.ts'
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
} from '../embed/keys/openssh.ts'
import { KeyMaterialError, type KeyMaterialErrorCode } from './errors.ts'

export interface ExpectedKey {
  readonly half: KeyHalf
  /** For messages: "one RSA private key of 2048 bits". */
  readonly wanted: string
  /** In bits. Absent where any size will do. */
  readonly size?: KeySize
  /** The end of the sentence on a private key where a public one belongs. Default: others could read it there. */
  readonly ifPrivate?: string
}

const readByOthers =
  ', and treat that private key as leaked, since everybody who may read this object could see it.'

export interface KeySize {
  readonly smallest: number
  readonly largest: number
}

/**
 * In any form that `findKey` and DER have. Its size is not looked at, save in formats that have to be converted first.
 *
 * @throws KeyMaterialError
 */
export function parseKey(text: string, expected: ExpectedKey): KeyObject {
  const found = findKey(text, expected.half)
  if (typeof found === 'string') throw refuse(...noKey(found, expected.wanted))
  refuseOthers(found, expected)
  const { der } = found
  const [own, other] = expected.half === 'private' ? [readPrivate, readPublic] : [readPublic, readPrivate]
  const key = own(der)
  if (key !== undefined) return key
  if (other(der) !== undefined) throw otherHalf(expected)
  throw otherThing(der, expected)
}

function otherThing(der: Uint8Array, expected: ExpectedKey): KeyMaterialError {
  const { half, wanted } = expected
  const thing = otherDer(der)
  switch (thing) {
    case 'certificate':
      return certificate(wanted)
    case 'encrypted':
      return half === 'public' ? otherHalf(expected) : encryptedKey()
    case 'pkcs12':
      return refuse(
        'not-pem',
        `This is a PKCS#12 file: put ${wanted} there, in PEM form (${pkcs12Conversion[half]}).`,
      )
    case undefined:
      return damaged(wanted)
    default:
      return thing satisfies never
  }
}

const pkcs12Conversion: Readonly<Record<KeyHalf, string>> = {
  private: 'openssl pkcs12 -in file.p12 -nocerts -nodes -out private.pem',
  public: 'openssl pkcs12 -in file.p12 -clcerts -nokeys | openssl x509 -pubkey -noout',
}

type Refusal = readonly [code: KeyMaterialErrorCode, message: string]

function noKey(found: NoKey, wanted: string): Refusal {
  switch (found) {
    case 'empty':
      return ['empty', `The key is empty: put ${wanted} in PEM form there.`]
    case 'too-long':
      return ['too-long', `The text is too long to be a key: put only ${wanted} there.`]
    case 'several':
      return ['several-keys', `There are several PEM blocks: leave only ${wanted}.`]
    case 'not-a-key':
      return ['not-pem', `This is not PEM (no "-----BEGIN" line): put ${wanted} in PEM form there.`]
    default:
      return found satisfies never
  }
}

function refuseOthers({ label, der, encrypted }: KeyBlock, expected: ExpectedKey): void {
  const { half, wanted } = expected
  if (label === undefined) return
  if (label.includes('CERTIFICATE')) throw certificate(wanted)
  if (label.endsWith('PUBLIC KEY') && half === 'private') throw otherHalf(expected)
  if (label.endsWith('PRIVATE KEY') && half === 'public') throw otherHalf(expected)
  const conversion = conversions[label]
  if (conversion !== undefined) throw fromSsh(der, conversion, expected)
  if (encrypted || label === 'ENCRYPTED PRIVATE KEY') throw encryptedKey()
  if (/^(EC|DSA) /.test(label)) throw notRsa(wanted)
  if (!/^(RSA )?(PRIVATE|PUBLIC) KEY$/.test(label)) {
    throw refuse('not-pem', `This PEM block holds no usable key: put ${wanted} there.`)
  }
}

function certificate(wanted: string): KeyMaterialError {
  return refuse(
    'certificate',
    `This is a certificate: put ${wanted} there, in PEM form (openssl x509 -in cert.pem -pubkey -noout prints a certificate’s public key).`,
  )
}

function encryptedKey(): KeyMaterialError {
  return refuse(
    'encrypted',
    'The key is encrypted with a passphrase: decrypt it first (openssl pkey -in encrypted.pem -out private.pem).',
  )
}

export function otherHalf({ half, wanted, ifPrivate = readByOthers }: ExpectedKey): KeyMaterialError {
  if (half === 'private') return refuse('public-key', `This is a public key: put ${wanted} there.`)
  return refuse('private-key', `This is a private key: put ${wanted} there${ifPrivate}`)
}

/** What turns a key of an SSH program into PEM, by its label. */
const conversions: Readonly<Record<string, string>> = {
  [openSshPrivateLabel]: privateConversion,
  [openSshPublicLabel]: publicConversion,
  [ssh2PublicLabel]: ssh2Conversion,
  [puttyLabel]: puttyConversion,
}

/** Converting helps only an RSA key of the right size. The command alone would leave the person where they were. */
function fromSsh(blob: Uint8Array, conversion: string, { wanted, size }: ExpectedKey): KeyMaterialError {
  const { type, bits } = readOpenSsh(blob)
  if (type !== undefined && type !== 'ssh-rsa') {
    return refuse('not-rsa', `This is a key of OpenSSH for ${type}, and none for RSA: put ${wanted} there.`)
  }
  if (size !== undefined && bits !== undefined && (bits < size.smallest || bits > size.largest)) {
    return refuse(
      'wrong-size',
      `This is an OpenSSH key of ${bits} bits, and ${sizeText(size)} are needed: put ${wanted} there.`,
    )
  }
  const condition = size === undefined ? '' : `; it must have ${sizeText(size)} bits`
  const form = conversion === puttyConversion ? 'PuTTY’s own format' : 'OpenSSH’s own format'
  return refuse('openssh', `This is ${form}: put ${wanted} in PEM form there (${conversion}${condition}).`)
}

function sizeText({ smallest, largest }: KeySize): string {
  return smallest === largest ? `${smallest}` : `${smallest} to ${largest}`
}

export function rsaDetails(
  key: KeyObject,
  wanted: string,
): { modulusLength: number; publicExponent: bigint } {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType !== 'rsa' || modulusLength === undefined || publicExponent === undefined) {
    throw notRsa(wanted)
  }
  return { modulusLength, publicExponent }
}

function notRsa(wanted: string): KeyMaterialError {
  return refuse('not-rsa', `This is not an RSA key (or one only for RSA-PSS): put ${wanted} there.`)
}

export function damaged(wanted: string): KeyMaterialError {
  return refuse(
    'damaged',
    `The PEM block is damaged or cut off: copy ${wanted} anew, with its BEGIN and END lines.`,
  )
}

function refuse(code: KeyMaterialErrorCode, message: string): KeyMaterialError {
  return new KeyMaterialError(code, message)
}
