import { createHash } from 'node:crypto'
import type { Redacted } from '../core/redacted.ts'

/** Hashed here, so that the password itself never travels: hex of sha256 over password and salt. */
export function readerCredential(
  password: Redacted<string>,
  salt: string,
): { readonly hash: string; readonly salt: string } {
  const hash = createHash('sha256').update(password.reveal()).update(salt).digest('hex')
  return { hash, salt }
}
