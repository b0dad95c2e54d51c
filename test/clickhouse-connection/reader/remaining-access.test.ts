import { describe, expect, test } from 'vitest'
import type { ClickHouseConnectionReason } from '../../../src/api/reasons.ts'
import { ClickHouseError, fromServer } from '../../../src/clickhouse/errors.ts'
import type { FailedTask } from '../../../src/clickhouse-connection/departure/retries.ts'
import {
  answering,
  aSight,
  down,
  installation,
  judged,
  mark,
  urls,
  type EndpointOptions,
  type Situation,
} from '../../builders/connection-observed.ts'

const role = { byRole: { analyst: ['client_1'] } }
const both = (options: EndpointOptions) =>
  urls.map(url => answering(url, { databases: { client_1: mark() }, ...options }))
const gone = { tenants: {} }
const withheld = { withheld: ['tenants/acme'] }
const external = { reader: { user: 'datalens', management: 'External', grants: 'External' } } as const

const remains = 'False AccessRemains'
const fine = 'True ReaderVerified'
const said = (reason: ClickHouseConnectionReason): NonNullable<Situation['status']> => ({
  conditions: [
    {
      type: 'ReaderVerified',
      status: 'False',
      reason,
      message: 'As it was.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
})
const saidSo = said('AccessRemains')

test.each<readonly [string, string, Situation]>([
  ['the tenant is gone', remains, { ...gone, endpoints: both(role) }],
  [
    'it is gone and retired',
    remains,
    {
      ...gone,
      endpoints: both({
        ...role,
        databases: { client_1: mark({ state: 'retired', onDelete: 'Drop', retiredAt: 1, dropsAt: 2 }) },
      }),
    },
  ],
  ['its access is withheld', remains, { ...withheld, endpoints: both(role) }],
  [
    'a grant of the reader’s own is left, which the operator takes',
    fine,
    { ...gone, endpoints: both({ ...role, grants: ['client_1'] }) },
  ],
  ['the tenant is served by the role', fine, { endpoints: both(role) }],
  ['the role opens another database', fine, { ...gone, endpoints: both({ byRole: { analyst: ['other'] } }) }],
  ['no role opens it', fine, { ...gone, endpoints: both({}) }],
  ['grants are somebody else’s', fine, { ...gone, spec: external, endpoints: both(role) }],
  [
    'the mark is another installation’s',
    fine,
    { ...gone, endpoints: both({ ...role, databases: { client_1: mark({ installation: 'other' }) } }) },
  ],
  [
    'the mark is of a namespace out of sight',
    fine,
    { ...gone, endpoints: both({ ...role, databases: { client_1: mark({ namespace: 'elsewhere' }) } }) },
  ],
  [
    'the mark names another connection, which tells it',
    fine,
    {
      ...withheld,
      endpoints: both({ ...role, databases: { client_1: mark({ connection: 'datalens/other' }) } }),
    },
  ],
])('%s: %s', (_, told, situation) => {
  expect(judged(aSight(situation)).short('ReaderVerified')).toBe(told)
})

test('one message names all databases, and takes each role once', () => {
  const databases = { client_1: mark(), client_2: mark({ name: 'b' }) }
  const opening = { databases, byRole: { 'x y': ['client_2'], analyst: ['client_1'] } }
  const told = judged(aSight({ ...gone, endpoints: both(opening) }))
  expect(told.message('ReaderVerified')).toContain(
    'read 2 databases whose tenants are gone or have spec.access Withheld, so old tokens open them: `client_1`, `client_2`. The operator takes no role. Run: REVOKE `analyst` FROM `datalens`; REVOKE `x y` FROM `datalens`; The operator',
  )
})

test('where not all endpoints have the role, those are named that do', () => {
  const [first, second] = [both(role)[0], both({})[1]]
  const endpoints = [first, second].filter(view => view !== undefined)
  expect(judged(aSight({ ...gone, endpoints })).message('ReaderVerified')).toContain(
    'Run on ch1.example.com:8123: REVOKE `analyst` FROM `datalens`;',
  )
})

test('what opens everything is told first: its REVOKE may be all that is needed', () => {
  const endpoints = both({ byRole: { analyst: ['*'], b: ['client_1'] } })
  expect(judged(aSight({ ...gone, endpoints })).short('ReaderVerified')).toBe(
    'False GrantBroaderThanDeclared',
  )
})

describe('what was told of the reader’s rights while an endpoint is away', () => {
  const [first, second] = urls
  const away = (options: EndpointOptions = {}): Situation => ({
    ...gone,
    endpoints: [answering(first, { databases: { client_1: mark() }, ...options }), down(second)],
  })

  test.each<readonly [string, string, Situation]>([
    [
      'access that remained, as all others are clean',
      `${remains}: As it was.`,
      { ...away(), status: saidSo },
    ],
    [
      'a right that opens too much, as all others are clean',
      'False GrantBroaderThanDeclared: As it was.',
      { ...away(), status: said('GrantBroaderThanDeclared') },
    ],
    [
      'none answers',
      `${remains}: As it was.`,
      { ...gone, endpoints: urls.map(url => down(url)), status: saidSo },
    ],
    ['what one shows is told anew', `${remains}: By a role`, { ...away(role), status: saidSo }],
    ['all answer, and are clean', `${fine}: `, { ...gone, endpoints: both({}), status: saidSo }],
    ['it was something else', `${fine}: `, { ...away(), status: said('ReaderPasswordMismatch') }],
    ['grants are somebody else’s by now', `${fine}: `, { ...away(), spec: external, status: saidSo }],
  ])('%s: %s', (_, told, situation) => {
    const { short, message } = judged(aSight(situation))
    expect(`${short('ReaderVerified')}: ${message('ReaderVerified')}`).toContain(told)
  })
})

describe('what a departed tenant keeps by a grant of the reader’s own', () => {
  const context = {
    kind: 'revokeRead',
    what: 'take the database client_1 from datalens',
    host: 'ch1.example.com:8123',
    write: true,
    grant: 'GRANT SELECT ON `client_1`.* TO `operator` WITH GRANT OPTION',
  } as const
  const refused = fromServer(497, 'ACCESS_DENIED', context)
  const slow = new ClickHouseError('timeout', 'ch1.example.com:8123 did not answer within 15 s')
  const readable = both({ grants: ['client_1'] })
  const failing = (error: unknown, failures = 1): NonNullable<Situation['over']> => ({
    failed: new Map<string, FailedTask>([
      ['tenants/acme client_1', { retryAt: Number.POSITIVE_INFINITY, error, failures }],
    ]),
  })
  const letGo = { ...gone, endpoints: readable, departed: { letGo: true } }
  const unclear = (endpoints = readable): Situation => {
    const { inventory } = aSight({ ...gone, endpoints })
    const found = endpoints.map(({ url }) => ({
      url,
      database: 'client_1',
      comment: mark(),
      mark: { installation, namespace: 'tenants', name: 'acme', state: 'owned', onDelete: 'Retain' } as const,
    }))
    return { ...gone, endpoints, over: { inventory: { ...inventory, unclear: found }, departed: [] } }
  }

  test.each<readonly [string, string, Situation]>([
    ['its REVOKE is refused', remains, { ...letGo, over: failing(refused) }],
    [
      'nobody let it go by name, and its REVOKE is refused',
      remains,
      { ...gone, endpoints: readable, over: failing(refused) },
    ],
    ['the server was busy once', fine, { ...letGo, over: failing(fromServer(202, 'BUSY', context)) }],
    [
      'the server is busy all the time',
      remains,
      { ...letGo, over: failing(fromServer(202, 'BUSY', context), 3) },
    ],
    ['its REVOKE failed once, as the server is slow', fine, { ...letGo, over: failing(slow) }],
    ['its REVOKE failed three times, as the server is slow', remains, { ...letGo, over: failing(slow, 3) }],
    [
      'the API server does not say whether it is gone',
      remains,
      { ...letGo, over: failing(new Error('503'), 3) },
    ],
    [
      'only the retirement is refused: access is taken',
      fine,
      {
        ...gone,
        endpoints: both({ databases: { client_1: mark({ onDelete: 'Drop' }) } }),
        over: failing(refused),
      },
    ],
    [
      'it is held: SweepHeld tells it',
      fine,
      { ...gone, endpoints: readable, spec: { sweep: { limit: 0, grace: '0s' } } },
    ],
    ['it is under way', fine, letGo],
    ['after a restart it is not tried yet', remains, { ...letGo, status: saidSo }],
    ['after a restart it failed once', remains, { ...letGo, status: saidSo, over: failing(slow) }],
    ['after a restart it failed twice', remains, { ...letGo, status: saidSo, over: failing(slow, 2) }],
    ['after a restart, and somebody took it by hand', fine, { ...gone, endpoints: both({}), status: saidSo }],
    ['it is over', fine, { ...gone, endpoints: both({}), over: failing(refused) }],
    ['the tenant is back', fine, { endpoints: readable, over: failing(refused) }],
    ['nothing says whose it is', remains, unclear()],
    [
      'grants are somebody else’s, and the retirement is refused',
      fine,
      {
        ...gone,
        spec: external,
        endpoints: both({ grants: ['client_1'], databases: { client_1: mark({ onDelete: 'Drop' }) } }),
        over: failing(refused),
      },
    ],
    ['grants are somebody else’s, and nothing says whose it is', fine, { ...unclear(), spec: external }],
    ['nothing says whose it is, and the reader may not read it', fine, unclear(both({}))],
  ])('%s: %s', (_, told, situation) => {
    expect(judged(aSight(situation)).short('ReaderVerified')).toBe(told)
  })

  test('is told with the error, what helps, and the statement for an administrator, and not again by Ready', () => {
    const told = judged(aSight({ ...letGo, over: failing(refused) }))
    expect(told.message('ReaderVerified')).toBe(
      'The reader may still read 1 database whose tenant is gone, so old tokens open it: `client_1`. ' +
        `Taking that fails: ${refused.message}. It is tried again. ` +
        'Or run: REVOKE SELECT ON `client_1`.* FROM `datalens`;',
    )
    expect(told.message('Ready')).toBe('Tenants can be served.')
    expect(judged(aSight({ ...letGo, over: failing(slow) })).message('Ready')).toContain(
      'could not be seen to',
    )
  })

  test('is told beside what a role opens', () => {
    const endpoints = both({
      databases: { client_1: mark(), client_2: mark({ name: 'b' }) },
      grants: ['client_1'],
      byRole: { analyst: ['client_2'] },
    })
    const told = judged(aSight({ ...gone, endpoints, over: failing(refused) })).message('ReaderVerified')
    expect(told).toMatch(/^By a role.*`client_2`.*The reader may still read 1 database.*`client_1`/)
  })

  test('a restart does not tell it as over, and then anew', () => {
    const told = judged(aSight({ ...letGo, status: saidSo }))
    expect(told.message('ReaderVerified')).toBe('As it was.')
  })

  const idle: readonly (readonly [string, string, Situation])[] = [
    ['suspended', 'while spec.suspend is true', { ...letGo, spec: { suspend: true } }],
    ['only looked at', 'while the operator only observes', { ...letGo, over: { observing: true } }],
    [
      'without an account',
      'before what Ready says is mended',
      {
        ...letGo,
        over: {
          account: {
            kind: 'missing',
            problem: { reason: 'CredentialsMissing', message: 'It is not there.' },
          },
        },
      },
    ],
  ]

  test.each(idle)('%s, nothing takes it, so it is told at once and as it is', (_, why, situation) => {
    const sight = aSight({ ...situation, status: saidSo })
    expect(judged(sight).message('ReaderVerified')).toBe(
      'The reader may still read 1 database whose tenant is gone, so old tokens open it: `client_1`. ' +
        `That is not taken ${why}. To take it now, run: REVOKE SELECT ON \`client_1\`.* FROM \`datalens\`;`,
    )
  })

  test.each(idle)('%s, what failed is not said to be tried again', (_, why, situation) => {
    const sight = aSight({ ...situation, status: saidSo, over: { ...situation.over, ...failing(slow) } })
    const { message } = judged(sight)
    expect(message('ReaderVerified')).toContain(
      `Taking that failed: ${slow.message}. It is not tried again ${why}. `,
    )
    expect(message('Ready')).not.toContain('tried again')
  })

  test('what else failed is not said to be tried again while spec.suspend is true', () => {
    const endpoints = both({ databases: { client_1: mark({ onDelete: 'Drop' }) } })
    const spec = { suspend: true }
    const told = judged(aSight({ ...gone, endpoints, spec, over: failing(refused) })).message('Ready')
    expect(told).toContain('could not be seen to, and is not tried again while spec.suspend is true: ')
  })

  test('of many, a statement names the first', () => {
    const names = Array.from({ length: 12 }, (_none, at) => `client_${String(at).padStart(2, '0')}`)
    const databases = Object.fromEntries(names.map((name, at) => [name, mark({ name: `t${at}` })]))
    const failed = new Map(
      names.map((name, at) => [`tenants/t${at} ${name}`, { retryAt: 0, error: refused, failures: 1 }]),
    )
    const told = judged(aSight({ ...gone, endpoints: both({ databases, grants: names }), over: { failed } }))
    expect(told.message('ReaderVerified')).toMatch(/read 12 databases whose tenants are gone.*and 4 more\./)
    expect(told.message('ReaderVerified')).toMatch(/lenskeeper orphans/)
  })
})
