import { generateKeyPairSync } from 'node:crypto'
import { compactVerify, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { claimsOf } from '../../../src/embed/token/claims.ts'
import { parseSigningKey } from '../../../src/embed/keys/signing-key.ts'
import { readParams } from '../../../src/embed/parameters.ts'
import { signToken } from '../../../src/embed/token/sign.ts'
import { longestToken } from '../../../src/embed/token/signed-text.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'
import { codeOf } from '../thrown.ts'

const key = parseSigningKey(embedVectors.key.privatePem)
const publicKey = await importSPKI(embedVectors.key.publicPem, 'PS256')
const embed = { platform: 'Yandex', embedId: 'pgx4ekt5dj3u1' } as const
const validity = { iat: 1_790_000_000, exp: 1_790_003_600 }
const text = { numbers: false }

describe('a token', () => {
  test.each(embedVectors.valid)(
    'says, byte for byte, what the independent one says: $name',
    async ({ token, claims }) => {
      const { iat, exp, dlEmbedService, params } = claims as {
        iat: number
        exp: number
        dlEmbedService: string
        params?: object
      }
      const platform = dlEmbedService === 'doublecloud' ? 'DoubleCloud' : 'Yandex'
      const ours = await signToken(
        claimsOf({ ...embed, platform }, { iat, exp }, readParams(params, text)),
        key,
      )
      expect(ours.split('.').slice(0, 2)).toEqual(token.split('.').slice(0, 2))
    },
  )

  test('is taken by a library that shares no code', async () => {
    const params = readParams({ tenant: 'acme', region: ['north', 'süd', '東'] }, text)
    const token = await signToken(claimsOf(embed, validity, params), key)
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
      algorithms: ['PS256'],
      currentDate: new Date(1_790_000_001_000),
    })
    expect(protectedHeader).toEqual({ alg: 'PS256', typ: 'JWT' })
    expect(payload).toEqual({
      embedId: 'pgx4ekt5dj3u1',
      dlEmbedService: 'YC_DATALENS_EMBEDDING_SERVICE_MARK',
      ...validity,
      params: { tenant: 'acme', region: ['north', 'süd', '東'] },
    })
  })

  test('has its salt anew each time', async () => {
    const claims = claimsOf(embed, validity, [])
    const [one, other] = await Promise.all([signToken(claims, key), signToken(claims, key)])
    expect(one).not.toBe(other)
    expect(decodeProtectedHeader(one).alg).toBe('PS256')
  })

  test('asks no toJSON, whoever put one into a prototype', async () => {
    const polluted = [Object.prototype, Array.prototype, String.prototype] as { toJSON?: () => unknown }[]
    for (const prototype of polluted) prototype.toJSON = () => ({})
    let token: string
    try {
      token = await signToken(claimsOf(embed, validity, readParams({ tenant: ['acme'] }, text)), key)
    } finally {
      for (const prototype of polluted) delete prototype.toJSON
    }
    const { payload } = await compactVerify(token, publicKey)
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ params: { tenant: ['acme'] } })
  })

  test('keeps a parameter whose name is that of a prototype', async () => {
    const params = readParams(JSON.parse('{"__proto__": "acme"}'), text)
    const { payload } = await compactVerify(
      await signToken(claimsOf(embed, validity, params), key),
      publicKey,
    )
    expect(new TextDecoder().decode(payload)).toContain('"params":{"__proto__":"acme"}')
  })
})

describe('size', () => {
  /** A token of the wanted size or, as base64 grows in steps, the size below. */
  async function tokenWith(length: number, bits = key): Promise<string> {
    return signToken(claimsOf(embed, validity, readParams({ a: 'x'.repeat(length) }, text)), bits)
  }

  test('30 KB may be reached, and not passed by a byte', async () => {
    const empty = (await tokenWith(1)).length
    const fits = Math.floor(((longestToken - empty) * 3) / 4)
    const lengths = Array.from({ length: 8 }, (_, more) => fits - 3 + more)
    const results = await Promise.all(
      lengths.map(length => tokenWith(length).then(token => token.length, codeOf)),
    )
    expect(results).toContain(longestToken)
    expect(results.filter(result => typeof result === 'number' && result > longestToken)).toEqual([])
    expect(results.at(-1)).toBe('EMBED_TOKEN_TOO_LARGE')
  })

  test('counts the signature of a longer key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
    const long = parseSigningKey(privateKey)
    const signature = (await tokenWith(1, long)).split('.')[2] ?? ''
    expect(signature).toHaveLength(512)
    const empty = (await tokenWith(1, long)).length
    const over = Math.ceil(((longestToken - empty) * 3) / 4) + 3
    await expect(tokenWith(over, long)).rejects.toMatchObject({ code: 'EMBED_TOKEN_TOO_LARGE' })
  })
})
