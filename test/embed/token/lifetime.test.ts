import { expect, test } from 'vitest'
import { defaultRefreshBefore, parseLifetime, validityFrom } from '../../../src/embed/token/lifetime.ts'
import { thrownBy } from '../thrown.ts'

test.each([
  ['5m', 300],
  ['300s', 300],
  ['1h', 3600],
  ['1h30m', 5400],
  ['10h', 36_000],
  ['9h59m60s', 36_000],
])('%s is %i seconds', (text, seconds) => {
  expect(parseLifetime(text)).toBe(seconds)
})

test.each(['4m59s', '10h1s', '2w', '14d', '', '5', '1.5h', '-5m', 'm', '5m ', '1h 30m', '1000000000s'])(
  '%j is refused',
  text => {
    expect(thrownBy(() => parseLifetime(text)).code).toBe('EMBED_LIFETIME')
  },
)

test.each<unknown>([undefined, null, 600, {}])('%j, from a program without types, too', given => {
  expect(thrownBy(() => parseLifetime(given as string)).code).toBe('EMBED_LIFETIME')
})

test('a token lives exactly its lifetime, from half a minute ago', () => {
  expect(validityFrom(1_790_000_000_999, 36_000)).toEqual({ iat: 1_789_999_970, exp: 1_790_035_970 })
})

test('it is replaced a quarter of its lifetime before its end', () => {
  expect(defaultRefreshBefore(3600)).toBe(900)
})
