import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { mintAccessToken, parseAccessToken, verifyAccessToken } from '../../src/token/access-token.ts'
import { MintError, TokenError } from '../../src/token/errors.ts'
import { generatePartnerKey } from '../../src/token/generate-key.ts'
import { inspectPrivateKey, inspectPublicKey, type PartnerPrivateKey } from '../../src/token/keys.ts'
import { judgeToken } from '../vectors/independent-verifier.ts'
import { accessTokenVectors as vectors, vectorKey } from '../vectors/token-vectors.ts'

const partnerKeys = keysOf(vectors.partnerKeys, pem => createPublicKey(pem))
const dataLensKeys = keysOf(vectors.dataLensKeys, pem => createPrivateKey(pem))
const dataLensPublicKeys = keysOf(vectors.dataLensKeys, pem => createPublicKey(pem))
const independentKeys = {
  partnerPublicPems: mapValues(vectors.partnerKeys, key => key.publicPem),
  dataLensPrivatePems: mapValues(vectors.dataLensKeys, key => key.privatePem),
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

function keysOf(
  keys: Readonly<Record<string, { readonly privatePem: string }>>,
  parse: (pem: string) => KeyObject,
): ReadonlyMap<string, KeyObject> {
  return new Map(Object.entries(keys).map(([version, key]) => [version, parse(key.privatePem)]))
}

function codeOfVerifying(token: string, keys = { partnerKeys, dataLensKeys }): string {
  try {
    verifyAccessToken(token, keys)
  } catch (error) {
    if (error instanceof TokenError) return error.code
    throw error
  }
  return 'accepted'
}

describe('tokens made by another implementation', () => {
  it.each(vectors.valid)('accepts: $name', vector => {
    expect(verifyAccessToken(vector.token, { partnerKeys, dataLensKeys })).toEqual({
      dataLensKeyVersion: vector.dataLensKeyVersion,
      partnerKeyVersion: vector.partnerKeyVersion,
      database: vector.dbName,
    })
  })

  it.each(vectors.invalid)('refuses for its reason: $name', vector => {
    expect(codeOfVerifying(vector.token)).toBe(vector.error)
  })

  it.each(vectors.valid)('the independent verifier accepts: $name', vector => {
    expect(judgeToken(vector.token, independentKeys)).toMatchObject({ ok: true, database: vector.dbName })
  })

  it.each(vectors.invalid)('the independent verifier refuses for its reason: $name', vector => {
    expect(judgeToken(vector.token, independentKeys)).toEqual({ ok: false, error: vector.error })
  })

  it('are enough to have looked at all five reasons', () => {
    expect(new Set(vectors.invalid.map(vector => vector.error)).size).toBe(5)
  })
})

describe('verifying with less than all keys', () => {
  const [valid] = vectors.valid
  const token = valid?.token ?? ''

  it("checks versions and signature but names no database without DataLens's private key", () => {
    const versions = { dataLensKeyVersion: '1', partnerKeyVersion: '1' }
    expect(verifyAccessToken(token, { partnerKeys })).toEqual(versions)
    expect(verifyAccessToken(token, { partnerKeys, dataLensKeys: dataLensPublicKeys })).toEqual(versions)
  })

  it("knows DataLens's versions from its public keys", () => {
    const only2 = new Map([...dataLensPublicKeys].filter(([version]) => version === '2'))
    expect(codeOfVerifying(token, { partnerKeys, dataLensKeys: only2 })).toBe('unknown-version')
  })

  it('never quotes the token in an error', () => {
    for (const vector of vectors.invalid) {
      try {
        verifyAccessToken(vector.token, { partnerKeys, dataLensKeys })
      } catch (error) {
        const text = String(error)
        for (const part of vector.token.split(':').filter(part => part.length > 8)) {
          expect(text).not.toContain(part.slice(0, 8))
        }
      }
    }
  })

  it('ends in a verdict for any text', () => {
    const parts = fc.array(fc.oneof(fc.string(), fc.base64String(), fc.constantFrom('1', '2')), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(parts, texts => {
        expect(['malformed', 'unknown-version', 'bad-signature']).toContain(codeOfVerifying(texts.join(':')))
      }),
    )
  })
})

describe('minting', () => {
  const dataLensKey = inspectPublicKey(vectorKey('dataLensKeys', 2).publicPem)
  const known = inspectPrivateKey(vectorKey('partnerKeys', 1).privatePem)
  let fresh: PartnerPrivateKey
  beforeAll(async () => {
    fresh = await generatePartnerKey()
  })

  function mint(database: string, partnerKey = known, partnerKeyVersion = 1): Promise<string> {
    return mintAccessToken({ database, dataLensKey, dataLensKeyVersion: 2, partnerKey, partnerKeyVersion })
  }

  it.each(['a', 'client_1234383', 'c'.repeat(127)])(
    'makes what the independent verifier accepts: %s',
    async database => {
      const token = await mint(database, fresh, 31)
      const keys = { ...independentKeys, partnerPublicPems: { 31: fresh.publicPem } }
      expect(judgeToken(token, keys)).toEqual({
        ok: true,
        database,
        dataLensKeyVersion: '2',
        partnerKeyVersion: '31',
      })
    },
  )

  it('has 693 characters with one-digit versions, in standard padded base64', async () => {
    const token = await mint('client_1234383')
    expect(token).toHaveLength(693)
    expect(token).toMatch(/^2:1:[A-Za-z0-9+/]{342}==:[A-Za-z0-9+/]{342}==$/)
  })

  it('gives two different tokens for one request, both valid', async () => {
    const [first, second] = await Promise.all([mint('client_1'), mint('client_1')])
    expect(first).not.toBe(second)
    expect(judgeToken(first, independentKeys)).toMatchObject({ ok: true })
    expect(judgeToken(second, independentKeys)).toMatchObject({ ok: true })
  })

  it('puts nothing but db_name into the payload', async () => {
    const token = parseAccessToken(await mint('client_1'))
    // PKCS#1 v1.5: 256 bytes less three of framing leave room for padding and exactly this text.
    const { privateDecrypt, constants } = await import('node:crypto')
    const block = privateDecrypt(
      { key: vectorKey('dataLensKeys', 2).privatePem, padding: constants.RSA_NO_PADDING },
      token.ciphertext,
    )
    expect(block.subarray(block.indexOf(0, 2) + 1).toString()).toBe('{"db_name":"client_1"}')
  })

  it.each([
    ['bad-version', { partnerKeyVersion: 0 }],
    ['bad-version', { dataLensKeyVersion: -1 }],
    ['bad-version', { partnerKeyVersion: 1.5 }],
    ['bad-version', { dataLensKeyVersion: Number.NaN }],
    ['bad-database', { database: '' }],
    ['bad-database', { database: 'x'.repeat(232) }],
  ])('refuses with %s: %j', async (code, wrong) => {
    const request = {
      database: 'a',
      dataLensKey,
      dataLensKeyVersion: 2,
      partnerKey: known,
      partnerKeyVersion: 1,
    }
    const minted = mintAccessToken({ ...request, ...wrong })
    await expect(minted).rejects.toSatisfy(error => error instanceof MintError && error.code === code)
  })

  it('takes the longest payload that fits', async () => {
    expect(judgeToken(await mint('x'.repeat(231)), independentKeys)).toMatchObject({ ok: true })
  })
})
