import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { PemBlock } from '../embed/keys/pem.ts'
import { KeyMaterialError } from './errors.ts'
import { openssh } from './pem.ts'

export function refuseUnusable(block: PemBlock, wanted: string): void {
  if (block.label.includes('CERTIFICATE')) {
    throw new KeyMaterialError(
      'certificate',
      `This is a certificate: put ${wanted} there, in PEM form (openssl x509 -pubkey -noout prints a certificate's public key).`,
    )
  }
  if (block.encrypted || block.label === 'ENCRYPTED PRIVATE KEY') {
    throw new KeyMaterialError(
      'encrypted',
      'The key is encrypted with a passphrase: decrypt it first (openssl pkey -in encrypted.pem -out private.pem).',
    )
  }
  if (block.label === 'OPENSSH PRIVATE KEY') throw openssh(wanted)
  if (/^(EC|DSA) /.test(block.label)) throw notRsa(wanted)
}

const privateForms: Readonly<Record<string, 'pkcs1' | 'pkcs8'>> = {
  'RSA PRIVATE KEY': 'pkcs1',
  'PRIVATE KEY': 'pkcs8',
}
const publicForms: Readonly<Record<string, 'pkcs1' | 'spki'>> = {
  'RSA PUBLIC KEY': 'pkcs1',
  'PUBLIC KEY': 'spki',
}

export function parseKey(
  block: PemBlock,
  expected: { readonly private: boolean; readonly wanted: string },
): KeyObject {
  const form = (expected.private ? privateForms : publicForms)[block.label]
  if (!form) {
    throw new KeyMaterialError('not-pem', `This PEM block holds no usable key: put ${expected.wanted} there.`)
  }
  const key = Buffer.from(block.der)
  try {
    if (!expected.private)
      return createPublicKey({ key, format: 'der', type: form === 'pkcs1' ? form : 'spki' })
    return createPrivateKey({ key, format: 'der', type: form === 'pkcs1' ? form : 'pkcs8' })
  } catch {
    // No cause: OpenSSL's text does not help, and key material must not come into a log.
    throw damaged(expected.wanted)
  }
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
  return new KeyMaterialError(
    'not-rsa',
    `This is not an RSA key (or one only for RSA-PSS): put ${wanted} there.`,
  )
}

export function damaged(wanted: string): KeyMaterialError {
  return new KeyMaterialError(
    'damaged',
    `The PEM block is damaged or cut off: copy ${wanted} anew, with its BEGIN and END lines.`,
  )
}
