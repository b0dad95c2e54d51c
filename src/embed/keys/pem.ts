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
  return { label, encrypted, der: decodeBare(body.replaceAll(/^.*:.*$/gm, '')) ?? new Uint8Array() }
}

/** The bytes of base64 up to an END line, whatever surrounds it and breaks it. Undefined if it is none. */
export function decodeBare(text: string): Uint8Array | undefined {
  const body = bodyOf(text)
  // A name, or the beginning of a data URL, may stand before it. DER begins with MI, and base64 of PEM with LS0t.
  const start = /(?:^|[^A-Za-z0-9+/_-])(?=MI[A-Za-z]|LS0t)/.exec(body)
  const named = start === null ? [] : readings(body.slice(start.index + start[0].length))
  const found = [...readings(body), ...named].flatMap(base64 => decodeStrictly(base64) ?? [])
  return found.find(isWholeDer) ?? found.find(([first]) => first === dash) ?? found[0]
}

const dash = 0x2d

/** What the text may mean, the likeliest first. Only one of them can have the length that DER says that it has. */
function readings(text: string): readonly string[] {
  const body = text.replaceAll(/(^|[ \n])#[^\n]*/g, '$1').replaceAll(/["',;>|`*{}[\]()]/g, '')
  // Dashes may stand for themselves in the alphabet for URLs, and else are bullets and what is left of lines of dashes.
  const withDashes = body.replaceAll(/(^|\s)-+(?=\s|$)/g, '$1').replaceAll(/\s/g, '')
  const forUrls = withDashes
    .replaceAll(/^-+|(?<!-)-+$/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  return [body.replaceAll(/[\s-]/g, ''), forUrls]
}

/** Whether it is one SEQUENCE of more than 127 bytes, neither cut off nor longer than it says. */
function isWholeDer(bytes: Uint8Array): boolean {
  const [tag, form, high = 0, low = 0] = bytes
  if (tag !== 0x30) return false
  return form === 0x82 ? bytes.length === 4 + high * 256 + low : form === 0x81 && bytes.length === 3 + high
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
