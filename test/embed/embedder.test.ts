import fc from 'fast-check'
import { importSPKI, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { embedder } from '../../src/embed/embedder.ts'
import { inspect } from '../../src/embed/inspect.ts'
import type { EmbedderOptions } from '../../src/embed/options.ts'
import { embedVectors } from '../vectors/embed-vectors.ts'
import { codeOf, thrownBy } from './thrown.ts'

const publicKey = await importSPKI(embedVectors.key.publicPem, 'PS256')
const at = 1_790_000_000_400
const options = {
  platform: 'Yandex',
  kind: 'Dashboard',
  embedId: 'pgx4ekt5dj3u1',
  key: embedVectors.key.privatePem,
  now: () => at,
} as const

test('a link for one viewer', async () => {
  const sales = embedder({ ...options, required: ['tenant'], lifetime: '5m', display: { theme: 'dark' } })
  const link = await sales.sign({
    params: { tenant: 'acme', region: ['north'] },
    unsignedParams: { from: '2022' },
  })
  const { payload } = await jwtVerify(link.token, publicKey, { currentDate: new Date(at) })
  expect(payload).toMatchObject({
    exp: 1_790_000_270,
    iat: 1_789_999_970,
    params: { tenant: 'acme', region: ['north'] },
  })
  expect(link.url).toBe(
    `https://datalens.yandex.cloud/embeds/dash?from=2022&_theme=dark#dl_embed_token=${link.token}`,
  )
  // It is dated back by 30 s, and a fraction of a second is not promised.
  expect(link).toMatchObject({ expiresIn: 269, refreshIn: 194 })
})

test('a lifetime of ten hours is exactly DataLens’s limit', async () => {
  const { token } = await embedder({ ...options, lifetime: '10h' }).sign()
  const { payload } = await jwtVerify(token, publicKey, { currentDate: new Date(at) })
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(36_000)
})

describe('nothing is signed', () => {
  const sales = embedder({ ...options, required: ['tenant'], unsignedParams: { from: '2022' } })
  const sign = (request: unknown): Promise<unknown> => sales.sign(request as Parameters<typeof sales.sign>[0])

  test.each<[string, unknown, string]>([
    ['without the request', undefined, 'EMBED_PARAM_MISSING'],
    ['without parameters', {}, 'EMBED_PARAM_MISSING'],
    ['with a required one that is undefined', { params: { tenant: undefined } }, 'EMBED_PARAM_TYPE'],
    [
      'with a required one that is inherited',
      { params: Object.create({ tenant: 'acme' }) },
      'EMBED_PARAM_TYPE',
    ],
    ['with another that is empty', { params: { tenant: 'acme', region: '' } }, 'EMBED_PARAM_TYPE'],
    ['with a reserved one', { params: { tenant: 'acme', state: 'x' } }, 'EMBED_PARAM_RESERVED'],
    ['with one that is unsigned always', { params: { tenant: 'acme', from: 'x' } }, 'EMBED_PARAM_CONFLICT'],
    [
      'with one that is unsigned this time',
      { params: { tenant: 'acme' }, unsignedParams: { tenant: 'x' } },
      'EMBED_PARAM_CONFLICT',
    ],
    ['with parameters where the request should be', { tenant: 'acme' }, 'EMBED_PARAM_TYPE'],
    ['with over 30 KB', { params: { tenant: 'x'.repeat(30_000) } }, 'EMBED_TOKEN_TOO_LARGE'],
  ])('%s', async (_, request, code) => {
    await expect(sign(request).catch(codeOf)).resolves.toBe(code)
  })
})

describe('what is passed over is not "no filter", also where nothing is required', () => {
  const open = embedder(options)
  test.each<[string, unknown]>([
    ['parameters that are undefined', { params: undefined }],
    ['parameters that are null', { params: null }],
    ['parameters where the request should be', { tenant: 'acme' }],
    ['parameters beside the request', { params: {}, tenant: 'acme' }],
    ['a misspelt name', { param: { tenant: 'acme' } }],
    ['null for the request', null],
    ['a text for the request', 'acme'],
    ['a list for the request', [{ tenant: 'acme' }]],
    ['an empty list for the request', []],
    ['a map for the request', new Map([['tenant', 'acme']])],
    ['search parameters for the request', new URLSearchParams({ tenant: 'acme' })],
    ['a request that is inherited', Object.create({ tenant: 'acme' })],
    ['a request with a symbol for a name', { [Symbol('tenant')]: 'acme' }],
  ])('%s', async (_, request) => {
    const signed = open.sign(request as Parameters<typeof open.sign>[0])
    await expect(signed.catch(codeOf)).resolves.toBe('EMBED_PARAM_TYPE')
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty request', {}],
    ['an empty object of parameters', { params: {} }],
  ])('%s is meant so', async (_, request) => {
    const { token } = await open.sign(request as Parameters<typeof open.sign>[0])
    expect(inspect(token, { now: at }).params).toEqual({})
  })
})

describe('whatever is passed to sign', () => {
  const open = embedder(options)
  const hostile = fc.oneof(
    fc.anything({ withNullPrototype: true }),
    fc.constantFrom(undefined, null, '', [], [''], 'acme', ['acme'], Object('acme'), {
      toJSON: () => 'acme',
    }),
  )
  const value = fc.oneof(hostile, { weight: 4, arbitrary: fc.string({ minLength: 1 }) })
  const params = fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 3 })
  const request = fc.oneof(
    hostile,
    params,
    fc.record({ params: fc.oneof(params, hostile), unsignedParams: hostile }, { requiredKeys: [] }),
    fc.record({ params }),
  )

  test('a token has a value for every name that was passed, or there is none', async () => {
    let signed = 0
    const holds = fc.asyncProperty(request, async given => {
      const outcome = await open.sign(given as Parameters<typeof open.sign>[0]).catch(codeOf)
      if (typeof outcome === 'string') return
      const { params = {} } = (given ?? {}) as Record<string, object>
      if (Object.keys(params).length > 0) signed += 1
      expect(['params', 'unsignedParams']).toEqual(expect.arrayContaining(Object.keys(given ?? {})))
      const found = inspect(outcome.token, { now: at }).params
      expect(Object.keys(found).toSorted()).toEqual(Object.keys(params).toSorted())
      for (const value of Object.values(found)) expect(value).toSatisfy(isFilter)
    })
    await fc.assert(holds, { numRuns: 1_000 })
    expect(signed).toBeGreaterThan(20)
  })

  function isFilter(value: unknown): boolean {
    const isText = (item: unknown): boolean => typeof item === 'string' && item !== ''
    return Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value)
  }
})

test('what becomes of the options later changes nothing', async () => {
  const required = ['tenant']
  const given = { ...options, required, platform: 'Yandex' as 'Yandex' | 'DoubleCloud' }
  const sales = embedder(given)
  required.pop()
  Object.assign(given, { platform: 'DoubleCloud', embedId: 'another0' })
  await expect(sales.sign({ params: {} }).catch(codeOf)).resolves.toBe('EMBED_PARAM_MISSING')
  const { token } = await sales.sign({ params: { tenant: 'acme' } })
  expect(inspect(token)).toMatchObject({ embedId: options.embedId, platform: 'Yandex' })
})

test('a clock that tells no time makes no token without an end', async () => {
  for (const now of [() => Number.NaN, () => Infinity, () => undefined as unknown as number])
    await expect(
      embedder({ ...options, now })
        .sign()
        .catch(codeOf),
    ).resolves.toBe('EMBED_OPTIONS')
})

describe('an embedder that could never give a link', () => {
  test.each<[string, Partial<EmbedderOptions<string>> | Record<string, unknown>, string]>([
    ['a dashboard on DoubleCloud', { platform: 'DoubleCloud' }, 'EMBED_OPTIONS'],
    ['no platform', { platform: undefined }, 'EMBED_OPTIONS'],
    ['a platform of a prototype', { platform: 'toString' }, 'EMBED_OPTIONS'],
    ['another kind', { kind: 'Report' }, 'EMBED_OPTIONS'],
    ['an id that is none', { embedId: 'Sales 2024' }, 'EMBED_OPTIONS'],
    ['an address for an id', { embedId: 'https://datalens.yandex.cloud' }, 'EMBED_OPTIONS'],
    ['a lifetime of weeks', { lifetime: '336h' }, 'EMBED_LIFETIME'],
    ['a key that is none', { key: 'rubbish' }, 'EMBED_KEY_INVALID'],
    ['no key', { key: undefined }, 'EMBED_KEY_INVALID'],
    ['a base without TLS', { baseUrl: 'http://datalens.yandex.cloud' }, 'EMBED_OPTIONS'],
    ['a name for the list of names', { required: 'tenant' }, 'EMBED_OPTIONS'],
    ['no list of names', { required: undefined }, 'EMBED_OPTIONS'],
    ['a misspelt option', { require: ['tenant'] }, 'EMBED_OPTIONS'],
    ['a name for DataLens alone', { required: ['state'] }, 'EMBED_PARAM_RESERVED'],
    [
      'a name that is to be signed and unsigned',
      { required: ['from'], unsignedParams: { from: '2022' } },
      'EMBED_PARAM_CONFLICT',
    ],
    ['a theme that is none', { display: { theme: 'blue' } }, 'EMBED_OPTIONS'],
    ['an unsigned parameter that is empty', { unsignedParams: { from: [] } }, 'EMBED_PARAM_TYPE'],
  ])('%s', (_, wrong, code) => {
    expect(thrownBy(() => embedder({ ...options, ...wrong } as EmbedderOptions)).code).toBe(code)
  })
})
