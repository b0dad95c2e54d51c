import { constants, type KeyObject, privateDecrypt, publicEncrypt, sign, verify } from 'node:crypto'
import { decodeBase64AsPython } from './base64.ts'
import { MintError, TokenError } from './errors.ts'
import type { DataLensPublicKey, PartnerPrivateKey } from './keys.ts'
import { unpadPkcs1 } from './unpad.ts'

/** All that a token is made from. Two mints from the same give two different tokens, both valid. */
export interface MintRequest {
  readonly database: string
  /** 1 or more. */
  readonly dataLensKeyVersion: number
  readonly dataLensKey: DataLensPublicKey
  /** 1 or more. */
  readonly partnerKeyVersion: number
  readonly partnerKey: PartnerPrivateKey
}

/** What RSA-2048 with PKCS#1 v1.5 padding leaves. A longer key of DataLens does not raise it. */
const longestPayloadBytes = 245

/**
 * Mints the token that opens `database`, signing on the thread pool.
 *
 * The padding is random. So do not mint again to compare; compare `inputsFingerprint`.
 *
 * @throws MintError
 */
export async function mintAccessToken(request: MintRequest): Promise<string> {
  const { database, dataLensKeyVersion, partnerKeyVersion } = request
  for (const version of [dataLensKeyVersion, partnerKeyVersion]) {
    if (!Number.isSafeInteger(version) || version < 1) {
      throw new MintError('bad-version', 'A key version must be a whole number from 1 on.')
    }
  }
  const payload = Buffer.from(JSON.stringify({ db_name: database }), 'utf8')
  if (database === '' || payload.length > longestPayloadBytes) {
    throw new MintError('bad-database', 'The database name is empty or too long for a token.')
  }
  const ciphertext = publicEncrypt(
    { key: request.dataLensKey.key, padding: constants.RSA_PKCS1_PADDING },
    payload,
  )
  const signature = await signOnThreadPool(ciphertext, request.partnerKey.key)
  const parts = [
    dataLensKeyVersion,
    partnerKeyVersion,
    ciphertext.toString('base64'),
    signature.toString('base64'),
  ]
  return parts.join(':')
}

function signOnThreadPool(ciphertext: Buffer, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('RSA-SHA1', ciphertext, { key, padding: constants.RSA_PKCS1_PADDING }, (error, signature) => {
      if (error) reject(new MintError('signing-failed', 'The token could not be signed.', { cause: error }))
      else resolve(signature)
    })
  })
}

/** A token taken apart but not verified. Versions are texts, since DataLens looks them up as they stand. */
export interface ParsedAccessToken {
  readonly dataLensKeyVersion: string
  readonly partnerKeyVersion: string
  readonly ciphertext: Uint8Array
  readonly signature: Uint8Array
}

/** @throws TokenError `malformed` */
export function parseAccessToken(text: string): ParsedAccessToken {
  const parts = text.split(':')
  const [dataLensKeyVersion, partnerKeyVersion, encryptedPart, signaturePart] = parts
  if (
    parts.length !== 4 ||
    dataLensKeyVersion === undefined ||
    partnerKeyVersion === undefined ||
    encryptedPart === undefined ||
    signaturePart === undefined
  ) {
    throw new TokenError('malformed', `A token has four parts between colons, this one has ${parts.length}.`)
  }
  const ciphertext = decodeBase64AsPython(encryptedPart)
  const signature = decodeBase64AsPython(signaturePart)
  if (!ciphertext || !signature) {
    throw new TokenError(
      'malformed',
      `The ${ciphertext ? 'fourth' : 'third'} part of the token is not base64.`,
    )
  }
  return { dataLensKeyVersion, partnerKeyVersion, ciphertext, signature }
}

export interface TokenKeys {
  /** The partner's keys (either half) by version. */
  readonly partnerKeys: ReadonlyMap<string, KeyObject>
  /**
   * DataLens's keys by version. With a private key the token is decrypted; with a public one only the version is
   * looked up. Absent: nothing of DataLens's side is checked.
   */
  readonly dataLensKeys?: ReadonlyMap<string, KeyObject>
}

export interface VerifiedAccessToken {
  readonly dataLensKeyVersion: string
  readonly partnerKeyVersion: string
  /** Known only with DataLens's private key. */
  readonly database?: string
}

/**
 * Judges a token as DataLens does, check by check in its order.
 *
 * @throws TokenError with the code of the first check that fails
 */
export function verifyAccessToken(text: string, keys: TokenKeys): VerifiedAccessToken {
  const token = parseAccessToken(text)
  const { dataLensKeyVersion, partnerKeyVersion } = token
  const dataLensKey = keys.dataLensKeys?.get(dataLensKeyVersion)
  const partnerKey = keys.partnerKeys.get(partnerKeyVersion)
  if (keys.dataLensKeys && !dataLensKey) {
    throw new TokenError('unknown-version', 'DataLens has no key of its own under the token’s first version.')
  }
  if (!partnerKey) {
    throw new TokenError('unknown-version', 'There is no partner key under the token’s second version.')
  }
  const signed = { key: partnerKey, padding: constants.RSA_PKCS1_PADDING }
  if (!verify('RSA-SHA1', token.ciphertext, signed, token.signature)) {
    throw new TokenError(
      'bad-signature',
      'The signature does not match: damaged, or signed with another key than this version’s.',
    )
  }
  const versions = { dataLensKeyVersion, partnerKeyVersion }
  if (dataLensKey?.type !== 'private') return versions
  return { ...versions, database: readPayload(decrypt(token.ciphertext, dataLensKey)) }
}

function decrypt(ciphertext: Uint8Array, key: KeyObject): Uint8Array {
  let block: Uint8Array | undefined
  try {
    // The padding is checked here: for the padding of a wrong key OpenSSL gives random bytes instead of an error.
    block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext)
  } catch {
    block = undefined
  }
  const payload = block && unpadPkcs1(block)
  if (!payload) {
    throw new TokenError('undecryptable', 'DataLens’s key of this version does not decrypt the token.')
  }
  return payload
}

function readPayload(payload: Uint8Array): string {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload),
    )
    if (
      typeof value === 'object' &&
      value !== null &&
      'db_name' in value &&
      typeof value.db_name === 'string'
    ) {
      return value.db_name
    }
  } catch {
    // The error below does not have the parser's message, which would quote the payload.
  }
  throw new TokenError('bad-payload', 'The decrypted text is not a JSON object with a db_name.')
}
