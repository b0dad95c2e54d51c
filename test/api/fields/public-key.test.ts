/** The API server's rules and the operator's reader judge one text: what the one takes, the other must be able to name. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { publicKey } from '../../../src/api/fields/public-key.ts'
import { ruleFaults } from '../../../src/cli/lint/cel-rules.ts'
import { KeyMaterialError, type KeyMaterialErrorCode } from '../../../src/token/errors.ts'
import { inspectPublicKey } from '../../../src/token/keys.ts'
import { keyForms } from '../../builders/key-forms.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'
import { vectorKey } from '../../vectors/token-vectors.ts'

const partner = vectorKey('partnerKeys', 1)
const privateKey = createPrivateKey(partner.privatePem)
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey

function ruleSays(text: string): readonly string[] {
  return ruleFaults(publicKey.json, text).map(({ message }) => message)
}

function readerSays(text: string): KeyMaterialErrorCode | undefined {
  try {
    inspectPublicKey(text)
    return undefined
  } catch (error) {
    if (error instanceof KeyMaterialError) return error.code
    throw error
  }
}

/** UTF-16 is a form of files alone. */
function formsOf(pem: string): readonly (readonly [string, string])[] {
  return keyForms(pem).filter(([name]) => !name.startsWith('UTF-16'))
}

describe('a good key is taken by both', () => {
  test.each([
    ['SPKI', partner.publicPem],
    ['PKCS#1', createPublicKey(partner.publicPem).export({ type: 'pkcs1', format: 'pem' }).toString()],
  ])('%s', (_type, pem) => {
    for (const [name, text] of formsOf(pem))
      expect([name, ruleSays(text), readerSays(text)]).toEqual([name, [], undefined])
  })
})

describe('a private key is called so by both', () => {
  test.each([
    ['PKCS#1', partner.privatePem],
    ['PKCS#8', partner.privatePkcs8Pem],
    ['EC', ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString()],
    ['EC in PKCS#8', ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    [
      'encrypted',
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    ],
  ])('%s', (_type, pem) => {
    for (const [name, text] of formsOf(pem))
      expect([name, ruleSays(text), readerSays(text)]).toEqual([
        name,
        [expect.stringContaining('this is a private key')],
        'private-key',
      ])
  })
})

describe('what else is refused', () => {
  const certificate = makeTestCertificate().certPem.replaceAll('\r', '')
  test.each<[string, string, string | undefined, KeyMaterialErrorCode]>([
    ...formsOf(certificate).map(([name, text]): [string, string, string, KeyMaterialErrorCode] => [
      `a certificate: ${name}`,
      text,
      'is a certificate',
      'certificate',
    ]),
    ['a line of OpenSSH', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB me@host', 'is a line of OpenSSH', 'openssh'],
    ['words', 'ask DataLens', 'must be one public key', 'not-pem'],
    ['two keys', partner.publicPem.repeat(2), 'several public keys', 'several-keys'],
    // These look like public keys, so that only the reader can tell.
    ['1024 bits', short.export({ type: 'spki', format: 'pem' }).toString(), undefined, 'wrong-size'],
    [
      '1024 bits, the base64 alone',
      short.export({ type: 'spki', format: 'der' }).toString('base64'),
      undefined,
      'wrong-size',
    ],
    ['EC', ec.publicKey.export({ type: 'spki', format: 'pem' }).toString(), undefined, 'not-rsa'],
    ['cut off', partner.publicPem.slice(0, 200), undefined, 'damaged'],
  ])('%s', (_name, text, rule, code) => {
    expect(ruleSays(text)).toEqual(rule === undefined ? [] : [expect.stringContaining(rule)])
    expect(readerSays(text)).toBe(code)
  })
})
