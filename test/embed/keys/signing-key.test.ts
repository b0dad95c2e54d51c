import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { inspect as show } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parsePublicKey, parseSigningKey } from '../../../src/embed/keys/signing-key.ts'
import { keyForms } from '../../builders/key-forms.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'
import { thrownBy } from '../thrown.ts'

const { privatePem, privatePkcs8Pem, publicPem } = embedVectors.key
const { fingerprint } = parseSigningKey(privatePem)
const body = privatePem.replaceAll(/-----.*-----|\s/g, '')
const lines = privatePem.trim().split('\n')

describe('the same key, as people have it', () => {
  test.each(keyForms(privatePem))('PKCS#1: %s', (_, given) => {
    expect(parseSigningKey(given).fingerprint).toBe(fingerprint)
  })

  test.each(keyForms(privatePkcs8Pem))('PKCS#8: %s', (_, given) => {
    expect(parseSigningKey(given).fingerprint).toBe(fingerprint)
  })

  test.each<[string, string | Uint8Array]>([
    ['bytes', Buffer.from(privatePem)],
    ['bytes in UTF-16', Buffer.from(`\uFEFF${privatePem}`, 'utf16le')],
    ['under the label of the other form', privatePkcs8Pem.replaceAll('PRIVATE', 'RSA PRIVATE')],
    ['under the label of the other form, the other way', privatePem.replaceAll('RSA ', '')],
    ['both halves', `${publicPem}${privatePem}`],
    ['base64 of the body', Buffer.from(body).toString('base64')],
  ])('%s', (_, given) => {
    expect(parseSigningKey(given).fingerprint).toBe(fingerprint)
  })

  test('KeyObject', () => {
    expect(parseSigningKey(createPrivateKey(privatePem)).fingerprint).toBe(fingerprint)
  })
})

describe('what is no key for it', () => {
  const short = pkcs8(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const pss = pkcs8(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey)
  const locked = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
  const encrypted = createPrivateKey(privatePem).export({ ...locked, type: 'pkcs8' })
  const legacy = createPrivateKey(privatePem).export({ ...locked, type: 'pkcs1' })
  const sec1 = ec.export({ type: 'sec1', format: 'pem' })

  function base64(text: string): string {
    return Buffer.from(text).toString('base64')
  }

  function pkcs8(key: KeyObject): string {
    return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  }

  /** The modulus of one key with the rest of another. */
  function mixed(): string {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    const jwk = { ...createPrivateKey(privatePem).export({ format: 'jwk' }), n: other.n ?? '' }
    return createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs1', format: 'pem' }).toString()
  }

  test.each<[string, unknown, RegExp]>([
    ['nothing', '', /empty/],
    ['white space', ' \n', /empty/],
    ['a word', 'rubbish', /no key/],
    ['a key of 1024 bits', short, /1024 bits/],
    ['an EC key', pkcs8(ec), /no RSA key/],
    ['an EC key in its own form', sec1, /no RSA key/],
    ['an RSA key for PSS alone', pss, /no RSA key/],
    ['a public key', publicPem, /public key/],
    ['the bare body of a public key', publicPem.replaceAll(/-----.*-----|\s/g, ''), /public key/],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', /certificate/],
    ['encrypted', encrypted, /encrypted/],
    ['encrypted in the old way', legacy, /encrypted/],
    ['base64 three times', base64(base64(privatePem)), /no key/],
    ['encrypted in the old way, and folded', String(legacy).replaceAll('\n', ' '), /encrypted/],
    ['PuTTY', 'PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 0\n', /PuTTY.*puttygen/],
    ['a PKCS#12 file', Buffer.concat([Buffer.from('308201f4020103', 'hex'), Buffer.alloc(497)]), /PKCS#12/],
    [
      'the body of a certificate',
      makeTestCertificate().certPem.replaceAll(/-----.*-----|\s/g, ''),
      /certificate/,
    ],
    ['the body of an encrypted key', String(encrypted).replaceAll(/-----.*-----|\s/g, ''), /encrypted/],
    ['OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', /OpenSSH/],
    ['the public half for OpenSSH', 'ssh-rsa AAAAB3Nza', /public key/],
    ['two keys', `${privatePem}${privatePem}`, /several/],
    ['cut off', lines.slice(0, 10).join('\n'), /damaged/],
    ['a line is missing', lines.toSpliced(5, 1).join('\n'), /damaged/],
    ['halves of two keys', mixed(), /halves|damaged/],
    ['a long text', 'x'.repeat(70_000), /too long/],
    ['no text', 5, /no text/],
    ['null', null, /no text/],
  ])('%s', (_, given, says) => {
    const { code, message } = thrownBy(() => parseSigningKey(given as string))
    expect(code).toBe('EMBED_KEY_INVALID')
    expect(message).toMatch(says)
  })

  test('the message quotes nothing of the key', () => {
    for (const given of [body.slice(0, 400), lines.slice(0, 9).join('\n'), short]) {
      const { message, stack } = thrownBy(() => parseSigningKey(given))
      const parts = given.match(/[A-Za-z0-9+/]{24}/g) ?? []
      expect(parts.length).toBeGreaterThan(5)
      for (const part of parts) expect(`${message}${stack}`).not.toContain(part)
    }
  })
})

test('printing a key shows nothing of it', () => {
  const { d = '' } = createPrivateKey(privatePem).export({ format: 'jwk' })
  const key = parseSigningKey(privatePem)
  expect(show(key, { depth: 9, showHidden: true })).not.toContain(d.slice(0, 20))
  expect(JSON.stringify(key)).not.toContain(d.slice(0, 20))
})

test('a public key may be SPKI or PKCS#1, and must be one', () => {
  const key = parsePublicKey(publicPem)
  const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }).toString()
  expect(parsePublicKey(pkcs1).equals(key)).toBe(true)
  for (const [name, given] of [...keyForms(publicPem), ...keyForms(pkcs1)])
    expect(parsePublicKey(given).equals(key), name).toBe(true)
  expect(thrownBy(() => parsePublicKey(privatePem)).message).toMatch(/no public key/)
  expect(parsePublicKey(key)).toBe(key)
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  for (const none of [ec, createPrivateKey(privatePem)])
    expect(thrownBy(() => parsePublicKey(none)).code).toBe('EMBED_KEY_INVALID')
  expect(thrownBy(() => parsePublicKey('rubbish')).code).toBe('EMBED_KEY_INVALID')
})
