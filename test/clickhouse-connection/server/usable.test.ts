import { expect, test } from 'vitest'
import type { ClickHouseErrorCode } from '../../../src/clickhouse/error-codes.ts'
import { planConnection } from '../../../src/clickhouse-connection/plan.ts'
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
    const [tells, refers] = status === undefined ? ['Ready', 'Reachable'] : ['Reachable', 'Ready']
    const told = seen.message(tells ?? '')
    expect(told).toContain('ch2.example.com:8123')
    expect(told).not.toContain('ch1.example.com')
    expect(told).toContain(create)
    expect(told).toContain(alter)
    expect(told).not.toContain('Correct the Secret')
    expect(told).not.toContain('secret')
    expect(seen.message(refers ?? '')).not.toContain(create)
    expect(seen.message(refers ?? '')).toContain(`${tells} says`)
    // A person mends it on the server, and it is tried meanwhile: nothing has failed for good.
    expect(seen.short('Stalled')).toBeUndefined()
  }
})

test('a connection of which an endpoint is out of use does not promise to serve anybody new', () => {
  for (const code of ['authenticationFailed', 'unreachable', 'other'] as const) {
    const seen = judged(aSight({ ...one(code), status: ready }))
    expect(seen.short('Ready')).toBe('True Ready')
    expect(seen.message('Ready')).toBe(
      'Tenants that are Ready stay so; new ones wait: Reachable says for what.',
    )
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
  expect(seen.message('Ready')).toContain('ch2.example.com:8123')
  expect(seen.message('Ready')).not.toContain('undefined')
})

test.each<readonly [string, readonly MissingRight[], string]>([
  [
    'everywhere',
    [right('CREATE DATABASE', ...urls)],
    'Run: GRANT CREATE DATABASE ON `client_`*.* TO `operator`;',
  ],
  [
    'on one of two',
    [right('CREATE DATABASE', urls[1])],
    'Run on ch2.example.com:8123: GRANT CREATE DATABASE ON `client_`*.* TO `operator`;',
  ],
  [
    'one everywhere, another on one',
    [right('CREATE DATABASE', ...urls), right('SELECT', urls[0])],
    'Run: GRANT CREATE DATABASE ON `client_`*.* TO `operator`; Run on ch1.example.com:8123: GRANT SELECT ON `client_`*.* TO `operator`;',
  ],
])('a missing right is said where it is missing: %s', (_what, missing, expected) => {
  const shared = judged(aSight({ over: { missingRights: missing } }))
  expect(`${shared.message('Ready')} ${shared.message('Reachable')}`).toContain(expected)
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
    barred(urls[0]),
    { ...barred(urls[1]), privileges: 'CREATE USER' },
    right('SELECT', ...urls),
  ]
  const seen = judged(aSight({ over: { missingRights: missing } }))
  expect(seen.short('Ready')).toBe('False AccountRestricted')
  expect(seen.short('Reachable')).toBe('False AccountRestricted')
  expect(seen.message('Ready')).toBe(
    'The settings of the operator’s account forbid it what it has to do: allow_ddl = 0. Run on ch2.example.com:8123: ALTER USER `operator` SETTINGS allow_ddl = 1; Run on ch1.example.com:8123: ALTER USER `operator` SETTINGS allow_ddl = 1; Or change the profile that gives it these.',
  )
  const single = judged(aSight({ over: { missingOnDatabases: [barred(...urls)] } }))
  expect(single.message('Ready')).not.toContain('GRANT')
})

const lacks = (...on: readonly string[]): Situation => ({
  over: { missingRights: [right('CREATE DATABASE', ...on)] },
})

test.each<readonly [string, Situation, string]>([
  ['an old release', one('serverTooOld'), 'ServerTooOld'],
  ['a right', lacks(urls[1]), 'MissingPrivileges'],
  ['the account', one('authenticationFailed'), 'AccountDiffers'],
  ['a certificate', one('tlsFailed'), 'TLSFailed'],
  ['its network', one('unreachable'), 'PartlyReachable'],
])('what is wrong on one endpoint of two concerns nobody who is served: %s', (_what, found, reason) => {
  const served = judged(aSight({ ...found, status: ready }))
  expect(served.short('Ready')).toBe('True Ready')
  expect(served.short('Reachable')).toBe(`False ${reason}`)
  expect(served.message('Reachable')).toContain('ch2.example.com:8123')
  expect(served.status.reachableEndpoints).toBe('1/2')
  const fresh = judged(aSight(found))
  expect(fresh.short('Ready')).toBe(`False ${reason}`)
  expect(fresh.short('Reconciling')).toBe(`True ${reason}`)
  expect(fresh.short('Stalled')).toBeUndefined()
})

const two = (first: ClickHouseErrorCode, second: ClickHouseErrorCode): Situation => ({
  endpoints: [down(urls[0], first), down(urls[1], second)],
})

test.each<readonly [string, Situation, string, string]>([
  ['both of an old release', two('serverTooOld', 'serverTooOld'), 'ServerTooOld', 'Reconciling'],
  ['both lack a right', lacks(...urls), 'MissingPrivileges', 'Reconciling'],
  [
    'both refuse the account',
    two('authenticationFailed', 'authenticationFailed'),
    'AuthenticationFailed',
    'Stalled',
  ],
  [
    'one refuses it, the other is away',
    two('authenticationFailed', 'unreachable'),
    'AuthenticationFailed',
    'Reconciling',
  ],
  [
    'one refuses it, the other is silent',
    two('timeout', 'authenticationFailed'),
    'AuthenticationFailed',
    'Reconciling',
  ],
  [
    'one refuses it, the other is old and takes it',
    two('authenticationFailed', 'serverTooOld'),
    'AccountDiffers',
    'Reconciling',
  ],
  ['one is away, the other old', two('unreachable', 'serverTooOld'), 'ServerTooOld', 'Reconciling'],
  [
    'one is away, and the other lacks a right',
    { ...one('unreachable'), ...lacks(urls[0]) },
    'MissingPrivileges',
    'Reconciling',
  ],
  [
    'one is away with its certificate, and the other lacks a right',
    { ...one('tlsFailed'), ...lacks(urls[0]) },
    'TLSFailed',
    'Reconciling',
  ],
])(
  'where no endpoint can be worked with, what takes a person is told: %s',
  (_what, found, reason, pending) => {
    for (const status of [undefined, ready]) {
      const seen = judged(aSight({ ...found, ...(status === undefined ? {} : { status }) }))
      expect(seen.short('Ready')).toBe(`False ${reason}`)
      expect(seen.short('Reachable')).toBe(`False ${reason}`)
      expect(seen.message('Ready')).toMatch(/ch1.*ch2|ch2.*ch1|GRANT/s)
      expect(seen.status.reachableEndpoints).toBe('0/2')
      expect(seen.short(pending)).toBe(`True ${reason}`)
      expect(seen.short(pending === 'Stalled' ? 'Reconciling' : 'Stalled')).toBeUndefined()
    }
  },
)

test('an account that only one endpoint refuses is looked at as often as ever', () => {
  expect(planConnection(aSight(two('authenticationFailed', 'unreachable'))).outcome).toEqual({
    kind: 'recheck',
    afterMs: 60_000,
  })
})

test('two next steps are told, and once that it is tried again', () => {
  const endpoints = [down(urls[0]), down(urls[1], 'unreachable', 'ENOTFOUND')]
  const told = judged(aSight({ endpoints })).message('Ready')
  expect(told).toMatch(
    /Nothing takes connections .* The name is not known: .* It is tried again by itself\.$/,
  )
  expect(told.match(/tried again/g)).toHaveLength(1)
})

test.each<readonly [ClickHouseErrorCode, string, RegExp]>([
  [
    'unreachable',
    'ECONNREFUSED',
    /\(ECONNREFUSED\)\. Nothing takes connections on the port: see whether ClickHouse runs/,
  ],
  ['unreachable', 'ENOTFOUND', /\(ENOTFOUND\)\. .*The name is not known: correct it in spec\.endpoints/],
  ['unreachable', 'EAI_AGAIN', /The name is not known/],
  ['unreachable', 'EHOSTUNREACH', /a firewall or a NetworkPolicy/],
  ['unreachable', 'ECONNRESET', /a firewall or a NetworkPolicy/],
  ['timeout', '', /a firewall or a NetworkPolicy/],
  ['settingRefused', '', /profile of the operator’s account/],
])('whoever is called is told the next step: %s %s', (code, network, expected) => {
  const all = judged(aSight({ endpoints: urls.map(url => down(url, code, network)) }))
  expect(all.message('Ready')).toMatch(expected)
  expect(all.message('Ready').match(new RegExp(expected.source, 'g'))).toHaveLength(1)
  const some = judged(
    aSight({ endpoints: [answering(urls[0]), down(urls[1], code, network)], status: ready }),
  )
  expect(some.message('Reachable')).toMatch(expected)
})
