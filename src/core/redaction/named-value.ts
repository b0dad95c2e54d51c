/** How far a named value goes, in whatever it is written: JSON, JSON in JSON, YAML, a command, a sentence. Pure. */

export interface Span {
  readonly start: number
  readonly end: number
}

const opening = /(\\{0,8})(["'`])/y
const plain = /(?:[^\s"'`&<\\]|<(?!\/)|["'`](?=\w)|&(?![\w.%-]{1,64}=)|\\(?!["'nrt]|u0026))+/y
/** A text in YAML that begins on the next line, and goes on in those that are indented like it. */
const block = /[|>][-+\d]{0,2}[ \t]{0,40}\r?\n(?:([ \t]+)[^\n]*(?:\n\1[^\n]*)*|[^\n]*)/y
const restOfLine = /[^\r\n]*/y
const list = /\[[^\]\r\n]*/y
/** Before a name that begins its line. */
const indent = /(?:^|\n)[ \t-]{0,40}["']?[\w.-]{0,40}$/

/** Of the value behind a name: without the quotes around it, and empty where none begins. */
export function endOfValue(text: string, label: RegExpExecArray): Span {
  const start = label.index + label[0].length
  const quoted = matchAt(opening, text, start)
  if (quoted !== undefined) {
    const [whole, slashes = '', quote = ''] = quoted
    const from = start + whole.length
    return { start: from, end: endOfQuoted(text, { from, depth: slashes.length, quote }) }
  }
  const to = (expression: RegExp): number => start + (matchAt(expression, text, start)?.[0].length ?? 0)
  // What is in it has names of its own.
  if (text[start] === '{') return { start, end: start }
  if (text[start] === '[') return { start: start + 1, end: to(list) }
  const blockEnd = to(block)
  if (blockEnd > start) return { start, end: blockEnd }
  const before = text.slice(Math.max(0, label.index - 80), label.index)
  const isYaml = label.groups?.['is'] === undefined && /: /.test(label[0]) && indent.test(before)
  return { start, end: trimmed(text, start, to(isYaml ? restOfLine : plain)) }
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at
  return expression.exec(text) ?? undefined
}

/** A quote with fewer backslashes ends what is around it, and so this too. Never beyond the line. */
function endOfQuoted(
  text: string,
  { from, depth, quote }: { readonly from: number; readonly depth: number; readonly quote: string },
): number {
  let slashes = 0
  for (let at = from; at < text.length; at++) {
    const sign = text[at]
    if (sign === '\n') return at
    if (sign === quote) {
      const ends = depth === 0 ? slashes % 2 === 0 : slashes <= depth
      const isDoubled = quote === "'" && depth === 0 && text[at + 1] === quote
      if (ends && !isDoubled) return Math.max(from, at - (depth === 0 ? 0 : slashes))
      if (ends) at++
    }
    slashes = sign === '\\' ? slashes + 1 : 0
  }
  return text.length
}

/** Signs that end a sentence or a list are none of the value. */
function trimmed(text: string, start: number, end: number): number {
  let last = end
  while (last > start && ',;.)}]: \t'.includes(text[last - 1] ?? '')) last--
  return last
}

/** How our own lines name an object. */
export const objectKey = /^[a-z0-9.-]{1,63}\/[a-z0-9.-]{1,253}$/

/** What sentences go on with: `the password is wrong`. */
const ordinary = new Set(
  `a about added again all already also an and another any as asked at bad because being both brought but by changed
  checked complete correct created damaged dated decrypted deleted denied different disabled due empty encrypted ever
  expired first for forbidden found from generated given gone good hashed here in incorrect invalid its kept known left
  locked looked lost made malformed meant missing minted mounted needed never new no none not now of off offered old on
  one only optional our ours out over own present published put read ready refused rejected remembered replaced required
  revoked right rotated same seen sent set shown signed somebody stale stands still stored taken that the their there they
  this to told too tried unknown unset used valid very watched what when where withdrawn without woken
  wrong written`.split(/\s+/),
)

export function isOrdinary(word: string): boolean {
  return ordinary.has(word.toLowerCase())
}
