/** Finds the key in what people paste for one. It knows forms of text, and nothing of the key itself. */
import { openSshPublicLabel } from './openssh.ts'
import { bareBase64, decodeStrictly, findBlocks, readBlock, type PemBlock } from './pem.ts'
import { tidyText } from './tidy-text.ts'

export interface KeyBlock extends Omit<PemBlock, 'label'> {
  /** Undefined for bare base64, which does not say what it is. */
  readonly label: string | undefined
}

export type KeyHalf = 'private' | 'public'
export type NoKey = 'empty' | 'too-long' | 'several' | 'not-a-key'

/** In characters: far more than any key of use has. */
const longestText = 65_536
/** Shorter base64 is a word or a password. */
const shortestBody = 128

/**
 * Besides clean PEM it reads what comes of copying and pasting: text and other blocks around the wanted one, lines that
 * were indented, folded, quoted or written as `\n`, characters that nobody sees, a lost END line, the base64 alone, and
 * base64 of all that once more. What it reads so is the key or none: DER that lost a byte does not parse.
 */
export function findKey(text: string, half: KeyHalf): KeyBlock | NoKey {
  if (text.length > longestText) return 'too-long'
  const tidy = tidyText(text)
  if (tidy === '') return 'empty'
  const outer = readText(tidy, half)
  if (typeof outer === 'string' || outer.label !== undefined || isSequence(outer.der)) return outer
  const inner = readText(tidyText(Buffer.from(outer.der).toString('utf8')), half)
  return typeof inner === 'string' || inner.label !== undefined || isSequence(inner.der) ? inner : 'not-a-key'
}

/** Whether a private key is in it, beside whatever else. */
export function showsPrivateKey(text: string): boolean {
  return findBlocks(tidyText(text)).some(({ label }) => isHalf(label, 'private'))
}

function readText(tidy: string, half: KeyHalf): KeyBlock | NoKey {
  const blocks = findBlocks(tidy)
  if (blocks.length === 0) return readBare(tidy)
  const wanted = blocks.filter(({ label }) => isHalf(label, half))
  const [first, ...others] = wanted.length > 0 ? wanted : blocks
  return first === undefined || others.length > 0 ? 'several' : readBlock(first)
}

function isHalf(label: string, half: KeyHalf): boolean {
  return label.endsWith(half === 'private' ? 'PRIVATE KEY' : 'PUBLIC KEY')
}

function readBare(tidy: string): KeyBlock | NoKey {
  const [, line] = /^(?:ssh|ecdsa|sk)-\S{1,80}\s+([A-Za-z0-9+/=]+)/.exec(tidy) ?? []
  if (line !== undefined) {
    return { label: openSshPublicLabel, der: decodeStrictly(line) ?? new Uint8Array(), encrypted: false }
  }
  const base64 = bareBase64(tidy)
  if (base64.length < shortestBody) return 'not-a-key'
  const der = decodeStrictly(base64)
  return der === undefined ? 'not-a-key' : { label: undefined, der, encrypted: false }
}

/** Every form of a key is one SEQUENCE. */
function isSequence(der: Uint8Array): boolean {
  return der[0] === 0x30
}
