import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { scrub, scrubObject, scrubText } from '../../../src/cli/report/scrub.ts'
import { builtEmbed, newSigningKey } from '../../builders/embed.ts'
import { builtPartnerKey } from '../../builders/partner-key.ts'
import { vectorKey } from '../../vectors/token-vectors.ts'

const jwt = 'eyJhbGciOiJQUzI1NiJ9.eyJlbWJlZElkIjoiYSJ9.c2lnbmF0dXJl'
const pkcs8 = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})

test.each<[string, string, string]>([
  ['a private key', `before ${newSigningKey()} after`, 'before [redacted]'],
  ['one of another form', pkcs8.toString(), '[redacted]'],
  ['one whose newlines are written out', JSON.stringify(newSigningKey()), '"[redacted]'],
  ['one that was cut off', newSigningKey().slice(0, 400), '[redacted]'],
  ['a link', `https://datalens.example/embeds/chart#dl_embed_token=${jwt}`, 'dl_embed_token=[redacted]'],
  ['a JWT', `the token ${jwt} is refused`, 'the token [redacted] is refused'],
  ['an access token', `1:2:${'aB3+/'.repeat(20)}== came`, '[redacted]'],
  ['an access token of letters alone', `1:2:${'abcd'.repeat(8)}`, '[redacted]'],
  ['a password in an address', 'http://me:short@ch1:8123/?x=1', 'http://[redacted]@ch1:8123/?x=[redacted]'],
  ['one in a parameter', '/?user=a&password=short&x=1', 'password=[redacted]&x=[redacted]'],
  ['one as JSON', '{"password":"short"}', '{"password":"[redacted]"}'],
  [
    'one in a statement',
    "IDENTIFIED WITH sha256_hash BY 'abc' SALT 'def'",
    "BY '[redacted]' SALT '[redacted]'",
  ],
  [
    'what a link shows to whom',
    `https://datalens.example/embeds/chart?customer=ACME&user=bob#dl_embed_token=${jwt}`,
    'https://datalens.example/embeds/chart?customer=[redacted]&user=[redacted]#dl_embed_token=[redacted]',
  ],
  [
    'the same as JSON and HTML have it',
    String.raw`/embeds/chart?customer=ACME\u0026user=b\u00f6b&amp;team=a%20b c`,
    String.raw`chart?customer=[redacted]\u0026user=[redacted]&amp;team=[redacted] c`,
  ],
  ['a header', 'Authorization: Bearer abc.def', '[redacted]'],
  ['a random password', 'it is Zk4x9PqTz0LmWvB7cJdR2sYh', 'it is [redacted]'],
])('%s is taken out', (_name, text, expected) => {
  expect(scrubText(text)).toContain(expected)
})

test.each([
  'lenskeeper_connection_certificate_expiry_timestamp_seconds{connection="datalens/default"} 1.79e+09',
  'tenants/client-1234383: DatabaseNameNotAllowed: The PartnerKey does not let this namespace use it.',
  'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
  '7d444840-9dc0-11d1-b245-5ffdce74fad2',
  'GRANT SELECT ON `client_1`.* TO `datalens`',
  'clickhouse-0.clickhouse-headless.data.svc.cluster.local:8443',
  '2026-03-01T10:00:00.000Z',
  'GET /apis/lenskeeper.dev/v1alpha1/connectortenants?limit=500&resourceVersion=12',
])('%s stays', text => {
  expect(scrubText(text)).toBe(text)
})

test('it takes no longer for a long text', () => {
  const long = [
    '-----BEGIN A'.repeat(20_000),
    'eyJ.'.repeat(50_000),
    '//a'.repeat(50_000),
    'aB1'.repeat(70_000),
  ]
  for (const text of long) expect(typeof scrubText(text)).toBe('string')
})

test('of an object, what people wrote beside the spec is left out, and what is signed or put onto Secrets has names only', () => {
  const embed = builtEmbed({
    metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'anything' } },
    spec: {
      params: [{ name: 'customer', values: ['north'] }],
      unsignedParams: [{ name: 'team', value: 'south' }],
      embedId: 'a1b2c3d4e5f6g7h8i9j0k1l2',
      secret: { labels: { 'acme.example/team': 'hidden' }, annotations: { 'acme.example/note': 'hidden' } },
    },
  })
  const text = JSON.stringify(scrubObject(embed))
  for (const hidden of ['anything', 'north', 'south', 'hidden']) expect(text).not.toContain(hidden)
  for (const shown of [
    'customer',
    'team',
    'acme.example/team',
    'last-applied-configuration',
    embed.spec.embedId,
  ])
    expect(text).toContain(shown)
})

test('a field that is named after a secret holds none, and ids stay in theirs', () => {
  const uid = '3f786850e387550fdab836ed7e6dc881'
  expect(scrub({ readerPassword: 'x', token: ['y'], secret: { name: 'z' }, uid, note: uid })).toEqual({
    readerPassword: '[redacted]',
    token: '[redacted]',
    secret: { name: 'z' },
    uid,
    note: '[redacted]',
  })
})

test('public keys stay, as they are what one compares', () => {
  const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString()
  expect(scrub({ publicKey })).toEqual({ publicKey })
  const inLog = JSON.stringify({ publicKey })
  expect(scrubText(inLog)).toBe(inLog)
  expect(JSON.stringify(scrubObject(builtPartnerKey()))).toContain('"kind"')
})

test('what is framed as a public key and is another one does not stay', () => {
  const lines = pkcs8.toString().split('\n').slice(1, -2)
  const framed = (body: readonly string[]): string =>
    ['-----BEGIN PUBLIC KEY-----', ...body, '-----END PUBLIC KEY-----'].join('\n')
  const real = vectorKey('dataLensKeys', 1).publicPem.split('\n').slice(1, -2)
  for (const body of [lines, [...real, ...lines], [...lines, ...real]]) {
    const text = JSON.stringify(scrub({ publicKey: framed(body) }))
    for (const line of lines) expect(text).not.toContain(line)
  }
})

test('what people name things by is looked at, too', () => {
  const embed = builtEmbed({
    metadata: {
      annotations: { 'acme.example/Zk4x9PqTz0LmWvB7cJdR2sYh': '' },
      finalizers: [`x/${jwt.slice(0, 40)}`],
    },
  })
  const text = JSON.stringify(scrubObject(embed))
  for (const hidden of ['Zk4x9PqTz0LmWvB7cJdR2sYh', jwt.slice(0, 40)]) expect(text).not.toContain(hidden)
})
