import { expect, test } from 'vitest'
import { checkGrant } from '../../../src/cli/server/grant-findings.ts'
import { answering, aSight, installation, mark, urls } from '../../builders/connection-observed.ts'
import { builtTenant } from '../../builders/tenant.ts'

const acme = (access: 'Granted' | 'Withheld', over: object = {}) =>
  builtTenant({ spec: { database: 'client_1', access, ...over } })
const at = (over: object, databases: Readonly<Record<string, string>> = { client_1: mark(), default: '' }) =>
  aSight({ endpoints: urls.map(url => answering(url, { databases, ...over })) })
const granted = at({ grants: ['client_1'] })
const shut = at({})
const byRole = at({ byRole: { analyst: ['client_1'] } })
const other = (access: 'Granted' | 'Withheld') =>
  builtTenant({ metadata: { name: 'other' }, spec: { database: 'client_1', access } })
const sees = { seesTenants: true, installation, leadsHere: (): boolean => true }
const all = { ...sees, tenants: [acme('Granted')] }
const withheld = { ...sees, tenants: [acme('Withheld')] }
const blind = { ...sees, tenants: [], seesTenants: false }
const gone = { ...sees, tenants: [] }
const anothersMark = { client_1: mark({ installation: 'installation-2' }) }
const foreign = at({}, anothersMark)
const foreignOpen = at({ grants: ['client_1'] }, anothersMark)

const inherited = aSight({
  spec: { inheritFrom: ['installation-2'] },
  endpoints: urls.map(url => answering(url, { databases: anothersMark })),
})

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
    { ...sees, tenants: [other('Withheld'), acme('Granted')] },
    'bad',
  ],
  ['of a tenant that is gone, and shut', 'client_1', shut, gone, 'unknown'],
  ['of a tenant that is gone, and open', 'client_1', granted, gone, 'unknown'],
  [
    'of a tenant that has another database by now',
    'client_1',
    shut,
    { ...sees, tenants: [acme('Granted', { database: 'client_9' })] },
    'unknown',
  ],
  [
    'of a tenant that is gone, shut, and another’s wish',
    'client_1',
    shut,
    { ...sees, tenants: [other('Granted')] },
    'bad',
  ],
  [
    'of a tenant that is gone, open, and another’s wish',
    'client_1',
    granted,
    { ...sees, tenants: [other('Granted')] },
    'unknown',
  ],
  [
    'of a tenant that is gone, shut, and another’s who is withheld',
    'client_1',
    shut,
    { ...sees, tenants: [other('Withheld')] },
    'unknown',
  ],
  [
    'of a tenant that is gone, shut, and wished by one of another connection',
    'client_1',
    shut,
    { ...sees, tenants: [other('Granted')], leadsHere: (): boolean => false },
    'unknown',
  ],
  ['another installation’s, shut, and named by nobody', 'client_1', foreign, gone, 'unknown'],
  ['another installation’s, and open', 'client_1', foreignOpen, gone, 'unknown'],
  [
    'another installation’s, shut, and a tenant’s wish',
    'client_1',
    foreign,
    { ...sees, tenants: [other('Granted')] },
    'bad',
  ],
  ['another installation’s tenant’s of the same name, and shut', 'client_1', foreign, all, 'bad'],
  [
    'another installation’s tenant’s of the same name who is withheld here, and open',
    'client_1',
    foreignOpen,
    withheld,
    'unknown',
  ],
  ['another installation’s, shut, and who asks may not list tenants', 'client_1', foreign, blind, 'unknown'],
  ['of an installation that is inherited from, and shut', 'client_1', inherited, all, 'bad'],
  ['of an installation that is inherited from, withheld, and shut', 'client_1', inherited, withheld, 'good'],
  [
    'withheld, shut, and who asks may not know the installation',
    'client_1',
    shut,
    { ...withheld, installation: undefined },
    'good',
  ],
  [
    'of whom is not there, shut, and who asks may not know the installation',
    'client_1',
    foreign,
    { ...gone, installation: undefined },
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

const wished = { ...sees, tenants: [other('Granted')] }
test.each([
  ['refused for a mark of one who is gone', shut, wished, /named by tenants\/other; `lenskeeper explain`/],
  [
    'refused for a mark of another installation',
    foreign,
    wished,
    /named by tenants\/other; `lenskeeper explain`/,
  ],
  ['of nobody here', shut, gone, /its tenant is not in this cluster; `lenskeeper orphans`/],
  ['of another installation', foreign, gone, /by its mark another installation has it/],
  ['of one that may not be known', foreign, { ...gone, installation: undefined }, /--installation-id/],
] as const)('what is told leads on: %s', (_, seen, look, says) => {
  const texts = checkGrant({ seen, ...look }, 'client_1').map(({ text }) => text)
  expect(texts).toEqual([expect.stringMatching(says), expect.stringMatching(says)])
  if (seen === foreign) expect(texts.join()).not.toContain('orphans')
})

test('nothing is said of an endpoint that is away', () => {
  expect(checkGrant({ seen: aSight({ endpoints: [] }), ...all }, 'client_1')).toEqual([])
})
