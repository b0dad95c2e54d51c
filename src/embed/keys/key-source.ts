import type { KeyObject } from 'node:crypto'
import { parseSigningKey, type SigningKey } from './signing-key.ts'

/** A key that may change while the program runs. */
export interface KeyFromOutside {
  /** The key to sign with now. @throws EmbedError `EMBED_KEY_INVALID` */
  current(): Promise<SigningKey>
}

/** The key itself as text, bytes or KeyObject; or where it comes from, as `keyFile` gives it. */
export type KeySource = string | Uint8Array | KeyObject | KeyFromOutside

/** @throws EmbedError `EMBED_KEY_INVALID` at once for a key that is given itself */
export function keySource(source: KeySource): KeyFromOutside {
  if (typeof source === 'object' && source !== null && 'current' in source) return source
  const key = parseSigningKey(source)
  return { current: async () => key }
}
