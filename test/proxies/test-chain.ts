import forge from 'node-forge'
import { unsignedCertificate } from './test-certificate.ts'

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
  /** Default: a new one. An authority that is renewed keeps its own. */
  readonly keyPem?: string
  /** Host names and addresses. */
  readonly names?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly from?: number
  readonly to?: number
}

/** A certificate with a key of its own, for chains of any shape. */
export function issue({
  commonName,
  issuer,
  authority = false,
  keyPem,
  names = [],
  from,
  to,
}: CertificateWish): Issued {
  const { pair, certificate } = unsignedCertificate({ from, to, keyPem })
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
