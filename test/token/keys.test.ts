import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { KeyMaterialError } from '../../src/token/errors.ts'
import { generatePartnerKey } from '../../src/token/generate-key.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../src/token/keys.ts'
import { keyForms } from '../builders/key-forms.ts'
import { makeTestCertificate } from '../proxies/test-certificate.ts'
import { vectorKey } from '../vectors/token-vectors.ts'

const partner = vectorKey('partnerKeys', 1)
const other = vectorKey('partnerKeys', 2)

function pem(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki' | 'sec1'): string {
  return key.export({ type, format: 'pem' }).toString()
}

function armour(label: string, text: string): string {
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`
}

const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
const exponent3 = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
const encryption = { cipher: 'aes-256-cbc', passphrase: 'geheim' }
const certificate = armour('CERTIFICATE', Buffer.alloc(300, 7).toString('base64'))

const realCertificate = makeTestCertificate().certPem
/** As far as its beginning goes. */
const pkcs12 = Buffer.concat([Buffer.from('308201f4020103', 'hex'), Buffer.alloc(497)]).toString('base64')

function body(text: string): string {
  return text.replaceAll(/-----.*-----|\s/g, '')
}

function sshText(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.map(part => {
      const bytes = Buffer.from(part)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return Buffer.concat([length, bytes])
    }),
  )
}

/** A public key as RFC 4253 has it. */
function sshBlob(publicPem: string): Buffer {
  const { n = '', e = '' } = createPublicKey(publicPem).export({ format: 'jwk' })
  const modulus = Buffer.concat([Buffer.alloc(1), Buffer.from(n, 'base64url')])
  return sshText('ssh-rsa', Buffer.from(e, 'base64url'), modulus)
}

function puttyFile(blob: Buffer | string): string {
  const lines =
    Buffer.from(blob)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: me\nPublic-Lines: ${lines.length}\n${lines.join('\n')}\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00\n`
}

/** As RFC 4716 has it. */
function ssh2(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return `---- BEGIN SSH2 PUBLIC KEY ----\nComment: "me"\n${lines.join('\n')}\n---- END SSH2 PUBLIC KEY ----\n`
}

/** A key whose numbers come from two different keys: it parses, and signs what nobody can verify. */
function mismatched(): string {
  const one = createPrivateKey(partner.privatePem).export({ format: 'jwk' })
  const two = createPrivateKey(other.privatePem).export({ format: 'jwk' })
  const key = createPrivateKey({ key: { ...one, n: two.n ?? '' }, format: 'jwk' })
  return pem(key, 'pkcs1')
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof KeyMaterialError) return error.code
    throw error
  }
  return 'accepted'
}

const brokenPrivateKeys: readonly (readonly [name: string, code: string, text: string])[] = [
  ['nothing', 'empty', ''],
  ['white space', 'empty', ' \n\t'],
  ['a whole file', 'too-long', `${partner.privatePem}${'#'.repeat(70_000)}`],
  ['words', 'not-pem', 'my key is under the mat'],
  ['an ssh public key', 'public-key', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 me@host'],
  ['a key of PuTTY', 'openssh', puttyFile(sshBlob(partner.publicPem))],
  ['a key of PuTTY, folded', 'openssh', puttyFile(sshBlob(partner.publicPem)).replaceAll('\n', ' ')],
  ['a key of PuTTY for another algorithm', 'not-rsa', puttyFile(sshText('ssh-ed25519'))],
  ['a short key of PuTTY', 'wrong-size', puttyFile(sshBlob(pem(small.publicKey, 'spki')))],
  ['a PKCS#12 file', 'not-pem', pkcs12],
  ['the base64 of a certificate alone', 'certificate', body(realCertificate)],
  ['the base64 of EC in SEC1 alone', 'not-rsa', body(pem(ec.privateKey, 'sec1'))],
  [
    'the base64 of encrypted PKCS#8 alone',
    'encrypted',
    body(small.privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString()),
  ],
  ['an ssh private key', 'openssh', armour('OPENSSH PRIVATE KEY', 'b3BlbnNzaC1rZXktdjE=')],
  ['two keys', 'several-keys', partner.privatePem + other.privatePem],
  ['a certificate', 'certificate', certificate],
  ['a certificate request', 'certificate', armour('CERTIFICATE REQUEST', 'AAAA')],
  ['a public key', 'public-key', partner.publicPem],
  ['a PKCS#1 public key', 'public-key', pem(inspectPublicKey(partner.publicPem).key, 'pkcs1')],
  [
    'encrypted PKCS#8',
    'encrypted',
    small.privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString(),
  ],
  [
    'encrypted PKCS#1',
    'encrypted',
    small.privateKey.export({ type: 'pkcs1', format: 'pem', ...encryption }).toString(),
  ],
  ['EC in SEC1', 'not-rsa', pem(ec.privateKey, 'sec1')],
  [
    'EC as openssl ecparam prints it',
    'not-rsa',
    armour('EC PARAMETERS', 'BggqhkjOPQMBBw==') + pem(ec.privateKey, 'sec1'),
  ],
  ['EC in PKCS#8', 'not-rsa', pem(ec.privateKey, 'pkcs8')],
  ['Ed25519', 'not-rsa', pem(ed25519.privateKey, 'pkcs8')],
  ['RSA-PSS', 'not-rsa', pem(pss.privateKey, 'pkcs8')],
  ['RSA-1024', 'wrong-size', pem(small.privateKey, 'pkcs1')],
  ['exponent 3', 'wrong-exponent', pem(exponent3.privateKey, 'pkcs1')],
  ['halves of two keys', 'halves-mismatch', mismatched()],
  ['cut off', 'damaged', partner.privatePem.slice(0, 800)],
  ['one line lost', 'damaged', partner.privatePem.split('\n').toSpliced(9, 1).join('\n')],
  ['garbage inside', 'damaged', armour('RSA PRIVATE KEY', 'AAAA')],
  ['not base64 inside', 'damaged', armour('PRIVATE KEY', 'so secret!')],
  ['some other block', 'not-pem', armour('PGP MESSAGE', 'AAAA')],
]

describe('a private key that somebody brings', () => {
  it.each<readonly [string, string]>([
    ['PKCS#1', partner.privatePem],
    ['PKCS#8', partner.privatePkcs8Pem],
    [
      'PKCS#8 under the label of PKCS#1',
      partner.privatePkcs8Pem.replaceAll('PRIVATE KEY', 'RSA PRIVATE KEY'),
    ],
    ['CRLF', partner.privatePem.replaceAll('\n', '\r\n')],
    ['indented, with text around', `# our key\n${partner.privatePem.replaceAll('\n', '\n    ')}\n# end`],
    ['without a last newline', partner.privatePem.trim()],
    ['both halves', partner.privatePem + partner.publicPem],
    ...keyForms(partner.privatePem),
    ...keyForms(partner.privatePkcs8Pem).map(([name, text]) => [`PKCS#8: ${name}`, text] as const),
  ])('is taken: %s', (_name, text) => {
    const key = inspectPrivateKey(text)
    expect(key.privatePem.reveal()).toBe(partner.privatePem)
    expect(key.publicPem).toBe(partner.publicPem)
    expect(key.fingerprint).toBe(inspectPublicKey(partner.publicPem).fingerprint)
  })

  it.each(brokenPrivateKeys)('is refused: %s (%s)', (_name, code, text) => {
    expect(codeOf(() => inspectPrivateKey(text))).toBe(code)
  })

  it('is never quoted in a message', () => {
    for (const [, , text] of brokenPrivateKeys) {
      try {
        inspectPrivateKey(text)
      } catch (error) {
        const shown = inspect(error)
        const lines = text.split('\n').filter(line => /^[A-Za-z0-9+/=]{16,}$/.test(line))
        for (const line of lines) expect(shown).not.toContain(line.slice(0, 16))
      }
    }
  })

  it('does not print', () => {
    const key = inspectPrivateKey(partner.privatePem)
    const secret = partner.privatePem.split('\n')[5] ?? ''
    expect(secret).toHaveLength(64)
    expect(inspect(key, { depth: 9 })).not.toContain(secret)
    expect(JSON.stringify(key)).not.toContain(secret)
  })
})

describe("DataLens's public key", () => {
  const rsa = inspectPublicKey(partner.publicPem).key

  it.each<readonly [string, string]>([
    ['SPKI', partner.publicPem],
    ['PKCS#1', pem(rsa, 'pkcs1')],
    ['SPKI under the label of PKCS#1', partner.publicPem.replaceAll('PUBLIC', 'RSA PUBLIC')],
    ...keyForms(partner.publicPem),
    ...keyForms(pem(rsa, 'pkcs1')).map(([name, text]) => [`PKCS#1: ${name}`, text] as const),
  ])('is taken: %s', (_name, text) => {
    expect(inspectPublicKey(text)).toMatchObject({ publicPem: partner.publicPem })
  })

  it.each<readonly [string, string, string]>([
    ['nothing', 'empty', ''],
    ['words', 'not-pem', 'tbd'],
    ...keyForms(partner.privatePem).map(([name, text]) => [`private: ${name}`, 'private-key', text] as const),
    ['a private key', 'private-key', partner.privatePem],
    ['a PKCS#8 private key', 'private-key', partner.privatePkcs8Pem],
    ['a private key behind a public one', 'private-key', partner.publicPem + partner.privatePem],
    ['a certificate', 'certificate', certificate],
    ['the base64 of a certificate alone', 'certificate', body(realCertificate)],
    ['a key of PuTTY', 'private-key', puttyFile(sshBlob(partner.publicPem))],
    ['a key of PuTTY beside a public one', 'private-key', partner.publicPem + puttyFile('')],
    [
      'a public key of OpenSSH',
      'openssh',
      `ssh-rsa ${sshBlob(partner.publicPem).toString('base64')} me@host`,
    ],
    ['a public key of SSH2', 'openssh', ssh2(sshBlob(partner.publicPem))],
    ['a short one of SSH2', 'wrong-size', ssh2(sshBlob(pem(small.publicKey, 'spki')))],
    ['the base64 of EC in SEC1 alone', 'private-key', body(pem(ec.privateKey, 'sec1'))],
    ['the base64 of Ed25519 alone', 'not-pem', body(pem(ed25519.privateKey, 'pkcs8'))],
    ['EC', 'not-rsa', pem(ec.publicKey, 'spki')],
    ['RSA-PSS', 'not-rsa', pem(pss.publicKey, 'spki')],
    ['RSA-1024', 'wrong-size', pem(small.publicKey, 'spki')],
    ['exponent 3', 'wrong-exponent', pem(exponent3.publicKey, 'spki')],
    ['cut off', 'damaged', partner.publicPem.slice(0, 200)],
    ['two of them', 'several-keys', partner.publicPem + other.publicPem],
    ['garbage inside', 'damaged', armour('PUBLIC KEY', 'AAAA')],
  ])('is refused: %s (%s)', (_name, code, text) => {
    expect(codeOf(() => inspectPublicKey(text))).toBe(code)
  })
})

describe('a generated key', () => {
  it('is 2048 bits with exponent 65537, and passes the inspection of brought keys', async () => {
    const key = await generatePartnerKey()
    expect(key.key.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65_537n })
    expect(key.privatePem.reveal()).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
    expect(key.publicPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    expect(inspectPrivateKey(key.privatePem.reveal()).fingerprint).toBe(key.fingerprint)
  })
})

describe('the fingerprint', () => {
  it('is the unpadded base64 of SHA-256 over the SPKI DER, as openssl and sha256sum give it', () => {
    const der = Buffer.from(partner.publicPem.split('\n').slice(1, -2).join(''), 'base64')
    const digest = createHash('sha256').update(der).digest('base64').slice(0, 43)
    expect(inspectPublicKey(partner.publicPem).fingerprint).toBe(`SHA256:${digest}`)
  })
})
