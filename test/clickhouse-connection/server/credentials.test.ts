import { describe, expect, test } from 'vitest'
import { encodeData, type Secret } from '../../../src/api/core-objects.ts'
import { readAccount, type FindSecret } from '../../../src/clickhouse-connection/server/credentials.ts'
import { aConnection } from '../../builders/connection-observed.ts'
import { brokenCommands } from '../../builders/printed-commands.ts'

const secret = (data: Readonly<Record<string, string>>): Secret => ({
  metadata: { name: 's' },
  data: encodeData(data),
})
const having =
  (secrets: Readonly<Record<string, ReturnType<FindSecret>>>) =>
  (key: string): ReturnType<FindSecret> =>
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

  test.each<readonly [string, Readonly<Record<string, Secret>>, string]>([
    [
      'no Secret',
      {},
      'create secret generic clickhouse-operator --from-literal=username=lenskeeper --from-file=password=./password.txt',
    ],
    [
      'no password',
      { [credentials]: secret({ username: 'operator' }) },
      'create secret generic clickhouse-operator --from-file=password=./password.txt --dry-run=client -o json | kubectl -n datalens patch secret clickhouse-operator --type=merge --patch-file=/dev/stdin',
    ],
    [
      'no username',
      { [credentials]: secret({ password: 'p' }) },
      'create secret generic clickhouse-operator --from-literal=username=lenskeeper --dry-run=client -o json | kubectl -n datalens patch secret clickhouse-operator --type=merge --patch-file=/dev/stdin',
    ],
    ['no authority', { [credentials]: good }, 'create secret generic ca --from-file=ca.crt=./ca.crt'],
    [
      'no certificate',
      { [credentials]: good, 'datalens/ca': secret({ 'ca.crt': 'pem' }) },
      'create secret generic ca --from-file=ca.crt=./ca.crt --dry-run=client -o json | kubectl -n datalens patch secret ca --type=merge --patch-file=/dev/stdin',
    ],
  ])('ends with the command that helps: %s', (_, secrets, command) => {
    const account = readAccount(aConnection(withTls), having(secrets))
    if (account.kind !== 'missing') throw new Error(account.kind)
    expect(account.problem.message.split(': kubectl -n datalens ').at(-1)).toBe(command)
    expect(brokenCommands(account.problem.message)).toEqual([])
  })

  test.each([
    ['the account', { [credentials]: 'overLimit' }],
    ['the authority', { [credentials]: good, 'datalens/ca': 'overLimit' }],
    ['the reader', { [credentials]: good, 'datalens/default-reader': 'overLimit' }],
  ] as const)('says so when the Secret of %s is one too many', (_, secrets) => {
    const account = readAccount(aConnection(withTls), having(secrets))
    expect(account).toMatchObject({ kind: 'missing', problem: { reason: 'TooManySecrets' } })
  })

  test.each([
    ['latin1', 'pässword'],
    ['utf16le', '\uFEFFpassword'],
  ] as const)('in %s is told apart from a wrong one', (encoding, password) => {
    const data = {
      ...secret({ username: 'operator' }).data,
      password: Buffer.from(password, encoding).toString('base64'),
    }
    const account = readAccount(aConnection(), having({ [credentials]: { metadata: { name: 's' }, data } }))
    if (account.kind !== 'missing') throw new Error(account.kind)
    expect(account.problem.message).toContain('is not UTF-8 text')
  })

  test('a name that HTTP cannot carry is refused', () => {
    const account = readAccount(
      aConnection(),
      having({ [credentials]: secret({ username: 'a:b', password: 'p' }) }),
    )
    if (account.kind !== 'missing') throw new Error(account.kind)
    expect(account.problem.message).toContain('has a colon')
  })

  test('is unknown until its Secrets were read', () => {
    expect(readAccount(aConnection(), having({ [credentials]: 'unknown' })).kind).toBe('unknown')
    expect(
      readAccount(aConnection(withTls), having({ [credentials]: good, 'datalens/ca': 'unknown' })).kind,
    ).toBe('unknown')
  })
})
