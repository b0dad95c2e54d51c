import { findBlocks, readBlock, type PemBlock } from '../embed/keys/pem.ts'
import { KeyMaterialError } from './errors.ts'

/** In characters: far more than any accepted key has, far less than a Secret holds. */
const longestText = 65_536

/**
 * Reads the one PEM block of a text. Text around it, indentation and CRLF are allowed, as in RFC 7468.
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
  const blocks = findBlocks(trimmed)
  const [first] = blocks
  if (!first) throw notPem(trimmed, wanted)
  if (blocks.length > 1) {
    throw new KeyMaterialError('several-keys', `There are ${blocks.length} PEM blocks: leave only ${wanted}.`)
  }
  return readBlock(trimmed, first)
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
