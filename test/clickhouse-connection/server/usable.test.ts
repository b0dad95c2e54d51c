import { expect, test } from 'vitest'
import type { ClickHouseErrorCode } from '../../../src/clickhouse/errors.ts'
import type { MissingRight } from '../../../src/clickhouse-connection/server/observed.ts'
import { answering, aSight, down, judged, urls, type Situation } from '../../builders/connection-observed.ts'

const ready = {
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: 'Tenants can be served.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
} as const

const one = (code: ClickHouseErrorCode): Situation => ({
  endpoints: [answering(urls[0]), down(urls[1], code)],
})

const create = 'CREATE USER `operator` IDENTIFIED WITH sha256_password BY '
const alter = 'ALTER USER `operator` IDENTIFIED WITH sha256_password BY '

const right = (privileges: string, ...on: readonly string[]): MissingRight => ({
  privileges,
  scope: { kind: 'prefix', prefix: 'client_' },
  grantOption: false,
  purpose: '',
  held: false,
  username: 'operator',
  urls: on,
})

test('an account that one endpoint refuses and another takes is mended there, and the Secret is left alone', () => {
  for (const status of [undefined, ready]) {
    const seen = judged(
      aSight({ ...one('authenticationFailed'), ...(status === undefined ? {} : { status }) }),
    )
    expect(seen.short('Reachable')).toBe('False AccountDiffers')
    expect(seen.short('Ready')).toBe(status === undefined ? 'False AccountDiffers' : 'True Ready')
    expect(seen.status.reachableEndpoints).toBe('1/2')
    expect(seen.status.endpoints).toMatchObject([{ reachable: true }, { reachable: false }])
    for (const type of ['Ready', 'Reachable']) {
      expect(seen.message(type)).toContain('ch2.example.com:8123')
      expect(seen.message(type)).not.toContain('ch1.example.com')
      expect(seen.message(type)).toContain(create)
      expect(seen.message(type)).toContain(alter)
      expect(seen.message(type)).not.toContain('Correct the Secret')
      expect(seen.message(type)).not.toContain('secret')
    }
    // A person mends it on the server, and it is tried meanwhile: nothing has failed for good.
    expect(seen.short('Stalled')).toBeUndefined()
  }
})

test('a connection of which an endpoint is out of use does not promise to serve anybody new', () => {
  for (const code of ['authenticationFailed', 'unreachable', 'other'] as const) {
    const seen = judged(aSight({ ...one(code), status: ready }))
    expect(seen.short('Ready')).toBe('True Ready')
    expect(seen.message('Ready')).toMatch(/^Tenants that are Ready stay so; new ones wait\. /)
    expect(seen.status.reachableEndpoints).toBe('1/2')
  }
  expect(judged(aSight({ status: ready })).message('Ready')).toBe('Tenants can be served.')
})

test('an account that every endpoint refuses is the Secret’s', () => {
  const seen = judged(aSight({ endpoints: urls.map(url => down(url, 'authenticationFailed')) }))
  expect(seen.short('Ready')).toBe('False AuthenticationFailed')
  expect(seen.message('Ready')).toContain('Correct the Secret')
  expect(seen.status.reachableEndpoints).toBe('0/2')
})

test('while the other endpoint is away, nobody knows whether the Secret is wrong', () => {
  const endpoints = [down(urls[0]), down(urls[1], 'authenticationFailed')]
  const seen = judged(aSight({ endpoints }))
  expect(seen.short('Ready')).toBe('False AuthenticationFailed')
  expect(seen.message('Ready')).toContain('ch1.example.com:8123 cannot be reached')
  expect(seen.message('Ready')).toContain('If it is good elsewhere')
  expect(seen.message('Ready')).toContain(create)
})

test('the account’s name is not known while its Secret is read', () => {
  const seen = judged(aSight({ ...one('authenticationFailed'), over: { account: { kind: 'unknown' } } }))
  expect(seen.message('Reachable')).toContain('ch2.example.com:8123')
  expect(seen.message('Reachable')).not.toContain('undefined')
})

test.each<readonly [string, readonly MissingRight[], string]>([
  [
    'everywhere',
    [right('CREATE DATABASE', ...urls)],
    'Run: GRANT CREATE DATABASE ON `client_`*.* TO `operator`.',
  ],
  [
    'on one of two',
    [right('CREATE DATABASE', urls[1])],
    'Run on ch2.example.com:8123: GRANT CREATE DATABASE ON `client_`*.* TO `operator`.',
  ],
  [
    'one everywhere, another on one',
    [right('CREATE DATABASE', ...urls), right('SELECT', urls[0])],
    'Run: GRANT CREATE DATABASE ON `client_`*.* TO `operator`. Run on ch1.example.com:8123: GRANT SELECT ON `client_`*.* TO `operator`.',
  ],
])('a missing right is said where it is missing: %s', (_what, missing, expected) => {
  expect(judged(aSight({ over: { missingRights: missing } })).message('Ready')).toContain(expected)
  expect(judged(aSight({ over: { missingOnDatabases: missing } })).message('Ready')).toContain(expected)
})

test('rights that a setting forbids come with the setting, and no GRANT', () => {
  const barredBy = { found: 'allow_ddl = 0', needed: 'allow_ddl = 1' }
  const barred = (...on: readonly string[]): MissingRight => ({
    ...right('CREATE DATABASE', ...on),
    barredBy,
  })
  const missing = [
    barred(urls[1]),
    { ...barred(urls[1]), privileges: 'CREATE USER' },
    right('SELECT', ...urls),
  ]
  const seen = judged(aSight({ over: { missingRights: missing } }))
  expect(seen.short('Ready')).toBe('False AccountRestricted')
  expect(seen.short('Reachable')).toBe('True Reachable')
  expect(seen.message('Ready')).toBe(
    'The settings of the operator’s account forbid it what it has to do: allow_ddl = 0. Run on ch2.example.com:8123: ALTER USER `operator` SETTINGS allow_ddl = 1. Or change the profile that gives it these.',
  )
  const single = judged(aSight({ over: { missingOnDatabases: [barred(...urls)] } }))
  expect(single.message('Ready')).not.toContain('GRANT')
})

test('a version that is too old is named with its endpoint', () => {
  const endpoints = [answering(urls[0]), answering(urls[1], { version: '24.8.1.1' })]
  const seen = judged(aSight({ endpoints, status: ready }))
  expect(seen.short('Ready')).toBe('False ServerTooOld')
  expect(seen.message('Ready')).toContain('ch2.example.com:8123')
  expect(seen.message('Ready')).not.toContain('ch1.example.com')
})
