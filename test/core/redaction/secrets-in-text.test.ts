import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  clickHouseConnectionReasons,
  connectorTenantReasons,
  partnerKeyReasons,
  secureEmbedReasons,
} from '../../../src/api/reasons.ts'
import { hideSecrets } from '../../../src/core/redaction/secrets-in-text.ts'

const hide = (text: string): string => hideSecrets(text, '#')
const hex40 = '3f786850e387550fdab836ed7e6dc881de23001b'
const fingerprint = 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'

describe('a secret that is named', () => {
  test.each<[string, string]>([
    ['{"password":"hunter2pw","token":"abcdefgh12"}', '{"password":"#","token":"#"}'],
    ['{"password": "two words"}', '{"password": "#"}'],
    [String.raw`{"password":"a\"b\\","user":"x"}`, '{"password":"#","user":"x"}'],
    [
      String.raw`"{\"password\":\"hunter2pw\",\"token\":\"abcdefgh12\"}"`,
      String.raw`"{\"password\":\"#\",\"token\":\"#\"}"`,
    ],
    [String.raw`"{\"password\":\"a\\\"b c\",\"x\":1}"`, String.raw`"{\"password\":\"#\",\"x\":1}"`],
    [String.raw`{\\\"password\\\":\\\"two words\\\"}`, String.raw`{\\\"password\\\":\\\"#\\\"}`],
    ["{'password': 'two words'}", "{'password': '#'}"],
    ['{"passwords":["one","two"],"x":1}', '{"passwords":[#],"x":1}'],
    ['CLICKHOUSE_PASSWORD=x', 'CLICKHOUSE_PASSWORD=#'],
    ['export DB_PASS=x', 'export DB_PASS=#'],
    ['readerPassword: x', 'readerPassword: #'],
    ['a:\n  readerPassword: two words\n  b: c', 'a:\n  readerPassword: #\n  b: c'],
    ['password: |-\n  two words\nb: c', 'password: #\nb: c'],
    ['clickhouse-client --password x --host ch1', 'clickhouse-client --password # --host ch1'],
    ['["--password", "x", "--host"]', '["--password", "#", "--host"]'],
    ['curl -u me:secret http://ch1', 'curl -u # http://ch1'],
    ['the password is x', 'the password is #'],
    ['its password was hunter2, and', 'its password was #, and'],
    ['the token is abcdefgh12.', 'the token is #.'],
    ['X-ClickHouse-Key: x', 'X-ClickHouse-Key: #'],
    ['api_key=x', 'api_key=#'],
    ['"apiKey": "x"', '"apiKey": "#"'],
    ['AWS_SECRET_ACCESS_KEY=x', 'AWS_SECRET_ACCESS_KEY=#'],
    ['"name":"DB_PASSWORD","value":"two words"', '"name":"DB_PASSWORD","value":"#"'],
    ['- name: DB_PASSWORD\n  value: x', '- name: DB_PASSWORD\n  value: #'],
    ['password%3Dhunter2', 'password%3D#'],
    ['<password>x</password>', '<password>#</password>'],
    ['password=a&b user=c', 'password=# user=c'],
    ['password=a"b,c;d', 'password=#'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer #'],
    ['{"key": "hunter22"}', '{"key": "#"}'],
    [
      '      DB_PASSWORD:                 x\n      DB_USER:  me',
      '      DB_PASSWORD:                 #\n      DB_USER:  me',
    ],
    ['Env:[]EnvVar{EnvVar{Name:DB_PASSWORD,Value:x,},}', 'Env:[]EnvVar{EnvVar{Name:DB_PASSWORD,Value:#,},}'],
    ['map[password:x user:me]', 'map[password:# user:me]'],
    ['password: |\n  one\n  two\nb: c', 'password: #\nb: c'],
    ['password%253Dhunter2', 'password%253D#'],
    ['{&quot;password&quot;:&quot;x&quot;}', '{&quot;password&quot;:#;}'],
  ])('is taken out of %s', (text, expected) => {
    expect(hide(text)).toBe(expected)
  })
})

describe('a secret by its look', () => {
  test.each<[string, string]>([
    ['http://me:p/w0rd@ch1:8123/?a=b', 'http://#@ch1:8123/?a=b'],
    ['http://me:p@ss@ch1', 'http://#@ch1'],
    ['http://me:a?b#c@ch1', 'http://#@ch1'],
    ['see http://a/,http://me:p/w@b', 'see http://#@b'],
    [String.raw`IDENTIFIED BY 'ab\'cd-rest' HOST ANY`, "IDENTIFIED BY '#' HOST ANY"],
    ["IDENTIFIED BY 'ab''cd-rest' HOST ANY", "IDENTIFIED BY '#' HOST ANY"],
    [String.raw`"BY 'ab\\'cd-rest' HOST"`, `"BY '#' HOST"`],
    ["BY 'cut off", "BY '#"],
    [`1%3A2%3A${'aB3%2F%2B'.repeat(8)}%3D%3D&x`, '#&x'],
    [`1%253A2%253A${'abcd'.repeat(8)}`, '#'],
    [String.raw`\n1:2:${'abcd'.repeat(8)}:${'efgh'.repeat(8)}`, String.raw`\n#`],
    [`${fingerprint}glued`, 'SHA256:#'],
    [`${fingerprint}Zk4x9PqTz0LmWvB7cJdR2sYh`, 'SHA256:#'],
    ['it is k3j4h5g6f7d8s9a0q1w2e3', 'it is #'],
    ['join 9kq2zx.h7w3m9pqv5t8x2rz', 'join 9kq2zx.#'],
    ['HTTPS_PROXY=me:short@proxy:3128', 'HTTPS_PROXY=#@proxy:3128'],
    ['HTTPS_PROXY=me:ab/cd@proxy:3128', 'HTTPS_PROXY=#@proxy:3128'],
    [String.raw`HTTPS_PROXY=me:ab\cd@proxy:3128`, 'HTTPS_PROXY=#@proxy:3128'],
    ['HTTPS_PROXY=me:p@ss@proxy:3128', 'HTTPS_PROXY=#@proxy:3128'],
    ['via me:short@[2001:db8::1]:3128', 'via #@[2001:db8::1]:3128'],
    [String.raw`"http:\/\/me:short@proxy"`, String.raw`"http:\/\/#@proxy"`],
    ['next=http%3A%2F%2Fme%3Ashort%40proxy%3A3128%2F', 'next=http%3A%2F%2F#%40proxy%3A3128%2F'],
    ['http%253A%252F%252Fme%253Ashort%2540proxy', 'http%253A%252F%252F#%2540proxy'],
    ['data: aHVudGVyMmh1bnRlcjI=', 'data: #'],
    [`${hex40}${hex40} is it`, '# is it'],
    [String.raw`\n${hex40}`, String.raw`\n#`],
    [`digest: ${hex40}${hex40}`, 'digest: #'],
  ])('is taken out of %s', (text, expected) => {
    expect(hide(text)).toBe(expected)
  })

  test.each([8, 12, 16, 20, 24, 32, 48, 64])('%i bytes in hexadecimal are taken out', bytes => {
    // Digits alone would be a number.
    const secret = `a1${randomBytes(bytes - 1).toString('hex')}`
    expect(hide(`it is ${secret}, or ${secret.toUpperCase()}`)).toBe('it is #, or #')
  })
})

describe('what helps stays', () => {
  test.each([
    'The user name or the password is wrong.',
    'the token is refused, and the secret was deleted',
    'log in first: your password has expired',
    '{"controller":"tenants","key":"tenants/one","partnerKey":"datalens/acme"}',
    'the public key: as DataLens has it',
    '"uid":"7d444840-9dc0-11d1-b245-5ffdce74fad2"',
    `"revision":"main@sha1:${hex40}"`,
    `git commit ${hex40}`,
    `ghcr.io/acme/lenskeeper@sha256:${hex40}${hex40.slice(0, 24)}`,
    'oci://ghcr.io/acme/charts/lenskeeper@sha256:1',
    'image registry.example:5000/team/lenskeeper:0.1.0@sha256:1',
    'git@git.example:acme/tenants.git, mail to me@acme.example',
    'GET /apis%2Flenskeeper%2Fv1?fieldSelectorOfThis=NotOlderThan&resourceVersionMatch=',
    '"resourceVersion":"1234567890123456789"',
    `lenskeeper-7c9d5b6f8d-x2x9z says ${fingerprint}.`,
    '2026-03-01T10:00:00.000Z 2026-03-01T10:00:00+03:00 [2001:470:1f0b:1234:5678:9abc:def0]:8443',
  ])('%s', text => {
    expect(hide(text)).toBe(text)
  })

  test('our own reasons', () => {
    const kinds = [clickHouseConnectionReasons, connectorTenantReasons, partnerKeyReasons, secureEmbedReasons]
    const texts = kinds.flatMap(reasons => Object.values(reasons))
    expect(texts.length).toBeGreaterThan(20)
    for (const text of texts) expect(hide(text)).toBe(text)
  })
})

test('a long text takes no longer', () => {
  const pieces = [
    'password',
    'password:"',
    'password=\\"',
    'password: |\n',
    'password is ',
    '--password ',
    "BY '",
    "'\\",
    '//a',
    '//a:b@',
    'key: [',
    'key={',
    'name value ',
    '1:2:',
    'a1',
    'eyJ.',
    '-----BEGIN A',
    '%3A',
    '--',
    '\\',
    `${'aB3'.repeat(16)}\n`,
    `${'aB3'.repeat(16)}\n:`,
    '%2F%2F',
    '%2F%2Fa%40',
    '%2525',
    '\\/',
    '\\u002',
    'a:b@',
    'a:',
    '-----BEGIN PUBLIC KEY-----',
    `-----BEGIN PUBLIC KEY-----${'a'.repeat(9000)}`,
    'password: |\n  a\n',
    'password:  ',
    'aBCdEF',
  ]
  for (const piece of pieces) expect(typeof hide(piece.repeat(200_000 / piece.length))).toBe('string')
})
