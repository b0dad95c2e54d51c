import { describe, expect, test } from 'vitest'
import { encodeData, type Secret } from '../../../src/api/core-objects.ts'
import { readReaderSecret } from '../../../src/clickhouse-connection/reader/secret.ts'
import { readAccount } from '../../../src/clickhouse-connection/server/credentials.ts'
import { privateHosts } from '../../../src/clickhouse-connection/reader/hosts.ts'
import { compareReleases, isSupported } from '../../../src/clickhouse-connection/server/version.ts'
import { aConnection } from '../../builders/connection-observed.ts'

const secret = (data: Readonly<Record<string, string>>): Secret => ({
  metadata: { name: 's' },
  data: encodeData(data),
})
const having =
  (secrets: Readonly<Record<string, Secret | 'unknown'>>) =>
  (key: string): Secret | undefined | 'unknown' =>
    secrets[key]
const credentials = 'datalens/clickhouse-operator'
const good = secret({ username: 'operator', password: 'pass' })
const withTls = { tls: { caSecretRef: { name: 'ca', key: 'ca.crt' } } }

describe('the operator’s account', () => {
  test('is read, without the newline at the end of files', () => {
    const account = readAccount(
      aConnection(),
      having({ [credentials]: secret({ username: 'operator\n', password: 'pass\n' }) }),
    )
    if (account.kind !== 'ok') throw new Error(account.kind)
    expect(account.username).toBe('operator')
    expect(account.password.reveal()).toBe('pass')
  })

  test.each<readonly [string, Readonly<Record<string, Secret | 'unknown'>>, string]>([
    ['no Secret', {}, 'CredentialsMissing'],
    ['no username', { [credentials]: secret({ password: 'p' }) }, 'CredentialsMissing'],
    ['an empty username', { [credentials]: secret({ username: '', password: 'p' }) }, 'CredentialsMissing'],
    ['no password', { [credentials]: secret({ username: 'operator' }) }, 'CredentialsMissing'],
    ['no authority', { [credentials]: good }, 'CertificateAuthorityMissing'],
    [
      'another key',
      { [credentials]: good, 'datalens/ca': secret({ 'tls.crt': 'x' }) },
      'CertificateAuthorityMissing',
    ],
    [
      'no certificate',
      { [credentials]: good, 'datalens/ca': secret({ 'ca.crt': 'pem' }) },
      'CertificateAuthorityMissing',
    ],
  ])('%s', (_what, secrets, reason) => {
    const account = readAccount(aConnection(withTls), having(secrets))
    if (account.kind !== 'missing') throw new Error(account.kind)
    expect(account.problem.reason).toBe(reason)
    expect(account.problem.message).toMatch(/it is watched/)
  })

  test('is unknown until its Secrets were read', () => {
    expect(readAccount(aConnection(), having({ [credentials]: 'unknown' })).kind).toBe('unknown')
    expect(
      readAccount(aConnection(withTls), having({ [credentials]: good, 'datalens/ca': 'unknown' })).kind,
    ).toBe('unknown')
  })
})

describe('the reader’s Secret', () => {
  const read = (found: Secret | 'unknown' | undefined) =>
    readReaderSecret(aConnection(), key => (key === 'datalens/default-reader' ? found : undefined))

  test('is used as it is, whoever made it', () => {
    const found = read(secret({ username: 'datalens', password: 'p' }))
    expect(found.kind === 'ok' && found.password.reveal()).toBe('p')
    expect(read(secret({ password: 'p' })).kind).toBe('ok')
  })

  test('is of no use without a password, or for another user', () => {
    expect(read(secret({ username: 'datalens' })).kind).toBe('unusable')
    expect(read(secret({ password: '' })).kind).toBe('unusable')
    expect(read(secret({ username: 'other', password: 'p' })).kind).toBe('unusable')
    expect(JSON.stringify(read(secret({ username: 'hunter2', password: 'p' })))).not.toContain('hunter2')
  })

  test('is missing or unknown', () => {
    expect(read(undefined).kind).toBe('missing')
    expect(read('unknown').kind).toBe('unknown')
  })
})

test.each([
  ['ch.example.com', true],
  ['8.8.8.8', true],
  ['172.32.0.1', true],
  ['[2001:db8::1]', true],
  ['clickhouse', false],
  ['ch.data.svc', false],
  ['ch.data.svc.cluster.local', false],
  ['CH.LOCAL.', false],
  ['localhost', false],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  ['169.254.1.1', false],
  ['100.64.0.1', false],
  ['[::1]', false],
  ['[fd00::1]', false],
])('DataLens can reach %s: %s', (host, isPublic) => {
  const { spec } = aConnection({ endpoints: [`https://${host}:8443`] })
  expect(privateHosts(spec)).toHaveLength(isPublic ? 0 : 1)
  expect(privateHosts({ ...spec, handover: { hosts: [host] } })).toEqual(isPublic ? [] : [host])
})

test.each([
  ['25.8.1.1', true],
  ['25.12.1.1', true],
  ['26.1', true],
  ['25.7.99.1', false],
  ['24.12.1.1', false],
  ['', false],
  ['master', false],
])('version %s is supported: %s', (version, expected) => {
  expect(isSupported(version)).toBe(expected)
})

test('versions are compared as numbers', () => {
  expect(['25.12.1', '26.1', '25.8'].sort(compareReleases)).toEqual(['25.8', '25.12.1', '26.1'])
})
