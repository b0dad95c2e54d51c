import { describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { RefusedStatements, type NotedRefusal } from '../../../src/clickhouse/refused-statements.ts'
import { refusalsOf, rightsDoubtedAt } from '../../../src/clickhouse-connection/server/refused.ts'
import { announce } from '../../../src/clickhouse-connection/events.ts'
import { builtTenant } from '../../builders/tenant.ts'
import { aSight, down, judged, now, urls } from '../../builders/connection-observed.ts'

const refusal = (code: number, symbol: string | undefined, over: object = {}): NotedRefusal => ({
  refused: { statement: 'createDatabase', host: 'ch1.example.com:8123', code, symbol, ...over },
  at: 5,
})
const tooMany = refusal(725, 'TOO_MANY_DATABASES')

const waiting = (refusals: readonly (NotedRefusal | undefined)[], over: Parameters<typeof aSight>[0] = {}) =>
  judged(aSight({ ...over, over: { refusals, ...over.over } }))

describe('statements that ClickHouse refuses', () => {
  test('none: the condition says so, and Ready promises to serve', () => {
    const seen = judged(aSight())
    expect(seen.short('StatementsRefused')).toBe('False NothingRefused')
    expect(seen.message('Ready')).toBe('Tenants can be served.')
  })

  test('are told with error, time, endpoint and number, and Ready promises nothing', () => {
    const seen = waiting([tooMany, tooMany, tooMany])
    expect(seen.short('StatementsRefused')).toBe('True StatementsRefused')
    expect(seen.message('StatementsRefused')).toBe(
      'Since 2026-01-02T00:00:00Z ClickHouse refuses statements, which keeps 3 tenants waiting: CREATE DATABASE is answered with code 725 TOO_MANY_DATABASES by ch1.example.com:8123. They are tried again. Raise max_database_num_to_throw in the server’s configuration, or drop databases that nobody needs.',
    )
    // Ready stays True: who is served stays served, and no tenant stops to try.
    expect(seen.short('Ready')).toBe('True Ready')
    expect(seen.message('Ready')).not.toContain('Tenants can be served')
    expect(seen.message('Ready')).toContain('StatementsRefused')
    expect(seen.condition('StatementsRefused')?.lastTransitionTime).toBe('2026-01-02T00:00:00Z')
  })

  test.each<readonly [string, readonly NotedRefusal[], RegExp]>([
    ['one tenant', [tooMany], / keeps 1 tenant waiting: /],
    ['DDL is off', [refusal(392, 'QUERY_IS_PROHIBITED')], /code 392 QUERY_IS_PROHIBITED.* allow_ddl = 0/],
    ['an error that nobody has words for', [refusal(1002, undefined)], /code 1002 by ch1.*own log/],
    [
      'two endpoints answer alike',
      [tooMany, refusal(725, 'TOO_MANY_DATABASES', { host: 'ch2.example.com:8123' })],
      /by ch1\.example\.com:8123, ch2\.example\.com:8123\. They/,
    ],
    [
      'two kinds of statement',
      [tooMany, refusal(243, 'NOT_ENOUGH_SPACE', { statement: 'grantRead' })],
      /CREATE DATABASE is answered with code 725 .*, GRANT SELECT is answered with code 243 /,
    ],
    [
      'more errors than fit',
      Array.from({ length: 9 }, (_none, at) => refusal(1100 + at, undefined)),
      / and 4 more\. /,
    ],
  ])('%s', (_what, refusals, expected) => {
    expect(waiting(refusals).message('StatementsRefused')).toMatch(expected)
  })

  test('keep their time while they last, also over a restart, and when the error becomes another', () => {
    const first = waiting([tooMany])
    const later = { status: first.status, over: { now: now + 3_600_000 } }
    expect(waiting([tooMany], later).status).toEqual(first.status)
    expect(waiting([undefined], later).status).toEqual(first.status)
    expect(waiting([refusal(243, 'NOT_ENOUGH_SPACE')], later).message('StatementsRefused')).toContain(
      'Since 2026-01-02T00:00:00Z ',
    )
    expect(waiting([], later).short('StatementsRefused')).toBe('False NothingRefused')
    expect(waiting([undefined]).message('StatementsRefused')).toContain('1 tenant waiting. They are tried')
  })

  test('for want of a right that was found missing are told by the GRANT, once, where the tenant’s wait is told', () => {
    const right = {
      privileges: 'CREATE DATABASE',
      scope: { kind: 'database', database: 'team__x' },
      grantOption: false,
      purpose: '',
      held: false,
      username: 'operator',
      urls,
    } as const
    const denied = refusal(497, 'ACCESS_DENIED')
    const told = waiting([denied], { over: { missingOnDatabases: [right] } })
    expect(told.short('StatementsRefused')).toBe('True StatementsRefused')
    expect(told.message('StatementsRefused')).toMatch(
      / 1 tenant waiting\. They are tried again\. MissingPrivileges: .* Run: GRANT CREATE DATABASE ON `team__x`/,
    )
    expect(told.message('Ready')).not.toMatch(/GRANT|Tenants can be served/)
    const before = judged(aSight({ over: { missingOnDatabases: [right] } }))
    expect(before.message('Ready')).toMatch(/^Tenants can be served\. MissingPrivileges: /)
    const shared = waiting([denied], { over: { missingRights: [right] } })
    expect(shared.message('StatementsRefused')).toContain('A right is missing: Ready says which.')
    expect(waiting([denied]).short('StatementsRefused')).toBe('True StatementsRefused')
    expect(
      waiting([denied, tooMany], { over: { missingOnDatabases: [right] } }).message('StatementsRefused'),
    ).toMatch(/ 2 tenants waiting: CREATE DATABASE is answered with code 725 .* Run: GRANT /)
  })

  test('make the rights doubtful only for want of a right', () => {
    expect(rightsDoubtedAt([tooMany, undefined])).toBe(Number.NEGATIVE_INFINITY)
    expect(rightsDoubtedAt([tooMany, refusal(497, 'ACCESS_DENIED')])).toBe(5)
  })

  test('are a Warning when they begin and Normal when they end, and nothing where there were none', () => {
    const told: (readonly [string, string])[] = []
    const events = {
      publish: (event: { type: string; reason: string }) => told.push([event.type, event.reason]),
    }
    const tell = (
      before: ReturnType<typeof judged>['status'] | undefined,
      after: ReturnType<typeof judged>,
    ): void => {
      const { connection } = aSight(before === undefined ? {} : { status: before })
      told.length = 0
      announce(connection, after.status, events as never)
    }
    const fine = judged(aSight())
    const refusing = waiting([tooMany])
    tell(fine.status, refusing)
    expect(told).toEqual([['Warning', 'StatementsRefused']])
    tell(refusing.status, fine)
    expect(told).toEqual([['Normal', 'NothingRefused']])
    const away = judged(aSight({ endpoints: urls.map(url => down(url)), status: fine.status }))
    tell(away.status, fine)
    expect(told.map(([, reason]) => reason).toSorted()).toEqual(
      ['Reachable', 'ReaderVerified', 'Ready'].toSorted(),
    )
    const failed = urls.map(url => ({ url, kind: 'failed', because: 'QUOTA_EXCEEDED' }) as const)
    tell(fine.status, judged(aSight({ over: { verifications: failed }, status: fine.status })))
    expect(told).toEqual([['Warning', 'ReaderUnverified']])
    tell(undefined, fine)
    expect(told.map(([, reason]) => reason)).not.toContain('NothingRefused')
  })
})

test('who waits is told by their status, and what was answered by what was noted', () => {
  const condition = (reason: string) => ({
    type: 'Reconciling',
    status: 'True',
    reason,
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })
  const tenant = (name: string, reason: string) =>
    builtTenant({
      metadata: { name, namespace: 'tenants' },
      status: {
        conditions: [condition(reason)] as unknown as NonNullable<ConnectorTenant['status']>['conditions'],
      },
    } as never)
  const noted = new RefusedStatements()
  noted.note('tenants/a', tooMany)
  noted.note('tenants/c', tooMany)
  const tenants = [
    tenant('a', 'StatementRefused'),
    tenant('b', 'StatementRefused'),
    tenant('c', 'ConnectionNotReady'),
    builtTenant({}),
  ]
  expect(refusalsOf(tenants, noted)).toEqual([tooMany, undefined])
})
