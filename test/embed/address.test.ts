import { describe, expect, test } from 'vitest'
import { addressOf, pageOf, readUnsigned, type Address } from '../../src/embed/address.ts'
import type { Params } from '../../src/embed/parameters.ts'
import { thrownBy } from './thrown.ts'

const chart = { platform: 'Yandex', kind: 'Chart', embedId: 'pgx4ekt5dj3u1' } as const

function address(of: Partial<Address>, unsigned?: Params): string {
  return addressOf(pageOf({ ...chart, ...of }), { token: 'h.p.s', unsigned: readUnsigned(unsigned) })
}

test.each<[string, Partial<Address>, Params | undefined, string]>([
  ['a chart', {}, undefined, 'https://datalens.yandex.cloud/embeds/chart#dl_embed_token=h.p.s'],
  [
    'a dashboard',
    { kind: 'Dashboard' },
    undefined,
    'https://datalens.yandex.cloud/embeds/dash#dl_embed_token=h.p.s',
  ],
  [
    'unsigned parameters stand before the token',
    {},
    { from: '2022-01-01', region: ['north', 'south & east'] },
    'https://datalens.yandex.cloud/embeds/chart?from=2022-01-01&region=north&region=south+%26+east#dl_embed_token=h.p.s',
  ],
  [
    'display',
    { display: { theme: 'dark', lang: 'en', controls: false } },
    { a: 'b' },
    'https://datalens.yandex.cloud/embeds/chart?a=b&_theme=dark&_lang=en&_no_controls=1#dl_embed_token=h.p.s',
  ],
  [
    'controls that are shown say nothing',
    { display: { controls: true } },
    undefined,
    'https://datalens.yandex.cloud/embeds/chart#dl_embed_token=h.p.s',
  ],
  [
    'DoubleCloud has its token in the query',
    { platform: 'DoubleCloud', display: { theme: 'light' } },
    { year: 2024 },
    'https://app.double.cloud/embeds/chart?__dl_embed_token=h.p.s&year=2024&_theme=light',
  ],
  [
    'DoubleCloud, nothing besides',
    { platform: 'DoubleCloud' },
    undefined,
    'https://app.double.cloud/embeds/chart?__dl_embed_token=h.p.s',
  ],
  [
    'another base',
    { baseUrl: 'https://bi.acme.example:8443/' },
    undefined,
    'https://bi.acme.example:8443/embeds/chart#dl_embed_token=h.p.s',
  ],
  [
    'this machine without TLS',
    { baseUrl: 'http://localhost:3000' },
    undefined,
    'http://localhost:3000/embeds/chart#dl_embed_token=h.p.s',
  ],
])('%s', (_, of, unsigned, expected) => {
  expect(address(of, unsigned)).toBe(expected)
})

describe('a base that is none', () => {
  test.each([
    ['http', 'http://datalens.yandex.cloud'],
    ['a host that only begins like this machine', 'http://localhost.evil.example'],
    ['a path', 'https://datalens.yandex.cloud/x'],
    ['a query', 'https://datalens.yandex.cloud?x'],
    ['an empty query', 'https://datalens.yandex.cloud/?'],
    ['a fragment', 'https://datalens.yandex.cloud/#x'],
    ['a user', 'https://user@datalens.yandex.cloud'],
    ['a password', 'https://:secret@datalens.yandex.cloud'],
    ['no scheme', 'datalens.yandex.cloud'],
    ['another scheme', 'javascript://datalens.yandex.cloud'],
    ['nothing', ''],
  ])('%s', (_, baseUrl) => {
    const { code, message } = thrownBy(() => address({ baseUrl }))
    expect(code).toBe('EMBED_OPTIONS')
    expect(message).not.toContain('secret')
  })
})

test('an unsigned parameter with nothing in it', () => {
  expect(thrownBy(() => address({}, { a: '' })).code).toBe('EMBED_PARAM_TYPE')
})
