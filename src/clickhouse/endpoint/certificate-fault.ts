/** Why a certificate is refused, and what to do about it. Pure. */
import { listText } from '../../core/list-text.ts'
import { toTimestamp } from '../../core/timestamp.ts'

export interface CertificateFacts {
  /** Its common name, or its organization. Whoever made it wrote it. */
  readonly subject: string
  readonly issuer: string
  /** The names that it is for. */
  readonly names: readonly string[]
  /** Milliseconds since the epoch. */
  readonly validFrom: number
  readonly validTo: number
}

export interface TlsCase {
  /** Node's code of the failure. */
  readonly code: string
  /** The host that was connected to. */
  readonly hostname: string
  /** What the server showed, its own first. Empty if that could not be seen. */
  readonly shown: readonly CertificateFacts[]
  /** What `spec.tls.caSecretRef` holds. Undefined where the system's authorities count. */
  readonly trusted: readonly CertificateFacts[] | undefined
}

const untrusted: ReadonlySet<string> = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Continues "the TLS connection failed: …". Undefined for a code that there are no words for. */
export function certificateFault(tlsCase: TlsCase): string | undefined {
  const { code, shown } = tlsCase
  if (code.endsWith('ALERT_CERTIFICATE_REQUIRED')) {
    return 'the server asks for a client’s certificate, and the operator has none: let it in without one'
  }
  if (shown.length === 0) return undefined
  if (code === 'CERT_HAS_EXPIRED') return expired(tlsCase)
  if (code === 'CERT_NOT_YET_VALID') return notYetValid(tlsCase)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return otherNames(tlsCase)
  return untrusted.has(code) ? unknownAuthority(tlsCase) : undefined
}

/** The one that ended first is the one that was refused. */
function expired({ shown, trusted = [] }: TlsCase): string {
  const [first] = [...shown, ...trusted].sort((a, b) => a.validTo - b.validTo)
  const when = toTimestamp(first?.validTo ?? 0)
  return `${whose(first, shown)} expired on ${when}: put a new one there`
}

function notYetValid({ shown, trusted = [] }: TlsCase): string {
  const [last] = [...shown, ...trusted].sort((a, b) => b.validFrom - a.validFrom)
  const when = toTimestamp(last?.validFrom ?? 0)
  return `${whose(last, shown)} is not valid before ${when}: put another one there, or set the clocks right`
}

function whose(certificate: CertificateFacts | undefined, shown: readonly CertificateFacts[]): string {
  if (certificate === undefined || certificate === shown[0]) return 'the server’s certificate'
  const where = shown.includes(certificate) ? 'which the server shows' : 'of spec.tls.caSecretRef'
  return `the certificate of the authority “${certificate.subject}”, ${where},`
}

function otherNames({ hostname, shown: [own] }: TlsCase): string {
  const names = own?.names ?? []
  if (names.length === 0)
    return `the server’s certificate names no host, so none for ${hostname}: make one that does`
  const list = listText(names, { most: 4 })
  return `the server’s certificate is for ${list}, and not for ${hostname}: write a name in spec.endpoints that it is for, or make one for this name`
}

function unknownAuthority({ shown, trusted }: TlsCase): string {
  const [own] = shown
  const top = shown.at(-1)
  const [among, into] =
    trusted === undefined
      ? ['those of the system', 'a Secret, and name that in spec.tls.caSecretRef']
      : ['those of spec.tls.caSecretRef', 'the Secret of spec.tls.caSecretRef']
  if (own !== undefined && own === top && own.subject === own.issuer) {
    return `the server’s certificate is signed by itself, and is not among ${among}: put it into ${into}`
  }
  const or = shown.length === 1 ? ', or let the server send it' : ''
  return `the server’s certificate comes from the authority “${top?.issuer ?? ''}”, which is not among ${among}: put that one’s certificate into ${into}${or}`
}
