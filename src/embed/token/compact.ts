/** The compact form of a JWT: `<header>.<payload>.<signature>`, each in base64url. Source: RFC 7515, RFC 7519. */

export interface CompactToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
  /** What the signature covers. */
  readonly signed: string
  readonly signature: Uint8Array
}

export function encodePart(json: string): string {
  return Buffer.from(json, 'utf8').toString('base64url')
}

/** Undefined for what is not of this form. Nothing is verified. */
export function parseCompact(token: string): CompactToken | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  if (more.length > 0 || signature === '' || !isBase64Url(signature)) return undefined
  const parts = { header: parsePart(header), payload: parsePart(payload) }
  if (parts.header === undefined || parts.payload === undefined) return undefined
  return {
    header: parts.header,
    payload: parts.payload,
    signed: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

/** A token without signature has nothing behind its last dot; it is still told from what is no token at all. */
export function parseUnsigned(token: string): CompactToken | undefined {
  return token.endsWith('.') && token.split('.').length === 3 ? parseCompact(`${token}AA`) : undefined
}

function parsePart(part: string): Readonly<Record<string, unknown>> | undefined {
  if (!isBase64Url(part)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Node's decoder guesses instead of failing. */
function isBase64Url(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text
}
