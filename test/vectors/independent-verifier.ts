/**
 * Judges access tokens as DataLens does, with node-forge alone. It shares neither code nor cryptography with the
 * minter, so it cannot share the minter's mistakes.
 */
import forge from 'node-forge'

export interface VerifierKeys {
  /** Partner's public keys (SPKI PEM) by version. */
  readonly partnerPublicPems: Readonly<Record<string, string>>
  /** DataLens's private keys (PEM) by version. */
  readonly dataLensPrivatePems: Readonly<Record<string, string>>
}

export type Verdict =
  | {
      readonly ok: true
      readonly database: string
      readonly dataLensKeyVersion: string
      readonly partnerKeyVersion: string
    }
  | { readonly ok: false; readonly error: string }

export function judgeToken(token: string, keys: VerifierKeys): Verdict {
  const parts = token.split(':')
  if (parts.length !== 4) return refuse('malformed')
  const [dataLensKeyVersion = '', partnerKeyVersion = '', third = '', fourth = ''] = parts
  const ciphertext = base64(third)
  const signature = base64(fourth)
  if (ciphertext === undefined || signature === undefined) return refuse('malformed')
  if (!Object.hasOwn(keys.dataLensPrivatePems, dataLensKeyVersion)) return refuse('unknown-version')
  if (!Object.hasOwn(keys.partnerPublicPems, partnerKeyVersion)) return refuse('unknown-version')
  if (!signed(ciphertext, signature, keys.partnerPublicPems[partnerKeyVersion] ?? '')) {
    return refuse('bad-signature')
  }
  const plaintext = decrypted(ciphertext, keys.dataLensPrivatePems[dataLensKeyVersion] ?? '')
  if (plaintext === undefined) return refuse('undecryptable')
  const database = databaseIn(plaintext)
  if (database === undefined) return refuse('bad-payload')
  return { ok: true, database, dataLensKeyVersion, partnerKeyVersion }
}

function refuse(error: string): Verdict {
  return { ok: false, error }
}

function base64(text: string): string | undefined {
  const kept = text.replaceAll(/[^A-Za-z0-9+/=]/g, '')
  return kept.length % 4 === 0 ? forge.util.decode64(kept) : undefined
}

function signed(ciphertext: string, signature: string, publicPem: string): boolean {
  const digest = forge.md.sha1.create().update(ciphertext).digest().getBytes()
  try {
    return forge.pki.publicKeyFromPem(publicPem).verify(digest, signature)
  } catch {
    return false
  }
}

function decrypted(ciphertext: string, privatePem: string): string | undefined {
  try {
    return forge.pki.privateKeyFromPem(privatePem).decrypt(ciphertext, 'RSAES-PKCS1-V1_5')
  } catch {
    return undefined
  }
}

function databaseIn(plaintext: string): string | undefined {
  try {
    const value: unknown = JSON.parse(forge.util.decodeUtf8(plaintext))
    if (typeof value !== 'object' || value === null || !('db_name' in value)) return undefined
    return typeof value.db_name === 'string' ? value.db_name : undefined
  } catch {
    return undefined
  }
}
