import { expect, test } from 'vitest'
import {
  answering,
  aSight,
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
