/** Finds the key in what people paste for one. It knows forms of text, and nothing of the key itself. */
import { decodeStrictly, findBlocks, readBlock, type PemBlock } from './pem.ts'

export interface KeyBlock extends Omit<PemBlock, 'label'> {
  /** Undefined for bare base64, which does not say what it is. */
  readonly label: string | undefined
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
  const [first, ...others] = findBlocks(plain)
  if (first === undefined) return readBare(plain)
  return others.length > 0 ? 'several' : readBlock(plain, first)
}

function unquote(text: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(text)
  return quoted?.[2]?.trim() ?? text
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
