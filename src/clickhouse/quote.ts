/**
 * The only place where names and texts become SQL. Bound parameters do not reach GRANT, REVOKE and CREATE USER,
 * so every identifier and literal of every statement is written by these two functions.
 */

const escapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\r': '\\r',
  '\n': '\\n',
  '\t': '\\t',
  '\0': '\\0',
  '\\': '\\\\',
}

/**
 * A backtick-quoted identifier. It is always quoted: an asterisk is a plain character inside the quotes, and makes a
 * GRANT a wildcard without them.
 *
 * @throws RangeError for an empty name or one with NUL or a lone surrogate, which no server could store unchanged
 */
export function quoteIdentifier(name: string): string {
  if (name === '') throw new RangeError('an identifier must not be empty')
  if (name.includes('\0')) throw new RangeError('an identifier must not contain NUL')
  return `\`${escape(name, '`')}\``
}

/** @throws RangeError for a text with a lone surrogate, which has no UTF-8 form */
export function quoteLiteral(text: string): string {
  return `'${escape(text, "'")}'`
}

function escape(text: string, quote: string): string {
  if (!text.isWellFormed()) throw new RangeError('a text for the server must be well-formed Unicode')
  let out = ''
  for (const character of text) out += character === quote ? `\\${quote}` : (escapes[character] ?? character)
  return out
}
