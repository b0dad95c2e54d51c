import { expect, test } from 'vitest'
import { checkReader, checkReady, outOfUse } from '../../../src/cli/server/check-findings.ts'
import { answering, aSight, down, urls, type EndpointOptions } from '../../builders/connection-observed.ts'

const external = { reader: { user: 'datalens', management: 'External', grants: 'External' } } as const

function broad(options: EndpointOptions, spec = {}) {
  const seen = aSight({ spec, endpoints: [answering(urls[0], options)] })
  return checkReader(seen).filter(({ text }) => text.startsWith('it may read'))
}

test('a role that opens more is taken from the reader under its own name', () => {
  const role = 'analyst (role b)'
  expect(broad({ byRole: { [role]: ['client_*'] } })).toEqual([
    {
      endpoint: 'ch1.example.com:8123',
      check: 'reader datalens',
      result: 'bad',
      text: 'it may read client_*.* (role analyst (role b)): every token opens what it names',
      mend: 'REVOKE `analyst (role b)` FROM `datalens`;  -- on ch1.example.com:8123',
    },
  ])
})

test('where somebody else grants, a prefix may be meant, but never everything, by whatever way', () => {
  expect(broad({ grants: ['client_*'] }, external).map(({ result }) => result)).toEqual(['unknown'])
  expect(broad({ grants: ['*'] }, external).map(({ result }) => result)).toEqual(['bad'])
  expect(broad({ byRole: { analyst: ['*'] } }, external).map(({ result }) => result)).toEqual(['bad'])
})

test('a reader that is still to be made is no fault, and one that was dropped is', () => {
  const gone = [answering(urls[0], { readerExists: false })]
  const said = (seen: ReturnType<typeof aSight>) =>
    checkReader(seen).find(({ check }) => check === 'reader datalens')
  const fresh = aSight({ endpoints: gone })
  expect(said(fresh)).toMatchObject({ result: 'unknown', text: expect.stringContaining('yet') })
  const { connection } = fresh
  const reader = { user: 'datalens', readonly: 2, grantedDatabases: 3 }
  const served = { ...connection, status: { ...connection.status, reader } }
  expect(said({ ...fresh, connection: served })).toMatchObject({
    result: 'bad',
    text: expect.stringContaining('any more'),
  })
})

test('what only the operator finds, as it makes what is looked at here, is told by its word; not an old one', () => {
  const ready = {
    type: 'Ready',
    status: 'False',
    reason: 'Progressing',
    message: 'The server refuses it.',
  } as const
  const conditions = [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }]
  const { connection } = aSight()
  const { generation = 1 } = connection.metadata
  const told = (observedGeneration: number) =>
    checkReady({
      connection: {
        ...connection,
        metadata: { ...connection.metadata, generation },
        status: { observedGeneration, conditions },
      },
    })
  expect(told(generation)).toMatchObject([{ result: 'bad', text: 'The server refuses it.' }])
  expect(told(generation - 1)).toEqual([])
})

test('a view of another database is named with what helps, which is no right', () => {
  const view = { database: 'client_1', name: 'v', engine: 'View', kind: 'refused', because: '' } as const
  const login = { readonly: 2, settingsAccepted: true, opens: true, faults: [view] }
  const seen = aSight({ over: { verifications: [{ url: urls[0], kind: 'loggedIn', login }] } })
  const [found, ...others] = checkReader(seen).filter(({ check }) => check === 'read client_1.v')
  expect(others).toEqual([])
  expect(found?.result).toBe('bad')
  expect(found?.mend).toMatch(/^ALTER TABLE `client_1`.`v` MODIFY SQL SECURITY DEFINER; {2}-- on ch1/)
  expect(found?.mend).not.toContain('GRANT')
})

test('an account that one endpoint refuses is made there; one that all refuse is the Secret’s', () => {
  const refused = down(urls[1], 'authenticationFailed')
  if (refused.ok) throw new Error('it is refused')
  const mended = (endpoints: Parameters<typeof aSight>[0]) => outOfUse(refused, aSight(endpoints)).mend
  const one = mended({ endpoints: [answering(urls[0]), refused] })
  expect(one).toContain('CREATE USER `operator` IDENTIFIED')
  expect(one).toContain('-- on ch2.example.com:8123')
  expect(one).toContain('ALTER USER `operator` IDENTIFIED')
  expect(one).not.toContain('correct the Secret')
  expect(mended({ endpoints: [refused] })).toBe('correct the Secret "clickhouse-operator"')
})
