/**
 * What copying, mailing, encoding and editing do to a text that machines wrote, undone. Strangers write what is read
 * here: no expression may begin anew inside of a run that it has looked at, or a long run takes the square of its length.
 */

/** Soft hyphens, zero-width spaces, byte order marks, marks of direction, and what UTF-16 leaves in UTF-8. */
const invisible = /^\uFFFD{1,2}|[\p{Cf}\0]/gu
/** What a word processor makes of `-` and `--`. */
const dashes = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g
/** What it makes of quotes. */
const quotes = /[\u2018-\u201F\u2032\u2033\u2039\u203A\u00AB\u00BB]/g
/** Line breaks as code, JSON and shells write them, however often they were escaped; or a backslash at a line's end. */
const writtenOut = /\\+[rnt]?/g

/** Text as it is, and DER, which is no text, as its base64. */
export function textOfKey(bytes: Uint8Array): string {
  // No text in UTF-8 begins so, and each DER of 256 bytes or more does.
  const isDer = bytes[0] === 0x30 && bytes[1] === 0x82
  return Buffer.from(bytes).toString(isDer ? 'base64' : 'utf8')
}

/** One kind of dash, quote, space and line break each, without what nobody sees. Base64 keeps its meaning. */
export function tidyText(text: string): string {
  return decoded(text)
    .replaceAll(invisible, '')
    .replaceAll(dashes, '-')
    .replaceAll(quotes, '"')
    .replaceAll(writtenOut, '\n')
    .replaceAll(/\s+/g, spaces => (/[\r\n\u2028\u2029]/.test(spaces) ? '\n' : ' '))
    .replaceAll(/^["'\s]+|(?<!["'\s])["'\s]+$/g, '')
}

const jsonEscape = /(?<!\\)\\+u00([0-7][0-9A-F])/gi
const htmlEscape =
  /&(?:amp;)*(?:#x0{0,4}([0-9A-F]{1,4})|#0{0,4}([0-9]{1,5})|(nbsp|quot|apos|plus|equals|sol|newline));/gi
const htmlBreak = /<\/?(?:br|p|div|span|pre|code)(?: [^<>]{0,200})?\/?>/gi
const urlEscape = /%(?:25)*([0-7][0-9A-F])/gi
const htmlNames: Readonly<Record<string, string>> = {
  nbsp: ' ',
  quot: '"',
  apos: "'",
  plus: '+',
  equals: '=',
  sol: '/',
  newline: '\n',
}

/** None of these escapes means anything else in PEM or in base64. */
function decoded(text: string): string {
  // Of a form, where `+` is a space, and a plus is written out.
  const spaced = /BEGIN\+[A-Z]/.test(text) ? text.replaceAll('+', ' ') : text
  return withPluses(spaced)
    .replaceAll(jsonEscape, (_, hex: string) => byHex(hex))
    .replaceAll(htmlEscape, (_, hex?: string, number?: string, name?: string) =>
      name === undefined
        ? String.fromCharCode(hex === undefined ? Number(number) : Number.parseInt(hex, 16))
        : (htmlNames[name.toLowerCase()] ?? ''),
    )
    .replaceAll(htmlBreak, '\n')
    .replaceAll(urlEscape, (_, hex: string) => byHex(hex))
    .replaceAll('=3D', '=')
}

function byHex(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}

/** A line of PEM that is full, and the last one, whatever became of its plus signs; not one that is indented. */
const fullLine = /^(?! {2})[A-Za-z0-9/ ]{64}$/gm
const lastLine = /^(?! {2})[A-Za-z0-9/ ]{3,63}={0,2}$(?=\s*-+ ?END)/gm

/** Who reads a form that was never written as one gets spaces for plus signs. The lengths of lines tell. */
function withPluses(text: string): string {
  if (text.includes('+') || !text.includes('BEGIN')) return text
  const plussed = (line: string): string => (line.length % 4 === 0 ? line.replaceAll(' ', '+') : line)
  return text.replaceAll('\r\n', '\n').replaceAll(fullLine, plussed).replaceAll(lastLine, plussed)
}
