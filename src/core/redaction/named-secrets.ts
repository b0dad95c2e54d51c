/** Secrets that a text calls by name: `password=…`, `"token": "…"`, `--api-key …`, `the password is …`. Pure. */
import { endOfValue, isOrdinary, objectKey } from './named-value.ts'

/**
 * A name, and what leads from it to the value: a sign, the `value` of a variable in a Pod, `is`, or the space after a
 * flag. Names may stand in others (`CLICKHOUSE_PASSWORD`), quoted at any depth (`\"password\":`).
 */
const label =
  /(?:pass(?:(?:word|wd|phrase|code)[\w-]{0,32})?|pwd|(?:secret|token|credential)s?(?:[-_]?(?:value|\d{1,4}))?|signature|authorization|cookie|auth|jwt|otp|(?<key>(?<!public[-_ ]?)key))(?:(?:\\{0,8}["'`]|%(?:25){0,3}22|&(?:quot|#34);)?\]?[ \t]{0,4}(?::=|=>|[:=>]|%(?:25){0,3}3[AD])[ \t]{0,200}|\\{0,8}["']?,?\s{0,40}\\{0,8}["']?value\\{0,8}["']?[ \t]?[:=][ \t]{0,4}|(?<is>[ \t]{1,4}(?:is|was)[ \t]{1,4})|(?=[\s\\"'])(?<=(?:^|[\s"'[,(=])--?[\w.-]{0,60})(?:[ \t]{1,4}(?!-)|\\{0,8}["'],\s?))(?:(?:bearer|basic|negotiate)[ \t]{1,4})?/gi

/** Of our own log and nobody's secret: `"key":"tenants/one"`. */
const ofObject = /(?:^|\W)(?:partner)?$/i

/** The same text with `mark` in place of each such value. Takes a time in proportion to the text's length. */
export function hideNamed(text: string, mark: string): string {
  let clean = ''
  let done = 0
  for (const found of text.matchAll(label)) {
    if (found.index < done) continue
    const { start, end } = endOfValue(text, found)
    const value = text.slice(start, end)
    if (value === '' || stays(text, found, value)) continue
    clean += text.slice(done, start) + mark
    done = end
  }
  return clean + text.slice(done)
}

function stays(text: string, { index, groups = {} }: RegExpExecArray, value: string): boolean {
  const { key, is } = groups
  if (key !== undefined && objectKey.test(value))
    return ofObject.test(text.slice(Math.max(0, index - 8), index))
  return is !== undefined && isOrdinary(value)
}

/** Whether a field of that name holds a secret, if it holds a text. */
export function isSecretName(name: string): boolean {
  return /(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|authorization|signature|(?:api|private|access|secret)[-_]?key)$/i.test(
    name,
  )
}
