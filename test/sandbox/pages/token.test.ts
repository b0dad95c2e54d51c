import { expect, test } from 'vitest'
import { isExpired, sameSignedParams, signedFor } from '../../../src/sandbox/pages/embed/token.ts'

const token = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`

test('a token has expired once its exp is there; one that cannot be read has not', () => {
  expect(isExpired(token({ exp: 100 }), 100_000)).toBe(true)
  expect(isExpired(token({ exp: 100 }), 99_999)).toBe(false)
  for (const broken of ['', 'a', 'a.%.c', 'a.bnVsbA.c', token({ exp: 'soon' })])
    expect(isExpired(broken, 1e15)).toBe(false)
})

test('a token says for which platform it is, or nothing', () => {
  const mark = 'YC_DATALENS_EMBEDDING_SERVICE_MARK'
  expect(signedFor(token({ dlEmbedService: mark }))).toBe('Yandex')
  expect(signedFor(token({ dlEmbedService: 'doublecloud' }))).toBe('DoubleCloud')
  for (const broken of ['', 'a.%.c', token({}), token({ dlEmbedService: ['doublecloud'] })])
    expect(signedFor(broken)).toBeUndefined()
})

test.each([
  ['the same in another order', { a: 'x', b: ['y'] }, { b: ['y'], a: 'x' }, true],
  ['another value', { a: 'x' }, { a: 'y' }, false],
  ['one more', { a: 'x' }, { a: 'x', b: 'y' }, false],
  ['none, and none', undefined, undefined, true],
  ['none, and an empty object', undefined, {}, true],
  ['letters of any language', { a: 'Пётр' }, { a: 'Павел' }, false],
])('signed parameters: %s', (_name, one, other, same) => {
  expect(sameSignedParams(token({ exp: 1, params: one }), token({ exp: 2, params: other }))).toBe(same)
})
