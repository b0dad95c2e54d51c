/** Why a certificate is refused, and what to do about it. Pure. */
import { listText } from '../../../core/text/list-text.ts'
import { toTimestamp } from '../../../core/timestamp.ts'

export interface CertificateFacts {
  /** Its common name, or its organization. Whoever made it wrote it. */
  readonly subject: string
  readonly issuer: string
  /** Whether it may sign others. */
  readonly isAuthority: boolean
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
  /** The server's own and those that vouch for it, of what it shows and what is trusted: see `chainOf`. */
  readonly chain: readonly CertificateFacts[]
  /** What `spec.tls.caSecretRef` holds. Undefined where the system's authorities count. */
  readonly trusted: readonly CertificateFacts[] | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

const untrusted: ReadonlySet<string> = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const oldVersion = /_(UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|WRONG_SSL_VERSION)$/
const weak = /^(EE|CA)_(KEY_TOO_SMALL|MD_TOO_WEAK)$/

/** Continues "the TLS connection failed: …". Undefined for a code that there are no words for. */
export function certificateFault(tlsCase: TlsCase): string | undefined {
  const { code, shown } = tlsCase
  if (code.endsWith('ALERT_CERTIFICATE_REQUIRED')) {
    return 'the server asks for a client’s certificate, and the operator has none: let it in without one'
  }
  if (oldVersion.test(code)) return 'the server speaks no TLS 1.2 or 1.3: let it speak one of them'
  if (shown.length === 0) return undefined
  if (weak.test(code)) {
    return 'a certificate of the server has a key or a signature that is too weak: make new ones, with RSA of 2048 bits or EC, and SHA-256'
  }
  if (code === 'INVALID_PURPOSE' || code === 'INVALID_CA') return wrongPurpose(tlsCase)
  if (code === 'CERT_HAS_EXPIRED') return expired(tlsCase)
  if (code === 'CERT_NOT_YET_VALID') return notYetValid(tlsCase)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return otherNames(tlsCase)
  return untrusted.has(code) ? unknownAuthority(tlsCase) : undefined
}

/** Each that has ended has to be replaced: a new one from an authority that has ended would be refused, too. */
function expired({ chain, shown, now }: TlsCase): string | undefined {
  const ended = chain.filter(({ validTo }) => validTo < now)
  const list = ended.map(each => `${whose(each, shown)} expired on ${toTimestamp(each.validTo)}`)
  if (list.length === 0) return undefined
  return `${list.join(', and ')}: put ${list.length === 1 ? 'a new one' : 'new ones'} there`
}

function notYetValid({ chain, shown, now }: TlsCase): string | undefined {
  const [last] = chain.filter(({ validFrom }) => validFrom > now).sort((a, b) => b.validFrom - a.validFrom)
  if (last === undefined) return undefined
  const when = toTimestamp(last.validFrom)
  return `${whose(last, shown)} is not valid before ${when}: put another one there, or set the clocks right`
}

function whose(certificate: CertificateFacts, shown: readonly CertificateFacts[]): string {
  if (certificate === shown[0]) return 'the server’s certificate'
  const where = shown.includes(certificate) ? 'which the server shows' : 'of spec.tls.caSecretRef'
  return `the certificate of the authority “${certificate.subject}”, ${where},`
}

function wrongPurpose({ chain }: TlsCase): string {
  const signer = chain.slice(1).find(({ isAuthority }) => !isAuthority)
  if (signer === undefined)
    return 'the server’s certificate is not for servers: make one that is (extended key usage serverAuth)'
  return `the certificate “${signer.subject}”, which has signed the server’s, is not an authority’s (basicConstraints CA:TRUE): make it anew as one, and the server’s with it`
}

function otherNames({ hostname, shown: [own] }: TlsCase): string {
  const names = own?.names ?? []
  if (names.length === 0)
    return `the server’s certificate names no host, so none for ${hostname}: make one that does`
  const list = listText(names, { most: 4 })
  return `the server’s certificate is for ${list}, and not for ${hostname}: write a name in spec.endpoints that it is for, or make one for this name`
}

function unknownAuthority({ shown, chain, trusted }: TlsCase): string {
  const signer = chain.find(each => trusted?.includes(each))
  const twins = trusted?.filter(({ subject }) => subject === signer?.subject) ?? []
  if (signer !== undefined && twins.length > 1) {
    return `spec.tls.caSecretRef holds several certificates of the authority “${signer.subject}” with different keys, and not always the right one is tried: leave only the one that signs now in its Secret`
  }
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
  if (trusted?.some(({ subject }) => subject === top?.issuer) === true) {
    return `the server’s certificate comes from the authority “${top?.issuer ?? ''}”, and the one of that name among ${among} has another key: put the present one’s certificate into ${into}${or}`
  }
  return `the server’s certificate comes from the authority “${top?.issuer ?? ''}”, which is not among ${among}: put that one’s certificate into ${into}${or}`
}
