/** PEM blocks in a text, whatever they hold. Source: RFC 7468. */

export interface PemBlock {
  /** `RSA PRIVATE KEY` */
  readonly label: string
  /** DER; empty if the base64 is damaged, or there is no END line. */
  readonly der: Uint8Array
  /** With a passphrase, inside the block. */
  readonly encrypted: boolean
}

/** Where a block begins. What is in it was not looked at. */
interface Beginning {
  readonly label: string
  /** The first character after the BEGIN line. */
  readonly from: number
}

/**
 * The blocks of a text, of which there may be thousands: reading them all would take seconds. Parameters of an EC key,
 * which OpenSSL writes before the key, do not count.
 */
export function findBlocks(text: string): readonly Beginning[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)]
    .map(begin => ({ label: begin[1] ?? '', from: begin.index + begin[0].length }))
    .filter(({ label }) => label !== 'EC PARAMETERS')
}

/** Takes indentation, CRLF and spaces in place of line breaks. */
export function readBlock(text: string, { label, from }: Beginning): PemBlock {
  const to = text.indexOf(`-----END ${label}-----`, from)
  const body = to === -1 ? '' : text.slice(from, to)
  const encrypted = /^[ \t]*Proc-Type:.*ENCRYPTED/m.test(body)
  const base64 = body.replaceAll(/^.*:.*$/gm, '').replaceAll(/\s/g, '')
  return { label, encrypted, der: decodeStrictly(base64) ?? new Uint8Array() }
}

/** Standard base64 with correct padding. Undefined for any other text, which Node's decoder would guess at. */
export function decodeStrictly(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined
}
