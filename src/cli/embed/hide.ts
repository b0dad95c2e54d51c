/** Takes tokens out of what is shown: people paste them where none belongs, and whoever reads one has what it shows. */

/** Three parts of base64url with dots between, of a length that no host or version number has. */
const tokenForm = /(?<![\w-])[\w-]{16,}\.[\w-]{16,}\.[\w-]*/g

export function hideTokens(text: string): string {
  return text.replaceAll(tokenForm, '(a token)')
}

/** The same of every text in a value that came from JSON, names included. */
export function hideTokensIn(value: unknown): unknown {
  if (typeof value === 'string') return hideTokens(value)
  if (Array.isArray(value)) return value.map(hideTokensIn)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [hideTokens(name), hideTokensIn(inner)]),
  )
}
