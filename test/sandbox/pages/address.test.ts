import { expect, test } from 'vitest'
import { readAddress, tellableAddress, withTab } from '../../../src/sandbox/pages/embed/address.ts'

const page = 'http://127.0.0.1:1/embeds/dash'

test.each([
  ['the fragment', '#dl_embed_token=a.b.c', ['a.b.c']],
  ['the query', '?__dl_embed_token=a.b.c', ['a.b.c']],
  ['both, the same', '?__dl_embed_token=a.b.c#dl_embed_token=a.b.c', ['a.b.c']],
  ['both, two of them', '?__dl_embed_token=d.e.f#dl_embed_token=a.b.c', ['a.b.c', 'd.e.f']],
  ['the fragment twice', '#dl_embed_token=a&dl_embed_token=b', ['a', 'b']],
  ['nowhere', '?x=1#y=2', []],
  ['a place without a value', '?__dl_embed_token=#dl_embed_token=', []],
  ['the other place of each name', '?dl_embed_token=a#__dl_embed_token=b', []],
])('tokens in %s', (_name, rest, tokens) => {
  expect(readAddress(`${page}${rest}`).tokens).toEqual(tokens)
})

test.each([
  ['the fragment', '#dl_embed_token=a', 'Yandex'],
  ['the query', '?__dl_embed_token=a', 'DoubleCloud'],
  ['both', '?__dl_embed_token=a#dl_embed_token=a', 'Yandex'],
  ['the query, beside an empty place', '?__dl_embed_token=a#dl_embed_token=', 'DoubleCloud'],
])('a token in %s is where the platform has it', (_name, rest, platform) => {
  expect(readAddress(`${page}${rest}`).platform).toBe(platform)
})

test.each([
  ['one of a name is a text', '?from=2026', { from: '2026' }],
  ['several of a name are a list', '?from=1&to=2&from=3', { from: ['1', '3'], to: '2' }],
  ['what the page reads itself is none', '?_theme=dark&_lang=ru&_no_controls=1&tab=a&__dl_embed_token=t', {}],
  ['an empty one stays', '?from=', { from: '' }],
])('parameters: %s', (_name, query, params) => {
  expect(readAddress(`${page}${query}`).params).toEqual(params)
})

test('a parameter named like a property of every object is a parameter', () => {
  const { params } = readAddress(`${page}?__proto__=a&constructor=b`)
  expect(Object.getOwnPropertyNames(params)).toEqual(['__proto__', 'constructor'])
  expect(JSON.stringify(params)).toBe('{"__proto__":"a","constructor":"b"}')
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
})

test('another tab changes nothing else of the address', () => {
  expect(withTab(`${page}?a=1&tab=x#dl_embed_token=t`, 'y')).toBe(`${page}?a=1&tab=y#dl_embed_token=t`)
})

test.each([`${page}?a=1#dl_embed_token=t`, `${page}?a=1&__dl_embed_token=t`])(
  'what is told of %s has no token',
  address => {
    expect(tellableAddress(address)).toBe(`${page}?a=1`)
  },
)
