import type { Accepted, Refused } from './cases.ts'

const ofAnObject = 'must be the name of an object alone'
const ofAUser = 'must be a letter or _, then letters, digits, _, ., @ and -'
const form = 'must be https:// (or http://), a host and a port'
const range = (from: string, to: string) => `must be from ${from} to ${to}`

export const acceptedConnections: readonly Accepted[] = [
  ['the smallest one', {}],
  [
    'three endpoints',
    { endpoints: ['https://ch1.data:8443', 'https://ch2.data:8443', 'https://ch3.data:8443'] },
  ],
  ['an endpoint without a port', { endpoints: ['https://ch1.data'] }],
  ['an endpoint with a slash at its end', { endpoints: ['https://ch1.data:8443/'] }],
  ['an IPv6 endpoint', { endpoints: ['https://[2001:db8::1]:8443'] }],
  ['the highest port', { endpoints: ['https://ch1.data:65535'] }],
  ['http on request', { endpoints: ['http://ch1.data:8123'], allowHTTP: true }],
  [
    'http on the own machine',
    { endpoints: ['http://127.0.0.1:8123', 'http://localhost:8124', 'http://[::1]:8123'] },
  ],
  [
    'all of it',
    {
      endpoints: ['https://ch1.data:8443', 'https://ch2.data:8443'],
      tls: { caSecretRef: { name: 'ca', key: 'ca.crt' } },
      reader: {
        user: 'datalens',
        management: 'External',
        grants: 'External',
        passwordSecretRef: { name: 'datalens-reader' },
      },
      handover: { hosts: ['ch1.acme.example', 'ch2.acme.example'], port: 8443 },
      syncInterval: '1m30s',
      sweep: { grace: '0s', limit: 0 },
      dropAfter: '8760h',
      inheritFrom: ['0b3f4a52-7a0c-4a0c-9d1e-8f3c9f3d0a11'],
      suspend: true,
    },
  ],
  ['the shortest sync interval', { syncInterval: '10s' }],
  ['the longest sync interval', { syncInterval: '24h' }],
]

export const refusedConnections: readonly Refused[] = [
  ['no endpoints', { endpoints: undefined }, 'spec.endpoints: Required value'],
  ['an empty list of endpoints', { endpoints: [] }, 'should have at least 1 items'],
  [
    '17 endpoints',
    { endpoints: Array.from({ length: 17 }, (_, i) => `https://ch${i}:8443`) },
    'must have at most 16 items',
  ],
  ['http without request', { endpoints: ['http://ch1.data:8123'] }, 'set allowHTTP: true'],
  [
    'http without request among others',
    { endpoints: ['https://a:8443', 'http://b:8123'] },
    'set allowHTTP: true',
  ],
  [
    'http to a name that only begins like the own machine',
    { endpoints: ['http://127.0.0.1.evil.example:8123'] },
    'set allowHTTP: true',
  ],
  [
    'http to a name that begins with localhost',
    { endpoints: ['http://localhost.evil.example:8123'] },
    'set allowHTTP: true',
  ],
  [
    'a password in an endpoint',
    { endpoints: ['https://user:hunter2@ch1.data:8443'] },
    'must not hold a user or a password',
  ],
  [
    'a user in an endpoint',
    { endpoints: ['https://user@ch1.data:8443'] },
    'must not hold a user or a password',
  ],
  ['another scheme', { endpoints: ['clickhouse://ch1.data:9440'] }, form],
  ['no scheme', { endpoints: ['ch1.data:8443'] }, form],
  ['a scheme in capitals', { endpoints: ['HTTP://ch1.data:8123'] }, form],
  ['a path', { endpoints: ['https://ch1.data:8443/db'] }, form],
  ['a query', { endpoints: ['https://ch1.data:8443/?user=x'] }, form],
  ['a fragment', { endpoints: ['https://ch1.data:8443#x'] }, form],
  ['port 0', { endpoints: ['https://ch1.data:0'] }, form],
  ['port 65536', { endpoints: ['https://ch1.data:65536'] }, form],
  ['a space', { endpoints: ['https://ch1 data:8443'] }, form],
  ['a second line', { endpoints: ['https://ch1.data:8443\nhttps://b'] }, form],
  ['one endpoint twice', { endpoints: ['https://a:8443', 'https://a:8443'] }, 'Duplicate value'],
  [
    'one endpoint twice, with a slash',
    { endpoints: ['https://a:8443', 'https://a:8443/'] },
    'names the same replica twice',
  ],
  [
    'one endpoint twice, in capitals',
    { endpoints: ['https://a:8443', 'https://A:8443'] },
    'names the same replica twice',
  ],
  ['no credentials', { credentialsSecretRef: undefined }, 'spec.credentialsSecretRef: Required value'],
  [
    'credentials without a name',
    { credentialsSecretRef: {} },
    'spec.credentialsSecretRef.name: Required value',
  ],
  ['credentials in another namespace', { credentialsSecretRef: { name: '../other/secret' } }, ofAnObject],
  ['a reader’s Secret in capitals', { reader: { passwordSecretRef: { name: 'Reader' } } }, ofAnObject],
  ['an authority in another namespace', { tls: { caSecretRef: { name: 'a/b' } } }, ofAnObject],
  [
    'an authority under a path',
    { tls: { caSecretRef: { name: 'a', key: 'pki/ca.crt' } } },
    'must be a key in the Secret’s data',
  ],
  ['an unknown management', { reader: { management: 'managed' } }, 'supported values: "Managed", "External"'],
  ['an unknown way to grant', { reader: { grants: 'None' } }, 'supported values: "Managed", "External"'],
  ['a reader with a quote', { reader: { user: "data'lens" } }, ofAUser],
  ['a reader with a colon, which basic auth cannot carry', { reader: { user: 'data:lens' } }, ofAUser],
  [
    'a hand-over host with a scheme',
    { handover: { hosts: ['https://a.example'] } },
    'must be a host name or an address alone',
  ],
  ['a hand-over port of 0', { handover: { port: 0 } }, 'should be greater than or equal to 1'],
  ['a hand-over port of 65536', { handover: { port: 65_536 } }, 'should be less than or equal to 65535'],
  ['a sync interval of 9 s', { syncInterval: '9s' }, range('10s', '24h')],
  ['a sync interval of 25 h', { syncInterval: '25h' }, range('10s', '24h')],
  ['a sync interval just over 24 h', { syncInterval: '24h1ms' }, range('10s', '24h')],
  ['a sync interval without a unit', { syncInterval: '60' }, 'must be a duration in h, m and s'],
  ['a negative sync interval', { syncInterval: '-1m' }, 'must be a duration in h, m and s'],
  ['a grace in words', { sweep: { grace: 'ten minutes' } }, 'must be a duration in h, m and s'],
  ['days before tables go', { dropAfter: '7d' }, 'must be a duration in h, m and s'],
  ['a sync interval as a number', { syncInterval: 60 }, 'must be of type string'],
  ['a grace of eight days', { sweep: { grace: '192h' } }, range('0s', '168h')],
  ['a negative sweep limit', { sweep: { limit: -1 } }, 'should be greater than or equal to 0'],
  ['more than a year before tables go', { dropAfter: '8761h' }, range('0s', '8760h')],
  ['a duration beyond any range', { dropAfter: '999999999999999h' }, 'spec.dropAfter'],
  [
    'an installation id that could not stand in a mark',
    { inheritFrom: ['a b'] },
    'must be an installation’s id',
  ],
]
