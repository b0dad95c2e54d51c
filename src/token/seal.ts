/**
 * The seal of a token proves that the operator put it into this owner's Secret: it was not swapped, damaged, or copied
 * from another tenant. Only who has the partner's private key can make a seal. Who has it can mint any token anyway, so
 * the seal needs no key of its own.
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { frame } from './framing.ts'
import type { PartnerPrivateKey } from './keys.ts'

export interface SealInput {
  /** `ConnectorTenant/<namespace>/<name>` */
  readonly owner: string
  /** From `inputsFingerprint`. */
  readonly fingerprint: string
  readonly token: string
}

const derived = new WeakMap<PartnerPrivateKey, KeyObject>()

/** The HMAC key of a partner key: HKDF-SHA256 of its PKCS#1 DER. The same for every form of the key. */
export function deriveSealKey(privateKey: PartnerPrivateKey): KeyObject {
  const known = derived.get(privateKey)
  if (known) return known
  const material = privateKey.key.export({ type: 'pkcs1', format: 'der' })
  const bytes = hkdfSync('sha256', material, Buffer.alloc(0), 'lenskeeper token seal v1', 32)
  const key = createSecretKey(new Uint8Array(bytes))
  derived.set(privateKey, key)
  return key
}

/** A text for an annotation. Without the key it tells nothing about the token. */
export function seal(key: KeyObject, input: SealInput): string {
  return `v1:${createHmac('sha256', key)
    .update(frame([input.owner, input.fingerprint, input.token]))
    .digest('base64url')}`
}

/** Whether `value` is the seal of `input`, compared in constant time. */
export function checkSeal(key: KeyObject, input: SealInput, value: string | undefined): boolean {
  if (value === undefined) return false
  const expected = Buffer.from(seal(key, input))
  const given = Buffer.from(value)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
