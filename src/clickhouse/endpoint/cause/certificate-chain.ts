/** Which certificates vouch for a server's own, as OpenSSL looks for them. Pure. */
import type { X509Certificate } from 'node:crypto'

export interface Certificates {
  /** What the server showed, its own first. */
  readonly shown: readonly X509Certificate[]
  readonly trusted: readonly X509Certificate[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

const longestChain = 10

/**
 * The server's own certificate, its issuer, the issuer's issuer and so on, as far as they are at hand. Of several that
 * could have signed, which happens when an authority was renewed with its old key, one that is valid counts. What is
 * trusted and in no such chain has no part in a failure.
 */
export function chainOf({ shown, trusted, now }: Certificates): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let next = shown[0]; next !== undefined && chain.length < longestChain; next = issuerOf(next)) {
    chain.push(next)
  }
  return chain

  function issuerOf(certificate: X509Certificate): X509Certificate | undefined {
    if (isSignedBy(certificate, certificate)) return undefined
    const possible = [...trusted, ...shown].filter(issuer => isSignedBy(certificate, issuer))
    return possible.find(issuer => isValid(issuer, now)) ?? possible.toSorted(byEnd)[0]
  }
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function isValid({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime()
}

function byEnd(a: X509Certificate, b: X509Certificate): number {
  return b.validToDate.getTime() - a.validToDate.getTime()
}
