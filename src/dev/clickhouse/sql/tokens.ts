export type TokenKind = 'word' | 'identifier' | 'string' | 'number' | 'symbol'

/** A piece of SQL: `text` is the decoded value, `start` and `end` are offsets into the source. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly start: number
  readonly end: number
}

const wordStart = /[A-Za-z_]/
const patterns: readonly (readonly [TokenKind | 'skip', RegExp])[] = [
  ['skip', /\s+|--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ['identifier', /`(?:[^`\\]|\\[\s\S]|``)*`|"(?:[^"\\]|\\[\s\S]|"")*"/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /\d[A-Za-z0-9_]*(?:\.\d+)?/y],
  ['symbol', /[\s\S]/y],
]
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' }

/**
 * Cuts SQL into tokens, well enough to find keywords and the ends of clauses and statements; quotes and comments do
 * not mislead it. Whether the text is valid is for the engine to say.
 */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    const start = at
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = start
      const text = pattern.exec(sql)?.[0]
      if (text === undefined) continue
      at = start + text.length
      if (kind !== 'skip') tokens.push({ kind, text: decode(kind, text), start, end: at })
      break
    }
  }
  return tokens
}

function decode(kind: TokenKind, text: string): string {
  if (kind !== 'string' && kind !== 'identifier') return text
  const quote = text.charAt(0)
  return text
    .slice(1, -1)
    .replaceAll(/\\([\s\S])/g, (_, escaped: string) => escapes[escaped] ?? escaped)
    .replaceAll(quote + quote, quote)
}

/** True when the token is one of these keywords (given in capitals), not quoted. */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase())
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol
}

export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Whether a name needs no quotes, in SQL or as the name of an XML element. */
export function isPlainName(name: string): boolean {
  return wordStart.test(name.charAt(0)) && /^[A-Za-z0-9_-]*$/.test(name)
}
