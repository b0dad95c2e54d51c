import { describe, expect, test } from 'vitest'
import type { ClickHouseErrorCode } from '../../src/clickhouse/error-codes.ts'
import { planConnection } from '../../src/clickhouse-connection/plan.ts'
import {
  aSight,
  answering,
  down,
  judged,
  loggedIn,
  mark,
  now,
  urls,
  type Situation,
} from '../builders/connection-observed.ts'

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

describe('reachability', () => {
  test.each<readonly [string, ClickHouseErrorCode, string]>([
    ['refused connection', 'unreachable', 'Unreachable'],
    ['time-out', 'timeout', 'Unreachable'],
    ['certificate', 'tlsFailed', 'TLSFailed'],
    ['password', 'authenticationFailed', 'AuthenticationFailed'],
    ['rights', 'missingPrivileges', 'MissingPrivileges'],
    ['constraints on settings', 'settingRefused', 'AccountRestricted'],
    ['an old release', 'serverTooOld', 'ServerTooOld'],
    ['a load balancer', 'severalServers', 'SeveralServers'],
    ['a replacement', 'serverChanged', 'ServerChanged'],
    ['a replica twice', 'sameServer', 'SameServer'],
    ['another operator', 'operatedElsewhere', 'OperatedElsewhere'],
  ])('all endpoints fail: %s', (_what, code, reason) => {
    const seen = judged(aSight({ endpoints: urls.map(url => down(url, code)) }))
    expect(seen.short('Ready')).toBe(`False ${reason}`)
    expect(seen.short('Reachable')).toBe(`False ${reason}`)
    expect(seen.message('Ready')).toContain('ch1.example.com:8123')
    expect(seen.short(reason === 'AuthenticationFailed' ? 'Stalled' : 'Reconciling')).toBe(`True ${reason}`)
    expect(seen.short(reason === 'AuthenticationFailed' ? 'Reconciling' : 'Stalled')).toBeUndefined()
  })

  test('where another operator was noticed is told whatever else is wrong, and stays where nobody asks', () => {
    const contested = [{ url: urls[0], lookEverySeconds: 60 }]
    const endpoints = urls.map(url => down(url, 'authenticationFailed'))
    const told = (before: typeof contested | undefined, over: typeof contested | undefined) =>
      judged(
        aSight({
          endpoints,
          status: before === undefined ? {} : { contested: before },
          over: { contested: over },
        }),
      ).status.contested
    expect(told(undefined, contested)).toEqual(contested)
    expect(told(contested, undefined)).toEqual(contested)
    expect(told(contested, [])).toBeUndefined()
  })

  test('one endpoint down: ready stays ready, one that never was is not', () => {
    const endpoints = [answering(urls[0]), down(urls[1])]
    const before = judged(aSight({ endpoints, status: ready }))
    expect(before.short('Ready')).toBe('True Ready')
    expect(before.message('Ready')).toContain('Reachable says for what')
    expect(before.short('Reachable')).toBe('False PartlyReachable')
    expect(before.message('Reachable')).toContain('ch2.example.com:8123')
    expect(before.message('ReaderVerified')).toContain('Not tried on ch2.example.com:8123')
    expect(before.status.reachableEndpoints).toBe('1/2')
    expect(judged(aSight({ endpoints })).short('Ready')).toBe('False PartlyReachable')
  })

  test.each<readonly [ClickHouseErrorCode, string]>([
    ['severalServers', 'SeveralServers'],
    ['serverChanged', 'ServerChanged'],
    ['sameServer', 'SameServer'],
  ])(
    'one endpoint that is not one server (%s): ready stays ready, one that never was is not',
    (code, reason) => {
      const endpoints = [answering(urls[0]), down(urls[1], code)]
      const before = judged(aSight({ endpoints, status: ready }))
      expect(before.short('Ready')).toBe('True Ready')
      expect(before.short('Reachable')).toBe(`False ${reason}`)
      expect(judged(aSight({ endpoints })).short('Ready')).toBe(`False ${reason}`)
    },
  )

  test('a server that may be a replacement is looked at soon again', () => {
    const seen = aSight({ endpoints: [answering(urls[0]), down(urls[1], 'serverChanged')] })
    expect(planConnection(seen).outcome).toEqual({ kind: 'recheck', afterMs: 5_000 })
  })

  test('who answers is kept, also while nobody does, and gives way to what is seen', () => {
    const [a, b] = ['aaaaaaaa-0000-4000-8000-000000000000', 'bbbbbbbb-0000-4000-8000-000000000000']
    const [one] = urls
    const settled = judged(aSight({ endpoints: [{ ...answering(one), servers: { server: a, others: [] } }] }))
    expect(settled.status.endpoints).toMatchObject([{ server: a }])
    expect(settled.status.endpoints?.[0]).not.toHaveProperty('otherServers')
    const away = judged(aSight({ endpoints: [down(one)], status: settled.status }))
    expect(away.status.endpoints).toMatchObject([{ server: a }])
    const several = { ...down(one, 'severalServers'), servers: { server: undefined, others: [a, b] } }
    const held = judged(aSight({ endpoints: [several], status: settled.status }))
    expect(held.status.endpoints).toMatchObject([{ reachable: false, otherServers: [a, b] }])
    expect(held.status.endpoints?.[0]).not.toHaveProperty('server')
  })

  test('on which servers it was first is kept, also while nobody answers', () => {
    const over = { firstOn: new Set(['a', 'b']) }
    const { status } = judged(aSight({ over }))
    expect(status.firstOn).toEqual(['a', 'b'])
    expect(judged(aSight({ over, status, endpoints: urls.map(url => down(url)) })).status.firstOn).toEqual(
      status.firstOn,
    )
    expect(judged(aSight({ endpoints: [], status })).status.firstOn).toEqual(status.firstOn)
    expect(judged(aSight()).status).not.toHaveProperty('firstOn')
  })

  test('what was known of an endpoint that is away stays in the status', () => {
    const healthy = judged(aSight())
    const away = judged(aSight({ endpoints: urls.map(url => down(url)), status: healthy.status }))
    expect(away.status.databaseCount).toBe(1)
    expect(away.status.serverVersion).toBe('26.7.2.1')
    expect(away.status.endpoints).toEqual(
      healthy.status.endpoints?.map(endpoint => ({ ...endpoint, reachable: false })),
    )
  })

  test('while nobody can look, good news is not known any more, and bad news stays', () => {
    const endpoints = urls.map(url => down(url))
    const healthy = judged(aSight())
    expect(healthy.short('ReaderVerified')).toBe('True ReaderVerified')
    expect(healthy.short('SweepHeld')).toBe('False NothingToSweep')
    const away = judged(aSight({ endpoints, status: healthy.status }))
    const wrong = { verifications: urls.map(url => loggedIn(url, { readonly: 0 })) }
    const bad = judged(aSight({ tenants: {}, spec: { sweep: { grace: '0s', limit: 0 } }, over: wrong }))
    expect(bad.short('ReaderVerified')).toBe('False ReaderNotReadOnly')
    expect(bad.short('SweepHeld')).toBe('True SweepHeld')
    const badAway = judged(aSight({ endpoints, status: bad.status }))
    for (const type of ['ReaderVerified', 'SweepHeld'] as const) {
      expect(away.short(type)).toBe('Unknown Blocked')
      expect(away.message(type)).toBe('Not looked at: Ready says why.')
      expect(badAway.condition(type)).toEqual(bad.condition(type))
      expect(judged(aSight({ endpoints, status: badAway.status })).condition(type)).toEqual(
        bad.condition(type),
      )
    }
  })

  test('while nobody can look, nobody says that the reader is being made', () => {
    const made = {
      type: 'ReaderVerified',
      status: 'False',
      reason: 'Progressing',
      message: 'It is made.',
    } as const
    const conditions = [{ ...made, lastTransitionTime: '2026-01-01T00:00:00Z' }]
    const away = judged(aSight({ endpoints: urls.map(url => down(url)), status: { conditions } }))
    expect(away.short('ReaderVerified')).toBe('Unknown Blocked')
  })

  test('nor once the reader was left unmade because somebody wanted it so', () => {
    const absent = urls.map(url => answering(url, { readerExists: false }))
    const { status } = judged(aSight({ endpoints: absent, spec: { suspend: true } }))
    const away = judged(aSight({ endpoints: urls.map(url => down(url)), spec: { suspend: true }, status }))
    expect(away.short('ReaderVerified')).toBe('Unknown Blocked')
  })

  test('nor while the account is missing, so that nothing is done', () => {
    const problem = { reason: 'CredentialsMissing', message: 'There is no Secret.' } as const
    const endpoints = urls.map(url => answering(url, { readerExists: false }))
    const held = judged(aSight({ endpoints, over: { account: { kind: 'missing', problem } } }))
    expect(held.short('Ready')).toBe('False CredentialsMissing')
    expect(held.short('ReaderVerified')).toBe('Unknown Blocked')
  })

  test('a wrong password is not tried again soon', () => {
    const seen = aSight({ endpoints: urls.map(url => down(url, 'authenticationFailed')) })
    expect(planConnection(seen).outcome).toEqual({ kind: 'recheck', afterMs: 600_000 })
    expect(planConnection(aSight()).outcome).toEqual({ kind: 'recheck', afterMs: 60_000 })
  })

  test('an account without Secret says which', () => {
    const problem = { reason: 'CredentialsMissing', message: 'The Secret "x" does not exist.' } as const
    const seen = judged(aSight({ endpoints: [], over: { account: { kind: 'missing', problem } } }))
    expect(seen.short('Ready')).toBe('False CredentialsMissing')
    expect(seen.short('Reachable')).toBe('Unknown CredentialsMissing')
    expect(seen.message('Ready')).toContain('"x"')
  })

  test('a Secret that is away while the open connection goes on hides nothing of the endpoints', () => {
    const problem = { reason: 'CredentialsMissing', message: 'The Secret "x" does not exist.' } as const
    const account = { kind: 'missing', problem } as const
    const seen = judged(aSight({ over: { account } }))
    expect(seen.short('Ready')).toBe('False CredentialsMissing')
    expect(seen.short('Reachable')).toBe('True Reachable')
    const partly = judged(aSight({ endpoints: [answering(urls[0]), down(urls[1])], over: { account } }))
    expect(partly.short('Ready')).toBe('False CredentialsMissing')
    expect(partly.short('Reachable')).toBe('False PartlyReachable')
  })

  test('rights on single databases concern their tenants alone, and are told with the GRANTs', () => {
    const right = (database: string) =>
      ({
        privileges: 'CREATE DATABASE',
        scope: { kind: 'database', database },
        grantOption: false,
        purpose: 'make the tenants’ databases',
        held: false,
        username: 'operator',
        urls,
      }) as const
    const on = (...databases: readonly string[]) =>
      judged(aSight({ over: { missingOnDatabases: databases.map(right) } }))
    expect(on('team__x').short('Ready')).toBe('True Ready')
    expect(on('team__x').short('Reconciling')).toBeUndefined()
    expect(on('team__x').message('Ready')).toContain(
      'MissingPrivileges: the operator’s account lacks rights on databases of single tenants, so that it cannot make the tenants’ databases there. Run: GRANT CREATE DATABASE ON `team__x`.* TO `operator`;',
    )
    const dropping = { ...right('team__x'), purpose: 'remove what a deleted tenant gave up' }
    const both = aSight({ over: { missingOnDatabases: [right('team__x'), dropping] } })
    expect(judged(both).message('Ready')).toContain(
      'so that it cannot make the tenants’ databases or remove what a deleted tenant gave up there. Run: ',
    )
    const many = on(...Array.from({ length: 10 }, (_none, at) => `team__${at}`)).message('Ready')
    expect(many.match(/GRANT/g)).toHaveLength(8)
    expect(many).toContain('(and 2 more: lenskeeper check lists them)')
  })

  test('missing rights come with the GRANTs, and tenants’ access is still taken and given', () => {
    const statement = 'GRANT CREATE DATABASE ON `client_`*.* TO `operator`'
    const right = {
      privileges: 'CREATE DATABASE',
      scope: { kind: 'prefix', prefix: 'client_' },
      grantOption: false,
      purpose: '',
      held: false,
      username: 'operator',
      urls,
    } as const
    const seen = aSight({ tenants: {}, over: { missingRights: [right] } })
    expect(judged(seen).short('Ready')).toBe('False MissingPrivileges')
    expect(judged(seen).message('Ready')).toContain(statement)
    expect(judged(seen).short('Reachable')).toBe('False MissingPrivileges')
    expect(judged(seen).message('Reachable')).toBe('Ready says why.')
    expect(planConnection(seen).departures.tasks).toHaveLength(1)
  })
})

describe('what logging in as the reader says', () => {
  const cases: readonly (readonly [string, Situation, string, string])[] = [
    [
      'wrong password on one endpoint',
      { over: { verifications: [loggedIn(urls[0]), { url: urls[1], kind: 'refused' }] } },
      'False ReaderPasswordMismatch',
      'ch2.example.com:8123',
    ],
    [
      'may write',
      { over: { verifications: [loggedIn(urls[0], { readonly: 0 }), loggedIn(urls[1])] } },
      'False ReaderNotReadOnly',
      'ALTER USER `datalens` SETTINGS readonly = 2',
    ],
    [
      'refuses settings',
      { over: { verifications: urls.map(url => loggedIn(url, { settingsAccepted: false })) } },
      'False ReaderNotReadOnly',
      'constraints',
    ],
    [
      'everything granted',
      { endpoints: urls.map(url => answering(url, { grants: ['*'] })) },
      'False GrantBroaderThanDeclared',
      'Run: REVOKE SELECT ON *.* FROM `datalens`',
    ],
    [
      'everything granted on one endpoint',
      { endpoints: [answering(urls[0]), answering(urls[1], { grants: ['*'] })] },
      'False GrantBroaderThanDeclared',
      'Run on ch2.example.com:8123: REVOKE SELECT ON *.* FROM `datalens`',
    ],
    [
      'a pattern granted, where the operator grants',
      { endpoints: urls.map(url => answering(url, { grants: ['client_*'] })) },
      'False GrantBroaderThanDeclared',
      'REVOKE SELECT ON client_*.* FROM `datalens`',
    ],
    [
      'the declared pattern granted, where somebody else grants',
      {
        spec: { reader: { user: 'datalens', management: 'Managed', grants: 'External' } },
        endpoints: urls.map(url => answering(url, { grants: ['client_*'] })),
      },
      'True ReaderVerified',
      '',
    ],
    [
      'another pattern granted, where somebody else grants',
      {
        spec: { reader: { user: 'datalens', management: 'Managed', grants: 'External' } },
        endpoints: urls.map(url => answering(url, { grants: ['cli*'] })),
      },
      'False GrantBroaderThanDeclared',
      'REVOKE SELECT ON cli*.* FROM `datalens`',
    ],
    [
      'an ungranted database opens',
      { over: { verifications: urls.map(url => loggedIn(url, { refuses: false })) } },
      'False GrantBroaderThanDeclared',
      'SHOW GRANTS',
    ],
    [
      'a granted database does not open',
      { over: { verifications: urls.map(url => loggedIn(url, { opens: false })) } },
      'False GrantIneffective',
      'SHOW GRANTS FOR `datalens`',
    ],
    [
      'nobody has tried yet',
      { over: { verifications: [], readerSecret: { kind: 'unknown' } } },
      'Unknown Progressing',
      'still to be verified',
    ],
  ]
  test.each(cases)('%s', (_what, situation, expected, text) => {
    const seen = judged(aSight(situation))
    expect(seen.short('ReaderVerified')).toBe(expected)
    expect(seen.message('ReaderVerified')).toContain(text)
    expect(seen.short('Ready')).toBe('True Ready')
  })

  test('says what could not be tried', () => {
    const {
      opens: _opens,
      refuses: _refuses,
      ...login
    } = { readonly: 2, settingsAccepted: true, opens: true, refuses: true }
    const verifications = [{ url: urls[0], kind: 'loggedIn', login } as const]
    expect(judged(aSight({ over: { verifications } })).message('ReaderVerified')).toContain(
      'no database is granted yet',
    )
  })
})

test('a password that only one endpoint refuses is mended there, and the Secret is left alone', () => {
  const refused = (url: string) => ({ url, kind: 'refused' }) as const
  const told = (verifications: Situation['over']) =>
    judged(aSight({ over: verifications ?? {} })).message('ReaderVerified')
  const one = told({ verifications: [loggedIn(urls[0]), refused(urls[1])] })
  expect(one).toContain(
    'leave the Secret as it is. Run on ch2.example.com:8123: ALTER USER `datalens` IDENTIFIED',
  )
  expect(one).not.toContain('put the right one into the Secret')
  const both = told({ verifications: urls.map(refused) })
  expect(both).toContain('put the right one into the Secret')
  expect(both).not.toContain('ALTER USER')
})

describe('the status as a whole', () => {
  test('counts what is there', () => {
    const databases = {
      client_1: mark(),
      client_2: mark({ name: 'left' }),
      far: mark({ namespace: 'elsewhere', name: 'unseen' }),
      theirs: mark({ installation: 'other' }),
      plain: '',
    }
    const endpoints = urls.map(url =>
      answering(url, { databases, grants: ['client_1', 'client_2', 'far', 'theirs', 'plain', 'ghost'] }),
    )
    const { status } = judged(aSight({ endpoints }))
    expect(status).toMatchObject({
      observedGeneration: 1,
      serverVersion: '26.7.2.1',
      reachableEndpoints: '2/2',
      databaseCount: 3,
      // client_2 has lost its tenant; that of `far` is out of sight, and so not missed.
      orphans: { databases: 1, grants: 3 },
      reader: { user: 'datalens', readonly: 2, grantedDatabases: 6 },
    })
    expect(status.endpoints).toEqual(urls.map(url => ({ url, reachable: true, databases: 3, grants: 6 })))
  })

  test('the oldest version is told', () => {
    const endpoints = [
      answering(urls[0], { version: '26.7.2.1' }),
      answering(urls[1], { version: '25.12.1.1' }),
    ]
    expect(judged(aSight({ endpoints })).status.serverVersion).toBe('25.12.1.1')
  })

  test('is the same whatever the time, when nothing has changed', () => {
    const first = judged(aSight())
    const again = judged(aSight({ status: first.status, over: { now: now + 86_400_000, elapsed: 1e12 } }))
    expect(again.status).toEqual(first.status)
  })

  test('suspended: says so, without taking Ready away', () => {
    const seen = judged(aSight({ spec: { suspend: true } }))
    expect(seen.short('Ready')).toBe('True Suspended')
  })

  test('suspended before the reader was made: nothing says that work is under way', () => {
    const endpoints = urls.map(url => answering(url, { readerExists: false }))
    const seen = judged(aSight({ spec: { suspend: true }, endpoints }))
    expect(seen.short('Ready')).toBe('False Suspended')
    expect(seen.short('ReaderVerified')).toBe('False Suspended')
    expect(seen.short('Reconciling')).toBeUndefined()
  })

  test('hosts that DataLens cannot reach are a warning and no more', () => {
    const seen = judged(aSight({ spec: { handover: { hosts: ['ch.internal', 'ch.example.com'] } } }))
    expect(seen.short('Ready')).toBe('True Ready')
    expect(seen.message('Ready')).toContain('HostsNotPublic: DataLens cannot reach ch.internal;')
  })

  test('a failed step is told, and keeps a connection that serves ready', () => {
    const failure = { reason: 'MissingPrivileges', message: 'cannot take it.' } as const
    const seen = judged(aSight(), { done: [], failure })
    expect(seen.short('Ready')).toBe('True Ready')
    expect(seen.short('Reconciling')).toBe('True MissingPrivileges')
    expect(seen.message('Ready')).toContain('cannot take it.')
  })
})
