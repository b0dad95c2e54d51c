/** Keys, hashes and random passwords that nothing names: by what they are made of. Pure. */

/** A newline that is written out is no part of what follows it. */
const run = /(\\[nrtf])?([\w+/-]{16,}={0,2})/g
const piece = /(?<![\da-z])(?:0x)?[\da-z]{16,}(?![\da-z])/gi
/** What leads to a public hash of so many signs, or to an id. */
const place =
  /(?:revision|commit|digest|uid|uuid|embedId|git|sha(?:1|256|512)?)(?:\\{0,8}["']|[ \t:=@/]){1,6}$/i
const longestHash = 64
const fingerprintPlace = /(?<!\w)SHA256:$/
const fingerprintLength = 43

/** Fingerprints of keys stay, and hashes and ids where a word before them says that they are. */
export function hideRandom(text: string, mark: string): string {
  return text.replace(run, (whole, newline: string | undefined, found: string, at: number) => {
    const start = at + (newline?.length ?? 0)
    const before = text.slice(Math.max(0, start - 24), start)
    if (fingerprintPlace.test(before) && found.length === fingerprintLength) return whole
    if (place.test(before) && isHash(found)) return whole
    const clean = isMixed(found) ? mark : found.replace(piece, one => (isEven(one) ? mark : one))
    return `${newline ?? ''}${clean}`
  })
}

function isHash(found: string): boolean {
  return found.length <= longestHash && /^[\da-z]+$/.test(found)
}

/** Letters of both kinds and digits. */
function isMixed(found: string): boolean {
  return found.length >= 20 && /\d/.test(found) && /[A-Z]/.test(found) && /[a-z]/.test(found)
}

const fewestChanges = 6

/** Hexadecimal, or letters and digits in turn. A number is neither, nor a word with one behind it. */
function isEven(found: string): boolean {
  if (!/\d/.test(found) || !/[a-z]/i.test(found)) return false
  if (/^(?:0x)?[\da-f]+$/i.test(found)) return true
  const changes = found.match(/(?<=\d)[a-z]|(?<=[a-z])\d/gi)?.length ?? 0
  return found.length >= 20 && changes >= fewestChanges
}
