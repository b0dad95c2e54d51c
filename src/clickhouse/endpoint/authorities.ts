/** The certificates to trust, out of what people put there for them. Pure. */
import { X509Certificate } from 'node:crypto'
import { decodeBare, findBlocks, readBlock } from '../../embed/keys/pem.ts'
import { tidyText } from '../../embed/keys/tidy-text.ts'

export type Authorities =
  | { readonly kind: 'ok'; readonly pem: string }
  /** `because` continues "It …". */
  | { readonly kind: 'none'; readonly because: string }

/** In characters. The bundle of all authorities that browsers trust has half of it. */
const longestText = 512 * 1024

/**
 * PEM in whatever way it was copied, its base64 alone, and one certificate or many. Other blocks beside them do not
 * count. What comes out is clean PEM, as Node reads a bundle up to the first block that it does not like.
 */
export function authoritiesIn(text: string): Authorities {
  if (text.length > longestText) return { kind: 'none', because: 'holds more than 512 KiB of text' }
  const tidy = tidyText(text)
  const found = certificatesIn(tidy)
  if (found.kind === 'ok') return found
  // In a Secret's manifest, `data` is base64, and what was base64 before is that twice.
  const inner = decodeBare(tidy)
  const again = inner === undefined ? found : certificatesIn(tidyText(Buffer.from(inner).toString('utf8')))
  return again.kind === 'ok' ? again : found
}

function certificatesIn(tidy: string): Authorities {
  const places = findBlocks(tidy)
  const candidates = places.filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label)).map(readBlock)
  const bare = places.length === 0 ? decodeBare(tidy) : undefined
  const found = [...candidates.map(({ der }) => der), ...(bare === undefined ? [] : [bare])].flatMap(pemOf)
  if (found.length > 0) return { kind: 'ok', pem: found.join('') }
  if (candidates.length > 0)
    return { kind: 'none', because: 'holds a certificate that is damaged or cut off' }
  const [other] = places
  if (other === undefined) return { kind: 'none', because: 'holds no PEM certificate' }
  if (other.label === 'PKCS7') {
    const because = 'holds PKCS#7 (openssl pkcs7 -in ca.p7b -print_certs prints the PEM certificates in it)'
    return { kind: 'none', because }
  }
  return { kind: 'none', because: `holds no PEM certificate, but a ${other.label}` }
}

function pemOf(der: Uint8Array): string[] {
  try {
    return [new X509Certificate(der).toString()]
  } catch {
    return []
  }
}
