/** Finds the key in what people paste for one. It knows forms of text, and nothing of the key itself. */

/** One PEM block: its label (`RSA PRIVATE KEY`), its DER bytes, and whether it is encrypted inside. */
export interface KeyBlock {
  /** Undefined for bare base64, which does not say what it is. */
  readonly label: string | undefined
  /** Empty if the base64 is damaged. */
  readonly der: Uint8Array
  readonly encrypted: boolean
}

export type NoKey = 'empty' | 'too-long' | 'encoded-twice' | 'openssh' | 'several' | 'not-a-key'

/** In characters: far more than any key of use has. */
const longestText = 65_536
/** Shorter base64 is a word or a password. */
const shortestBody = 128

/**
 * Besides clean PEM it reads what comes of copying and pasting: text around the block, CRLF, indentation, line breaks
 * written as `\n`, spaces instead of line breaks, quotes around the whole, and the base64 alone without its armour.
 */
export function findKey(text: string): KeyBlock | NoKey {
  if (text.length > longestText) return 'too-long'
  const plain = unquote(
    text
      .replaceAll('\uFEFF', '')
      .replaceAll(/\\r|\\n/g, '\n')
      .trim(),
  )
  if (plain === '') return 'empty'
  // OpenSSL writes the parameters of an EC key before the key.
  const blocks = findBlocks(plain).filter(({ label }) => label !== 'EC PARAMETERS')
  const [first] = blocks
  if (first === undefined) return readBare(plain)
  return blocks.length > 1 ? 'several' : first
}

function unquote(text: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(text)
  return quoted?.[2]?.trim() ?? text
}

function findBlocks(text: string): readonly KeyBlock[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)].map(begin => {
    const label = begin[1] ?? ''
    const from = begin.index + begin[0].length
    const to = text.indexOf(`-----END ${label}-----`, from)
    return { label, ...readBody(to === -1 ? '' : text.slice(from, to)) }
  })
}

function readBody(body: string): Omit<KeyBlock, 'label'> {
  const encrypted = /Proc-Type:[^\n]*ENCRYPTED/.test(body)
  const base64 = body.replaceAll(/^.*:.*$/gm, '').replaceAll(/\s/g, '')
  return { der: decodeStrictly(base64) ?? new Uint8Array(), encrypted }
}

function readBare(text: string): KeyBlock | NoKey {
  if (/^(ssh-|ecdsa-)/.test(text)) return 'openssh'
  const base64 = text.replaceAll(/\s/g, '')
  if (base64.length < shortestBody) return 'not-a-key'
  const der = decodeStrictly(base64)
  if (der === undefined) return 'not-a-key'
  if (isTextOfKey(der)) return 'encoded-twice'
  // Every form of a key is one SEQUENCE.
  return der[0] === 0x30 ? { label: undefined, der, encrypted: false } : 'not-a-key'
}

/** Whether the bytes are a key's text once more. */
function isTextOfKey(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1').trim()
  return text.startsWith('-----BEGIN') || decodeStrictly(text.replaceAll(/\s/g, ''))?.[0] === 0x30
}

/** Standard base64 with correct padding. Undefined for any other text. */
function decodeStrictly(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined
}
