import { createHash } from 'node:crypto'
import type { Redacted } from '../core/redaction/redacted.ts'

/** Hex of sha256 over password and salt. The password is hashed here, so that it never travels. */
export function readerCredential(
  password: Redacted<string>,
  salt: string,
): { readonly hash: string; readonly salt: string } {
  const hash = createHash('sha256').update(password.reveal()).update(salt).digest('hex')
  return { hash, salt }
}
