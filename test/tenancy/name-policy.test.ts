import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admits,
  databaseAllowed,
  databaseNameProblem,
  namespaceAllowed,
} from '../../src/tenancy/name-policy.ts'
import { builtPartnerKey } from '../builders/partner-key.ts'
import { aTenant } from '../builders/tenant-observed.ts'

describe('a database name', () => {
  it.each(['a', '_', 'client_1234383', 'Client', 'x'.repeat(127), 'system1', 'my_lenskeeper_x'])(
    'may be %j',
    name => {
      expect(databaseNameProblem(name)).toBeUndefined()
    },
  )

  it.each([
    '',
    'x'.repeat(128),
    '1a',
    'a-b',
    'a.b',
    'a b',
    'a`b',
    "a'b",
    'a"b',
    'a\n',
    'a\u0000',
    'сlient',
    'clientＡ',
    'système',
    'system',
    'System',
    'INFORMATION_SCHEMA',
    'information_schema',
    'default',
    '_temporary_and_external_tables',
    'lenskeeper_x',
    'LENSKEEPER_x',
    'a*',
  ])('may not be %j', name => {
    expect(databaseNameProblem(name)).toEqual(expect.any(String))
  })
})

describe('allowed namespaces', () => {
  const own = { keyNamespace: 'datalens', tenantNamespace: 'datalens', namespaceLabels: { team: 'a' } }
  const other = { keyNamespace: 'datalens', tenantNamespace: 'tenants', namespaceLabels: { team: 'a' } }
  const selector = (matchLabels: Record<string, string>) =>
    ({ from: 'Selector', selector: { matchLabels } }) as const

  it.each([
    ['Same, own', { from: 'Same' } as const, own, true],
    ['Same, other', { from: 'Same' } as const, other, false],
    ['All, other', { from: 'All' } as const, other, true],
    ['Selector, matching', selector({ team: 'a' }), other, true],
    ['Selector, not matching', selector({ team: 'b' }), other, false],
    ['Selector, own namespace not matching', selector({ team: 'b' }), own, false],
    ['Selector without selector', { from: 'Selector' } as const, other, false],
    ['Selector, labels unknown', selector({ team: 'a' }), { ...other, namespaceLabels: undefined }, false],
    ['Selector, inherited property', selector({ constructor: 'a' }), other, false],
  ])('%s: %s', (_name, policy, namespaces, expected) => {
    expect(namespaceAllowed(policy, namespaces)).toBe(expected)
  })

  it.each([
    [{ key: 'team', operator: 'In', values: ['a', 'b'] } as const, true],
    [{ key: 'team', operator: 'In', values: [] } as const, false],
    [{ key: 'tier', operator: 'In', values: ['a'] } as const, false],
    [{ key: 'team', operator: 'NotIn', values: ['a'] } as const, false],
    [{ key: 'tier', operator: 'NotIn', values: ['a'] } as const, true],
    [{ key: 'team', operator: 'Exists' } as const, true],
    [{ key: 'tier', operator: 'Exists' } as const, false],
    [{ key: 'team', operator: 'DoesNotExist' } as const, false],
    [{ key: 'tier', operator: 'DoesNotExist' } as const, true],
  ])('expression %j: %s', (requirement, expected) => {
    const policy = { from: 'Selector', selector: { matchExpressions: [requirement] } } as const
    expect(namespaceAllowed(policy, other)).toBe(expected)
  })

  it('selects nothing with an operator of a later version', () => {
    const requirement = { key: 'team', operator: 'Like' as 'In', values: ['a'] }
    const policy = { from: 'Selector', selector: { matchExpressions: [requirement] } } as const
    expect(namespaceAllowed(policy, other)).toBe(false)
  })
})

describe('allowed database names', () => {
  function allowed(pattern: string, database: string, tenantNamespace = 'team-a'): boolean {
    return databaseAllowed([pattern], { keyNamespace: 'datalens', tenantNamespace, database })
  }

  it.each([
    ['client_*', 'client_1', true],
    ['client_*', 'client_', true],
    ['client_*', 'client', false],
    ['client_*', 'xclient_1', false],
    ['*', 'anything__at_all', true],
    ['a*b*c', 'a__b__c', true],
    ['a*b*c', 'abcb', false],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
    ['Client_*', 'client_1', false],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['', 'a', false],
    ['{namespace}__*', 'team_a__x', true],
    ['{namespace}__*', 'team_a__x_y', true],
    ['{namespace}__*', 'team_a__x__y', false],
    ['{namespace}__*', 'team_a_x', false],
    ['{namespace}__*', 'team_b__x', false],
    ['{namespace}__*', 'team-a__x', false],
    ['{namespace}__*_eu', 'team_a__x_eu', true],
    ['{namespace}__*_eu', 'team_a__x__eu', false],
    ['x__y_*_{namespace}', 'x__y_a__b_team_a', true],
    ['{namespace}', 'team_a', true],
    ['{namespace}__*__eu', 'team_a__x__eu', true],
    ['{namespace}__*', 'team_a___x', false],
    ['{namespace}__*_*', 'team_a__x_y', true],
    ['{namespace}__*_*', 'team_a__x__y', false],
    ['{name}', 'team_a', false],
  ])('%j lets team-a have %j: %s', (pattern, database, expected) => {
    expect(allowed(pattern, database)).toBe(expected)
  })

  it('needs one of several', () => {
    const at = { keyNamespace: 'k', tenantNamespace: 't', database: 'b_1' }
    expect(databaseAllowed(['a_*', 'b_*'], at)).toBe(true)
    expect(databaseAllowed([], at)).toBe(false)
  })

  it("without globs allows the key's own namespace everything, and others nothing", () => {
    expect(databaseAllowed(undefined, { keyNamespace: 'k', tenantNamespace: 'k', database: 'x' })).toBe(true)
    expect(databaseAllowed(undefined, { keyNamespace: 'k', tenantNamespace: 't', database: 'x' })).toBe(false)
  })

  it.each([
    '{namespace}__*',
    '{namespace}__*_*',
    '{namespace}__*_*_*',
    '{namespace}__**',
    '{namespace}__*__c',
    '{namespace}__a*b*',
  ])('gives with %s no name to two namespaces', pattern => {
    const namespaces = fc.stringMatching(/^[a-c]([-ab]{0,5}[a-c])?$/)
    const names = fc
      .array(fc.constantFrom('_', '_', 'a', 'b', 'c'), { maxLength: 12 })
      .map(chars => chars.join(''))
    fc.assert(
      fc.property(namespaces, fc.stringMatching(/^--?[a-c]([-ab]{0,3}[a-c])?$/), names, (one, more, rest) => {
        const two = one + more
        const database = `${two.replaceAll('-', '_')}__${rest}`
        expect(allowed(pattern, database, one) && allowed(pattern, database, two)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('matches as a regular expression would, and does not blow up on many stars', () => {
    const patterns = fc.stringMatching(/^[ab*]{0,8}$/)
    fc.assert(
      fc.property(patterns, fc.stringMatching(/^[ab]{0,8}$/), (pattern, name) => {
        const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
        expect(allowed(pattern, name)).toBe(regex.test(name))
      }),
    )
    expect(allowed(`${'*a'.repeat(100)}b`, 'a'.repeat(127))).toBe(false)
  })
})

describe('a PartnerKey admits a tenant', () => {
  const { tenant } = aTenant().build()
  it.each(['*', 'a.*', 'system', 'lenskeeper_x', ''])('not with "%s", which is no name', database => {
    const named = { ...tenant, spec: { ...tenant.spec, database } }
    const namespaces = { from: 'All' } as const
    const tenants = { namespaces, databases: ['*'], allowDrop: true, assignments: [] }
    expect(admits(builtPartnerKey({ spec: { tenants } }), named, {})).toBe(false)
  })
  const selector = { matchLabels: { team: 'a' } }
  it.each([
    ['by namespace and name', { from: 'All' }, ['*'], true],
    ['not with a name that no pattern allows', { from: 'All' }, ['other_*'], false],
    ['not without patterns, from another namespace', { from: 'All' }, undefined, false],
    ['not from another namespace', { from: 'Same' }, ['*'], false],
    ['from a selected namespace', { from: 'Selector', selector }, ['*'], true],
    ['not with a name that no pattern allows, though selected', { from: 'Selector', selector }, ['x'], false],
    [
      'not from a namespace that is not selected',
      { from: 'Selector', selector: { matchLabels: { team: 'b' } } },
      ['*'],
      false,
    ],
  ] as const)('%s', (_, namespaces, databases, expected) => {
    const tenants = { namespaces, allowDrop: false, assignments: [], ...(databases && { databases }) }
    expect(admits(builtPartnerKey({ spec: { tenants } }), tenant, { team: 'a' })).toBe(expected)
  })
})
