import { decodeBase64Strictly } from './base64.ts'
import { KeyMaterialError } from './errors.ts'

/** One armoured block: its label (`RSA PRIVATE KEY`), its DER bytes, and whether it is encrypted inside. */
export interface PemBlock {
  readonly label: string
  readonly der: Uint8Array
  readonly encrypted: boolean
}

/** In characters: far more than any accepted key has, far less than a Secret holds. */
const longestText = 65_536

/**
 * Reads the one PEM block of a text. Text around it, indentation and CRLF are allowed, as in RFC 7468. A block
 * `EC PARAMETERS`, which OpenSSL writes before an EC key, does not count.
 *
 * @param wanted what the reader expected, for the message: "an RSA private key"
 * @throws KeyMaterialError
 */
export function readSinglePemBlock(text: string, wanted: string): PemBlock {
  const trimmed = text.trim()
  if (trimmed === '')
    throw new KeyMaterialError('empty', `The key is empty: put ${wanted} in PEM form there.`)
  if (text.length > longestText) {
    throw new KeyMaterialError('too-long', `The text is too long to be a key: put only ${wanted} there.`)
  }
  const blocks = findBlocks(trimmed).filter(block => block.label !== 'EC PARAMETERS')
  const [first] = blocks
  if (!first) throw notPem(trimmed, wanted)
  if (blocks.length > 1) {
    throw new KeyMaterialError('several-keys', `There are ${blocks.length} PEM blocks: leave only ${wanted}.`)
  }
  return first
}

function findBlocks(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = []
  const begins = text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)
  for (const begin of begins) {
    const label = begin[1] ?? ''
    const from = begin.index + begin[0].length
    const to = text.indexOf(`-----END ${label}-----`, from)
    const body = to === -1 ? '' : text.slice(from, to)
    blocks.push(readBody(label, body))
  }
  return blocks
}

/** If the body cannot be decoded, the block has no bytes, and the caller reports it as damaged. */
function readBody(label: string, body: string): PemBlock {
  const lines = body.split(/\r?\n/).map(line => line.trim())
  const encrypted = lines.some(line => /^Proc-Type:.*ENCRYPTED/.test(line))
  const base64 = lines.filter(line => !line.includes(':')).join('')
  return { label, encrypted, der: decodeBase64Strictly(base64) ?? new Uint8Array() }
}

function notPem(text: string, wanted: string): KeyMaterialError {
  if (text.startsWith('LS0tLS1CRUdJTi')) {
    return new KeyMaterialError(
      'encoded-twice',
      'The key is base64-encoded twice: use `stringData`, or encode the PEM text only once in `data`.',
    )
  }
  if (/^(ssh-|ecdsa-)/.test(text)) return openssh(wanted)
  return new KeyMaterialError(
    'not-pem',
    `This is not PEM (no "-----BEGIN" line): put ${wanted} in PEM form there.`,
  )
}

export function openssh(wanted: string): KeyMaterialError {
  return new KeyMaterialError(
    'openssh',
    `This is OpenSSH's own format: put ${wanted} in PEM form there (ssh-keygen -m PEM converts).`,
  )
}
