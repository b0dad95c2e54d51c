/** Finds the key in what people paste for one. It knows forms of text, and nothing of the key itself. */
import { openSshPublicLabel, puttyLabel } from './openssh.ts'
import { decodeBare, decodeStrictly, findBlocks, readBlock, type PemBlock } from './pem.ts'
import { tidyText } from './tidy-text.ts'

export interface KeyBlock extends Omit<PemBlock, 'label'> {
  /** Undefined for bare base64, which does not say what it is. */
  readonly label: string | undefined
}

export type KeyHalf = 'private' | 'public'
export type NoKey = 'empty' | 'too-long' | 'several' | 'not-a-key'

/** In characters: far more than any key of use has. */
const longestText = 65_536
/** In bytes. Shorter base64 is a word, a password, or no RSA key. */
const shortestKey = 96

/**
 * Besides clean PEM it reads what comes of copying and pasting: text and other blocks around the wanted one, lines that
 * were indented, folded, quoted, commented or written as `\n`, `%0A` or `&#10;`, characters that nobody sees, a lost END
 * line, the base64 alone, also in the alphabet for URLs, and base64 of all that once more. What it reads so is the key
 * or none: DER that lost a byte does not parse.
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

/** Whether a private key is in it, beside whatever else. A text that is too long for `findKey` is not looked at. */
export function showsPrivateKey(text: string): boolean {
  if (text.length > longestText) return false
  const tidy = tidyText(text)
  return (
    tidy.includes('PuTTY-User-Key-File') || findBlocks(tidy).some(({ label }) => isHalf(label, 'private'))
  )
}

function readText(tidy: string, half: KeyHalf): KeyBlock | NoKey {
  if (tidy.includes('PuTTY-User-Key-File')) return readPutty(tidy)
  const blocks = findBlocks(tidy)
  if (blocks.length === 0) return readBare(tidy)
  const wanted = blocks.filter(({ label }) => isHalf(label, half))
  const [first, ...others] = wanted.length > 0 ? wanted : blocks
  const isChain = blocks.every(({ label }) => label === 'CERTIFICATE')
  return first === undefined || (others.length > 0 && !isChain) ? 'several' : readBlock(first)
}

function isHalf(label: string, half: KeyHalf): boolean {
  return label.endsWith(half === 'private' ? 'PRIVATE KEY' : 'PUBLIC KEY')
}

/** Its public lines, which say what it is. */
function readPutty(tidy: string): KeyBlock {
  const [, lines = ''] = /Public-Lines: ?[0-9]+\s([A-Za-z0-9+/=\s]*?)\sPrivate-Lines/.exec(tidy) ?? []
  return { label: puttyLabel, der: decodeBare(lines) ?? new Uint8Array(), encrypted: false }
}

function readBare(tidy: string): KeyBlock | NoKey {
  const [, line] = /^(?:ssh|ecdsa|sk)-\S{1,80}\s+([A-Za-z0-9+/=]+)/.exec(tidy) ?? []
  if (line !== undefined) {
    return { label: openSshPublicLabel, der: decodeStrictly(line) ?? new Uint8Array(), encrypted: false }
  }
  const der = decodeBare(tidy)
  if (der === undefined || der.length < shortestKey) return 'not-a-key'
  return { label: undefined, der, encrypted: false }
}

/** Every form of a key is one SEQUENCE. */
function isSequence(der: Uint8Array): boolean {
  return der[0] === 0x30
}
