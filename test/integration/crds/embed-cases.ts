import { reservedParams } from '../../../src/embed/parameters.ts'
import type { Accepted, Change, Refused } from './cases.ts'
import { refusedMetadata } from './metadata-cases.ts'

const param = { name: 'region', value: 'north' }

const idSays = 'must be the embed’s id alone, 8 to 32 small letters and digits such as pgx4ekt5dj3u1'
const durationSays = 'must be a duration in h, m and s, such as 30m or 1h30m'

export const acceptedEmbeds: readonly Accepted[] = [
  ['the smallest one', {}],
  ['a dashboard', { kind: 'Dashboard' }],
  ['a chart of DoubleCloud', { platform: 'DoubleCloud' }],
  [
    'all of it',
    {
      params: [
        { name: 'region', values: ['north', 'south'] },
        { name: 'username', value: 'lobby' },
      ],
      unsignedParams: [{ name: 'from', value: '2022-01-01' }],
      display: { theme: 'dark', lang: 'en', controls: false },
      lifetime: '1h',
      refreshBefore: '15m',
      secret: { name: 'lobby-chart', labels: { team: 'lobby' }, annotations: { 'acme.example/a': 'b' } },
      baseUrl: 'https://bi.acme.example:8443',
      suspend: true,
    },
  ],
  ['the shortest lifetime', { lifetime: '5m', refreshBefore: '2m30s' }],
  ['the longest lifetime', { lifetime: '10h', refreshBefore: '5h' }],
  ['numbers on DoubleCloud', { platform: 'DoubleCloud', params: [{ name: 'year', values: [2024, 2025] }] }],
  ['a number in the address', { unsignedParams: [{ name: 'year', value: 2024 }] }],
  ['this machine without TLS', { baseUrl: 'http://localhost:3000' }],
  ['this machine by its number', { baseUrl: 'http://127.0.0.1:3000/' }],
]

const base = 'must be https:// and a host'

export const refusedEmbeds: readonly Refused[] = [
  ['no platform', { platform: undefined }, 'spec.platform: Required value'],
  ['another platform', { platform: 'Tableau' }, 'supported values: "Yandex", "DoubleCloud"'],
  ['another kind', { kind: 'Report' }, 'supported values: "Chart", "Dashboard"'],
  [
    'a dashboard on DoubleCloud',
    { platform: 'DoubleCloud', kind: 'Dashboard' },
    'DoubleCloud embeds charts alone',
  ],
  ['no embed id', { embedId: undefined }, 'spec.embedId: Required value'],
  ['an embed id that is none', { embedId: 'Sales 2024' }, idSays],
  [
    'an address for an embed id',
    { embedId: 'https://datalens.yandex.cloud/embeds/chart/pgx4ekt5dj3u1?a=b' },
    idSays,
  ],
  ['no signing key', { signingKeySecretRef: undefined }, 'spec.signingKeySecretRef: Required value'],
  [
    'a key of another namespace',
    { signingKeySecretRef: { name: '../other/key' } },
    'must be the name of an object alone',
  ],
  [
    'a key under a path',
    { signingKeySecretRef: { name: 'a', key: 'a/b' } },
    'must be a key in the Secret’s data',
  ],
  ['a Secret’s name in capitals', { secret: { name: 'Link' } }, 'must be the name of an object alone'],
  ['a label value with a space', { secret: { labels: { app: 'a b' } } }, 'must be a label’s value'],
  ['a lifetime below 5m', { lifetime: '4m59s' }, 'must be from 5m to 10h'],
  ['a lifetime over 10h', { lifetime: '10h1s' }, 'must be from 5m to 10h'],
  ...['2w', '1 hour', '60', '1', '-5m', '1.5h', '1H', 'forever, please'].map(
    (lifetime): Refused => [`the lifetime ${lifetime}`, { lifetime }, `${durationSays}, from 5m to 10h`],
  ),
  ['a refreshBefore without a unit', { refreshBefore: '90' }, `${durationSays}, from 2m to 5h`],
  ['a refreshBefore below 2m', { refreshBefore: '119s' }, 'must be from 2m to 5h'],
  [
    'a refreshBefore over half of the lifetime',
    { lifetime: '1h', refreshBefore: '30m1s' },
    'may be at most half of lifetime',
  ],
  ['a refreshBefore over half of the default', { refreshBefore: '31m' }, 'may be at most half of lifetime'],
  ['an empty value', { params: [{ name: 'region', value: '' }] }, 'has an empty value'],
  ['an empty list of values', { params: [{ name: 'region', values: [] }] }, 'should have at least 1 items'],
  ['an empty value in a list', { params: [{ name: 'region', values: ['north', ''] }] }, 'has an empty value'],
  ['neither value nor values', { params: [{ name: 'region' }] }, 'needs either value or values'],
  ['value and values', { params: [{ ...param, values: ['a'] }] }, 'needs either value or values'],
  ['a value that is null', { params: [{ name: 'region', value: null }] }, 'needs either value or values'],
  ['a value that is true', { params: [{ name: 'region', value: true }] }, 'spec.params[0].value'],
  ['a name twice', { params: [param, param] }, 'Duplicate value'],
  ['an empty name', { params: [{ name: '', value: 'a' }] }, 'spec.params[0].name'],
  [
    'a name that is signed and unsigned',
    { params: [param], unsignedParams: [param] },
    'has a name of params, too',
  ],
  ...reservedParams.flatMap((name): readonly Refused[] => [
    [`the signed parameter ${name}`, { params: [{ name, value: 'a' }] }, 'DataLens’s page reads itself'],
    [
      `the unsigned parameter ${name}`,
      { unsignedParams: [{ name, value: 'a' }] },
      'DataLens’s page reads itself',
    ],
  ]),
  ['an empty unsigned value', { unsignedParams: [{ name: 'from', value: '' }] }, 'has an empty value'],
  [
    'neither value nor values, unsigned',
    { unsignedParams: [{ name: 'from' }] },
    'needs either value or values',
  ],
  ['a number on Yandex', { params: [{ name: 'year', value: 2024 }] }, 'put it in quotes'],
  [
    'a number in a list on Yandex',
    { params: [{ name: 'year', values: ['2023', 2024] }] },
    'put it in quotes',
  ],
  [
    'a fraction',
    { platform: 'DoubleCloud', params: [{ name: 'share', value: 0.5 }] },
    'spec.params[0].value',
  ],
  ['a theme that is none', { display: { theme: 'blue' } }, 'supported values: "light", "dark"'],
  ['a base without TLS', { baseUrl: 'http://datalens.yandex.cloud' }, base],
  ['a base that only begins like this machine', { baseUrl: 'http://localhost.evil.example' }, base],
  ['a base with a path', { baseUrl: 'https://datalens.yandex.cloud/x' }, base],
  ['a base with a query', { baseUrl: 'https://datalens.yandex.cloud?x' }, base],
  ['a base with a fragment', { baseUrl: 'https://datalens.yandex.cloud#x' }, base],
  [
    'a base with a user',
    { baseUrl: 'https://user:hunter2@bi.acme.example' },
    'must not hold a user or a password',
  ],
  ...refusedMetadata,
  ['the signing key’s Secret for the link', { secret: { name: 'embed-key' } }, 'the link needs another one'],
  ['suspend as a text', { suspend: 'true' }, 'must be of type boolean'],
]

export const embedChanges: readonly Change[] = [
  [
    'another embed and key, in one commit',
    {},
    { embedId: 'zzzzzzzzzzzzz', signingKeySecretRef: { name: 'next' } },
    undefined,
  ],
  [
    'a shorter lifetime than twice refreshBefore',
    { lifetime: '2h', refreshBefore: '45m' },
    { lifetime: '1h', refreshBefore: '45m' },
    'at most half',
  ],
]
