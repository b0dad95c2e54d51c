import { describe, expect, test } from 'vitest'
import type { ReaderLogin } from '../../../src/clickhouse/accounts/reader-login.ts'
import type { TableFault } from '../../../src/clickhouse/accounts/reader-trial.ts'
import type { Verification } from '../../../src/clickhouse-connection/reader/observed.ts'
import { checkReader } from '../../../src/cli/server/check-findings.ts'
import { answering, aSight, judged, urls } from '../../builders/connection-observed.ts'

const view: TableFault = {
  database: 'client_1',
  name: 'sales',
  engine: 'View',
  kind: 'refused',
  because: 'a privilege is missing (code 497)',
}
const sourceless: TableFault = { ...view, kind: 'broken', because: 'what it shows is not there (code 60)' }
const good: ReaderLogin = { readonly: 2, settingsAccepted: true, opens: true, refuses: true }
const { opens: _opens, ...unopened } = good
const login = (url: string, over: ReaderLogin): Verification => ({ url, kind: 'loggedIn', login: over })
const everywhere = (over: ReaderLogin): readonly Verification[] => urls.map(url => login(url, over))
const failed = (url: string): Verification => ({
  url,
  kind: 'failed',
  because: `${new URL(url).host} is busy`,
})

type Row = readonly [
  what: string,
  verifications: readonly Verification[],
  expected: string,
  says: readonly string[],
  saysNot: readonly string[],
]

const rows: readonly Row[] = [
  [
    'readonly is wrong, and nothing could be read',
    everywhere({ readonly: 0, settingsAccepted: true, faults: [sourceless] }),
    'False ReaderNotReadOnly',
    ['ALTER USER `datalens` SETTINGS readonly = 2'],
    [],
  ],
  [
    'readonly is wrong, and then the endpoint was gone',
    [login(urls[0], { readonly: 0, failure: 'ch1 is gone' }), failed(urls[1])],
    'False ReaderNotReadOnly',
    ['ch1.example.com:8123'],
    ['ch2'],
  ],
  [
    'readonly is right, and then the endpoint was gone',
    everywhere({ readonly: 2, failure: 'ch1 is gone' }),
    'Unknown ReaderUnverified',
    ['ch1 is gone', 'Known so far: readonly is 2'],
    [],
  ],
  [
    'all endpoints fail',
    urls.map(failed),
    'Unknown ReaderUnverified',
    ['ch1.example.com:8123 is busy'],
    ['readonly'],
  ],
  [
    'one endpoint fails',
    [login(urls[0], good), failed(urls[1])],
    'Unknown ReaderUnverified',
    ['ch2.example.com:8123 is busy', 'a granted database opens'],
    [],
  ],
  [
    'nothing but a view without its source',
    everywhere({ ...unopened, faults: [sourceless] }),
    'Unknown ReaderUnverified',
    [
      '`client_1`.`sales`: what it shows is not there',
      'readonly is 2',
      'nothing that is granted could be read',
    ],
    ['a granted database opens'],
  ],
  [
    'a view without its source, and something else opens',
    everywhere({ ...good, faults: [sourceless] }),
    'True ReaderVerified',
    ['a granted database opens', '`client_1`.`sales`: what it shows is not there'],
    [],
  ],
  [
    'a view of another database, and something else opens',
    everywhere({ ...good, faults: [view] }),
    'False ViewRefused',
    [
      '`client_1`.`sales`',
      'ALTER TABLE `client_1`.`sales` MODIFY SQL SECURITY DEFINER',
      'Do not grant the reader the other database',
    ],
    ['SHOW GRANTS', 'row polic'],
  ],
  [
    'nothing but a view of another database, on one of the endpoints',
    [login(urls[0], good), login(urls[1], { ...unopened, faults: [view] })],
    'False ViewRefused',
    ['On ch2.example.com:8123 ClickHouse refuses', '`client_1`.`sales`'],
    ['ch1'],
  ],
  [
    'a view whose name would break the sentence',
    everywhere({ ...good, faults: [{ ...view, name: 'a`; DROP\nUSER' }] }),
    'False ViewRefused',
    ['`client_1`.`a\\`; DROP\\nUSER`'],
    ['\n'],
  ],
  [
    'a buffer in front of another database, which cannot read as anybody else',
    everywhere({ ...good, faults: [{ ...view, engine: 'Buffer' }] }),
    'False ViewRefused',
    ['`client_1`.`sales`', 'Copy what it shows'],
    ['DEFINER'],
  ],
  [
    'many views',
    everywhere({ ...good, faults: ['a', 'b', 'c', 'd', 'e'].map(name => ({ ...view, name })) }),
    'False ViewRefused',
    ['`client_1`.`d` and 1 more'],
    ['`client_1`.`e`'],
  ],
  [
    'a granted database stays shut on one endpoint',
    [login(urls[0], good), login(urls[1], { ...unopened, opens: false, shut: 'client_1' })],
    'False GrantIneffective',
    ['ch2.example.com:8123', '`client_1`', 'SHOW GRANTS FOR `datalens`'],
    ['ch1', 'row polic'],
  ],
]

describe('of what the reader was granted', () => {
  test.each(rows)('%s', (_what, verifications, expected, says, saysNot) => {
    const seen = aSight({ over: { verifications } })
    const told = judged(seen)
    expect(told.short('ReaderVerified')).toBe(expected)
    // The command of that name never says otherwise.
    const isFine = checkReader(seen).every(({ result }) => result !== 'bad')
    expect(isFine).toBe(told.condition('ReaderVerified')?.status === 'True')
    for (const text of says) expect(told.message('ReaderVerified')).toContain(text)
    for (const text of saysNot) expect(told.message('ReaderVerified')).not.toContain(text)
    expect(told.short('Ready')).toBe('True Ready')
  })

  test('what is refused is listed, kept while nobody can try, and gone once it is mended', () => {
    const listed = (over: object, status?: object) =>
      judged(aSight({ over, ...(status === undefined ? {} : { status }) })).status
    const refused = listed({ verifications: everywhere({ ...good, faults: [view, sourceless] }) })
    expect(refused.reader?.refusedViews).toEqual([{ database: 'client_1', name: 'sales' }])
    expect(listed({ verifications: [] }, refused).reader).toEqual(refused.reader)
    expect(listed({ verifications: everywhere(good) }, refused).reader).not.toHaveProperty('refusedViews')
  })

  test('the same faults in another order on another endpoint are told in the same words', () => {
    const faults = ['b', 'a'].map(name => ({ ...view, name }))
    const told = (verifications: readonly Verification[]) =>
      judged(aSight({ over: { verifications } })).message('ReaderVerified')
    const once = told(everywhere({ ...good, faults }))
    expect(told(everywhere({ ...good, faults: faults.toReversed() }))).toBe(once)
  })
})

test.each([
  ['could not be tried', { verifications: urls.map(failed) }],
  ['has no known password', { readerSecret: { kind: 'missing' }, verifications: [] }],
  ['cannot log in', { verifications: urls.map(url => ({ url, kind: 'refused' }) as const) }],
] as const)('that every token opens everything is told first, also of a reader that %s', (_what, over) => {
  const told = judged(aSight({ endpoints: urls.map(url => answering(url, { grants: ['*'] })), over }))
  expect(told.short('ReaderVerified')).toBe('False GrantBroaderThanDeclared')
})
