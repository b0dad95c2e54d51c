import { expect, test } from 'vitest'
import { checkGrant } from '../../../src/cli/server/grant-findings.ts'
import { answering, aSight, mark, urls } from '../../builders/connection-observed.ts'
import { builtTenant } from '../../builders/tenant.ts'

const acme = (access: 'Granted' | 'Withheld', over: object = {}) =>
  builtTenant({ spec: { database: 'client_1', access, ...over } })
const at = (over: object, databases: Readonly<Record<string, string>> = { client_1: mark(), default: '' }) =>
  aSight({ endpoints: urls.map(url => answering(url, { databases, ...over })) })
const granted = at({ grants: ['client_1'] })
const shut = at({})
const byRole = at({ byRole: { analyst: ['client_1'] } })
const all = { tenants: [acme('Granted')], seesTenants: true }
const withheld = { tenants: [acme('Withheld')], seesTenants: true }
const blind = { tenants: [], seesTenants: false }
const gone = { tenants: [], seesTenants: true }

test.each([
  ['granted, and open', 'client_1', granted, all, 'good'],
  ['granted, and shut', 'client_1', shut, all, 'bad'],
  ['withheld, and shut', 'client_1', shut, withheld, 'good'],
  ['withheld, and open by a grant', 'client_1', granted, withheld, 'bad'],
  ['withheld, and open by a role', 'client_1', byRole, withheld, 'bad'],
  [
    'named by one who is withheld, and another’s by its mark',
    'client_1',
    shut,
    {
      tenants: [
        builtTenant({ metadata: { name: 'other' }, spec: { database: 'client_1', access: 'Withheld' } }),
        acme('Granted'),
      ],
      seesTenants: true,
    },
    'bad',
  ],
  ['of a tenant that is gone, and shut', 'client_1', shut, gone, 'unknown'],
  ['of a tenant that is gone, and open', 'client_1', granted, gone, 'unknown'],
  [
    'of a tenant that has another database by now',
    'client_1',
    shut,
    { tenants: [acme('Granted', { database: 'client_9' })], seesTenants: true },
    'unknown',
  ],
  ['shut, and who asks may not list tenants', 'client_1', shut, blind, 'unknown'],
  ['open, and who asks may not list tenants', 'client_1', granted, blind, 'good'],
  ['nobody’s, and shut', 'default', granted, all, 'bad'],
  ['not there', 'client_2', granted, all, 'bad'],
] as const)('a database that is %s', (_, database, seen, look, result) => {
  const found = checkGrant({ seen, ...look }, database)
  expect(found.map(each => each.result)).toEqual([result, result])
})

test('nothing is said of an endpoint that is away', () => {
  expect(checkGrant({ seen: aSight({ endpoints: [] }), ...all }, 'client_1')).toEqual([])
})
