/** Keys, hashes and random passwords that nothing names: by what they are made of. Pure. */
import { encodedSign } from './encoded-signs.ts'

/** Signs of base64, and how addresses and JSON write those of them that mean something there. */
const sign = String.raw`(?:[\w+/-]|${encodedSign})`
/** A newline that is written out is no part of what follows it. */
const run = new RegExp(String.raw`(\\[nrtf])?(${sign}{16,}(?:=|%(?:25){0,3}3D|\\{1,8}u003D){0,2})`, 'gi')
const piece = /(?<![\da-z])(?:0x)?[\da-z]{16,}(?![\da-z])/gi
/** What leads to a public hash of so many signs, or to an id. */
const place =
  /(?:revision|commit|digest|uid|uuid|embedId|git|sha(?:1|256|512)?)(?:\\{0,8}["']|[ \t:=@/]){1,6}$/i
const longestHash = 64
const fingerprintPlace = /(?<!\w)SHA256:$/
const fingerprintLength = 43

const escapes = new RegExp(encodedSign, 'gi')

/** Fingerprints of keys stay, and hashes and ids where a word before them says that they are. */
export function hideRandom(text: string, mark: string): string {
  return text.replace(run, (whole, newline: string | undefined, found: string, at: number) => {
    const start = at + (newline?.length ?? 0)
    const before = text.slice(Math.max(0, start - 24), start)
    if (fingerprintPlace.test(before) && found.length === fingerprintLength) return whole
    if (place.test(before) && isHash(found)) return whole
    const isRandom = isMixed(found.replaceAll(escapes, ''))
    const clean = isRandom ? mark : found.replace(piece, one => (isEven(one) ? mark : one))
    return `${newline ?? ''}${clean}`
  })
}

function isHash(found: string): boolean {
  return found.length <= longestHash && /^[\da-z]+$/.test(found)
}

/** Letters of both kinds and digits, or the first in an order that no words give. */
function isMixed(found: string): boolean {
  if (found.length < 16 || !/[A-Z]/.test(found) || !/[a-z]/.test(found)) return false
  return /\d/.test(found) || isJumbled(found)
}

const fewestJumps = 3

/** Great letters beside one another, and again and again: not `LikeThis`, and not `LikeHTTP`. */
function isJumbled(found: string): boolean {
  const beside = found.match(/[A-Z](?=[A-Z])/g)?.length ?? 0
  const again = found.match(/[a-z](?=[A-Z])/g)?.length ?? 0
  return Math.min(beside, again) >= fewestJumps
}

const fewestChanges = 4

/** Hexadecimal, or letters and digits in turn. A number is neither, nor a word with one behind it. */
function isEven(found: string): boolean {
  if (!/\d/.test(found) || !/[a-z]/i.test(found)) return false
  if (/^(?:0x)?[\da-f]+$/i.test(found)) return true
  const changes = found.match(/(?<=\d)[a-z]|(?<=[a-z])\d/gi)?.length ?? 0
  return changes >= fewestChanges
}
