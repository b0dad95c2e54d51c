import { generateKeyPairSync, randomBytes } from 'node:crypto'
import forge from 'node-forge'

export interface Issued {
  readonly certPem: string
  readonly keyPem: string
}

export interface CertificateWish {
  readonly commonName: string
  /** By default it signs itself. */
  readonly issuer?: Issued
  /** Whether it may sign others. */
  readonly authority?: boolean
  /** Host names and addresses. */
  readonly names?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly from?: number
  readonly to?: number
}

const hour = 3_600_000

/** A certificate with a key of its own, for chains of any shape. */
export function issue({
  commonName,
  issuer,
  authority = false,
  names = [],
  from,
  to,
}: CertificateWish): Issued {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`
  certificate.validity.notBefore = new Date(from ?? Date.now() - hour)
  certificate.validity.notAfter = new Date(to ?? Date.now() + 24 * hour)
  const subject = [{ name: 'commonName', value: commonName }]
  certificate.setSubject(subject)
  certificate.setIssuer(
    issuer === undefined ? subject : forge.pki.certificateFromPem(issuer.certPem).subject.attributes,
  )
  const altNames = names.map(name =>
    /^[0-9.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
  )
  certificate.setExtensions([
    { name: 'basicConstraints', cA: authority, critical: true },
    ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames }]),
  ])
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.keyPem ?? pair.privateKey), forge.md.sha256.create())
  return { certPem: forge.pki.certificateToPem(certificate), keyPem: pair.privateKey }
}
