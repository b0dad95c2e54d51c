/** PEM blocks in a text, whatever they hold. Source: RFC 7468. */

export interface PemBlock {
  /** `RSA PRIVATE KEY` */
  readonly label: string
  /** DER; empty if the base64 is damaged. */
  readonly der: Uint8Array
  /** With a passphrase, inside the block. */
  readonly encrypted: boolean
}

/** Where a block is. What is in it was not looked at. */
export interface BlockPlace {
  readonly label: string
  /** All between its BEGIN and its END, or the next BEGIN, or the end of the text. */
  readonly body: string
}

/**
 * The blocks of a tidy text, of which there may be thousands: reading them all would take seconds. Dashes may be too few
 * or too many. Parameters of an EC key, which OpenSSL writes before the key, do not count.
 */
export function findBlocks(text: string): readonly BlockPlace[] {
  const begins = [...text.matchAll(/BEGIN[ \n]([A-Z0-9]{1,16}(?:[ \n][A-Z0-9]{1,16}){0,4})[ \n]?-/g)]
  return begins
    .map(({ 0: line, 1: label = '', index }, at) => ({
      label: label.replaceAll('\n', ' '),
      body: bodyOf(text.slice(index + line.length, begins[at + 1]?.index)),
    }))
    .filter(({ label }) => label !== 'EC PARAMETERS')
}

function bodyOf(rest: string): string {
  return rest.split(/-[ \n]?END[ \n]/, 1)[0] ?? ''
}

/** Takes all that lines and quotes leave in base64. DER says itself where it ends, so a lost END line loses nothing. */
export function readBlock({ label, body }: BlockPlace): PemBlock {
  const encrypted = /Proc-Type: ?4, ?ENCRYPTED/.test(body)
  return {
    label,
    encrypted,
    der: decodeStrictly(bareBase64(body.replaceAll(/^.*:.*$/gm, ''))) ?? new Uint8Array(),
  }
}

/** The text up to an END line, without what surrounds or breaks lines: white space, quotes, commas, dashes, the `>` of a mail. */
export function bareBase64(text: string): string {
  return bodyOf(text).replaceAll(/[\s"',;>|-]/g, '')
}

/**
 * Standard base64. Its padding may be lost, as a double-click does not select it. Undefined for any other text, which
 * Node's decoder would guess at.
 */
export function decodeStrictly(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  const [plain, padded] = [bytes.toString('base64url'), bytes.toString('base64')]
  return text !== '' && (text === padded || text === padded.slice(0, plain.length)) ? bytes : undefined
}
