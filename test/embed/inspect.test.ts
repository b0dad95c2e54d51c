import { describe, expect, test } from 'vitest'
import { inspect } from '../../src/embed/inspect.ts'
import { embedVectors } from '../vectors/embed-vectors.ts'

const { publicPem } = embedVectors.key
const [plain] = embedVectors.valid
const token = plain?.token ?? ''
const now = (plain?.at ?? 0) * 1000

describe('vectors', () => {
  test.each(embedVectors.valid)('$name: good', ({ token, at, claims }) => {
    const found = inspect(token, { publicKey: publicPem, now: at * 1000 })
    expect(found.fault).toBeUndefined()
    expect(found.checks.map(({ verdict }) => verdict)).not.toContain('not checked')
    expect(found).toMatchObject({ embedId: claims['embedId'], iat: claims['iat'], exp: claims['exp'] })
    expect(found.params).toEqual(claims['params'] ?? {})
  })

  test.each(embedVectors.invalid)('$name: $error', ({ token, at, error }) => {
    expect(inspect(token, { publicKey: publicPem, now: at * 1000 }).fault).toBe(error)
  })
})

test('without a public key, the signature is not judged', () => {
  const found = inspect(token, { now })
  expect(found.fault).toBeUndefined()
  expect(found.checks.find(({ fault }) => fault === 'bad-signature')?.verdict).toBe('not checked')
})

test.each([
  ['Yandex', `https://datalens.yandex.cloud/embeds/chart?from=2022&_theme=dark#dl_embed_token=${token}`],
  ['DoubleCloud', `https://app.double.cloud/embeds/chart?__dl_embed_token=${token}&from=2022&_theme=dark`],
])('an address of %s is taken apart', (_, url) => {
  const found = inspect(url, { publicKey: publicPem, now })
  expect(found.fault).toBeUndefined()
  expect(found.address).toEqual({
    origin: new URL(url).origin,
    path: '/embeds/chart',
    query: [
      ['from', '2022'],
      ['_theme', 'dark'],
    ],
  })
})

test('an address without a token is malformed', () => {
  expect(inspect('https://datalens.yandex.cloud/embeds/chart').fault).toBe('malformed')
})

test('white space around it does no harm', () => {
  expect(inspect(`\n ${token}\n`, { publicKey: publicPem, now }).fault).toBeUndefined()
})

test('a token of over 30 KB is refused for that', () => {
  expect(inspect('x'.repeat(30_721)).fault).toBe('too-large')
})

test('it ends exactly at exp', () => {
  const exp = 1_790_003_600
  expect(inspect(token, { now: exp * 1000 - 1 }).fault).toBeUndefined()
  expect(inspect(token, { now: exp * 1000 }).fault).toBe('expired')
})

test('one that begins later is said to come of a clock that is wrong; whether DataLens minds is not known', () => {
  const iat = 1_790_000_000
  const saysAt = (ms: number) => inspect(token, { now: ms }).checks.find(({ fault }) => fault === 'expired')
  expect(saysAt(iat * 1000)?.says).toBe('It is good for another 1h.')
  expect(saysAt((iat - 90) * 1000)).toEqual({
    fault: 'expired',
    verdict: 'passed',
    says: 'It begins in 1m 30s: the clock here or where it was signed is wrong.',
  })
})

test('nothing shows the token or its signature', () => {
  const shown = JSON.stringify(inspect(token, { publicKey: publicPem, now }))
  for (const part of token.split('.')) expect(shown).not.toContain(part)
})

test('a key that is none is an error', () => {
  expect(() => inspect(token, { publicKey: embedVectors.key.privatePem })).toThrow(/public key/)
})

test('text of the token’s author is not repeated as the algorithm', () => {
  const header = Buffer.from('{"alg":"\\u001b[31mPS256 is fine"}').toString('base64url')
  const found = inspect(`${header}.${token.split('.')[1]}.AA`)
  expect(found.checks.map(({ says }) => says).join(' ')).not.toContain('fine')
})
