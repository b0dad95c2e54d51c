/** What copying, mailing and editing do to a text that machines wrote, undone. */

/** Soft hyphens, zero-width spaces, byte order marks, marks of direction, and what UTF-16 leaves in UTF-8. */
const invisible = /^\uFFFD{1,2}|[\p{Cf}\0]/gu
/** What a word processor makes of `-` and `--`. */
const dashes = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g
/** Line breaks as code, JSON and shells write them, however often they were escaped; or a backslash at a line's end. */
const writtenOut = /\\+[rnt]?/g

/** Text as it is, and DER, which is no text, as its base64. */
export function textOfKey(bytes: Uint8Array): string {
  // No text in UTF-8 begins so, and each DER of 256 bytes or more does.
  const isDer = bytes[0] === 0x30 && bytes[1] === 0x82
  return Buffer.from(bytes).toString(isDer ? 'base64' : 'utf8')
}

/** One kind of dash, space and line break each, without what nobody sees. Base64 keeps its meaning. */
export function tidyText(text: string): string {
  return text
    .replaceAll(invisible, '')
    .replaceAll(dashes, '-')
    .replaceAll(writtenOut, '\n')
    .replaceAll(/\s+/g, spaces => (/[\r\n\u2028\u2029]/.test(spaces) ? '\n' : ' '))
    .replaceAll(/^["'\s]+|["'\s]+$/g, '')
}
