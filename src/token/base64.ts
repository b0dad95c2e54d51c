const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const valueOf: ReadonlyMap<string, number> = new Map(Array.from(alphabet).map((char, value) => [char, value]))

/**
 * Decodes base64 exactly as Python's `base64.b64decode(text)`, which DataLens calls: characters outside the alphabet
 * are ignored, complete padding ends the data, and an incomplete last group is an error. Node's decoder will not do,
 * since it guesses instead of failing.
 *
 * @returns undefined where Python raises
 */
export function decodeBase64AsPython(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let held = 0
  let inGroup = 0
  let pads = 0
  for (const char of text) {
    if (char > '\u007f') return undefined
    if (char === '=') {
      if (inGroup >= 2 && inGroup + ++pads >= 4) return Uint8Array.from(bytes)
      continue
    }
    const value = valueOf.get(char)
    if (value === undefined) continue
    pads = 0
    held = ((held << 6) | value) & 0xffff
    inGroup = (inGroup + 1) % 4
    const spareBits = [0, 6, 4, 2][inGroup] ?? 0
    if (inGroup !== 1) bytes.push((held >> spareBits) & 0xff)
  }
  return inGroup === 0 ? Uint8Array.from(bytes) : undefined
}
