import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import forge from 'node-forge'

export interface TestCertificate {
  readonly certPem: string
  readonly keyPem: string
}

/** A self-signed certificate for 127.0.0.1 and localhost that is its own CA. */
export function makeTestCertificate(commonName = 'lenskeeper test'): TestCertificate {
  const { pair, certificate } = unsignedCertificate({})
  const name = [{ name: 'commonName', value: commonName }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'keyUsage', keyCertSign: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 7, ip: '127.0.0.1' },
        { type: 2, value: 'localhost' },
      ],
    },
  ])
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create())
  return { certPem: forge.pki.certificateToPem(certificate), keyPem: pair.privateKey }
}

export interface Unsigned {
  readonly pair: { readonly publicKey: string; readonly privateKey: string }
  readonly certificate: forge.pki.Certificate
}

const hour = 3_600_000

/** With a key of its own and a number of its own; milliseconds since the epoch. By default it is good now and for a day. */
export function unsignedCertificate({
  from = Date.now() - hour,
  to = Date.now() + 24 * hour,
  keyPem,
}: {
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Instead of a new key. */
  readonly keyPem?: string | undefined
}): Unsigned {
  const pair = keyPem === undefined ? newPair() : pairOf(keyPem)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`
  certificate.validity.notBefore = new Date(from)
  certificate.validity.notAfter = new Date(to)
  return { pair, certificate }
}

function newPair(): Unsigned['pair'] {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
}

function pairOf(privateKey: string): Unsigned['pair'] {
  return {
    privateKey,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  }
}
