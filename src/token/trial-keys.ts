/** Keys that a token is tried with, of whatever size: the token shows whether they fit. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { KeyMaterialError } from './errors.ts'
import { parseKey, rsaDetails, type ExpectedKey } from './parse-key.ts'

/** The partner's public key, or that of the private key which somebody has. @throws KeyMaterialError */
export function readVerifyingKey(text: string): KeyObject {
  const wanted = 'the partner’s public (or private) key'
  try {
    return rsaKey(text, { half: 'public', wanted })
  } catch (error) {
    if (!(error instanceof KeyMaterialError) || error.code !== 'private-key') throw error
    return createPublicKey(rsaKey(text, { half: 'private', wanted }))
  }
}

/** DataLens's private key, where somebody has a DataLens of their own. @throws KeyMaterialError */
export function readDecryptingKey(text: string): KeyObject {
  return rsaKey(text, { half: 'private', wanted: 'DataLens’s private key' })
}

function rsaKey(text: string, expected: ExpectedKey): KeyObject {
  const key = parseKey(text, expected)
  rsaDetails(key, expected.wanted)
  return key
}
