import { describe, expect, test } from 'vitest'
import {
  grantIn,
  markWildcards,
  parseRoles,
  parseServer,
  parseWildcards,
} from '../../../src/clickhouse/catalog/catalog-rows.ts'
import { broaderText } from '../../../src/clickhouse/scope.ts'
import {
  readerRights,
  rolesOf,
  type GrantRow,
  type Holder,
  type RoleRow,
} from '../../../src/clickhouse/catalog/reader-rights.ts'

const reader: Holder = { kind: 'user', name: 'datalens' }
const role = (name: string): Holder => ({ kind: 'role', name })

function grant(database: string | null, row: Partial<GrantRow> = {}): GrantRow {
  const plain = { table: null, column: null, revoke: false, grantOption: false, wildcard: false }
  return { holder: reader, database, ...plain, ...row }
}

function rightsOf(grants: readonly GrantRow[], roles: readonly RoleRow[] = []) {
  return readerRights({ exists: true, user: 'datalens', grants, roles })
}

describe('roles', () => {
  const analyst: RoleRow = { holder: reader, role: 'analyst', byDefault: true }

  test('a default role covers, also through another role', () => {
    const nested: RoleRow = { holder: role('analyst'), role: 'base', byDefault: false }
    const rights = rightsOf([grant('a', { holder: role('base') })], [analyst, nested])
    expect(rights.covers('a')).toBe(true)
    expect(rights.granted.has('a')).toBe(false)
  })

  test('a role that is not in force at login does not cover, but what it can open is not hidden', () => {
    const rights = rightsOf(
      [grant('a', { holder: role('analyst') }), grant(null, { holder: role('analyst') })],
      [{ ...analyst, byDefault: false }],
    )
    expect(rights.covers('a')).toBe(false)
    expect(rights.touches('a')).toBe(true)
    expect(rights.broader.map(broaderText)).toEqual(['*.* (role analyst)'])
  })

  test('what a role gives is told from what was granted once more after a revoke', () => {
    const rights = rightsOf([grant('a'), grant('b', { holder: role('analyst') })], [analyst])
    rights.noteRevoke('a')
    rights.noteGrant('a')
    rights.noteRevoke('b')
    expect([rights.touchesItself('a'), rights.rolesThatOpen('a')]).toEqual([true, []])
    expect([rights.touchesItself('b'), rights.rolesThatOpen('b')]).toEqual([false, ['analyst']])
    expect(rights.touches('b')).toBe(true)
  })

  test('what opens a database is told by the roles that the reader itself was given', () => {
    const given = (granted: string, byDefault = true): RoleRow => ({ ...analyst, role: granted, byDefault })
    const has = (holder: string, granted: string): RoleRow => ({
      holder: role(holder),
      role: granted,
      byDefault: true,
    })
    const rights = rightsOf(
      [grant('a', { holder: role('base') }), grant('b', { holder: role('late') })],
      [
        given('outer'),
        has('outer', 'inner'),
        has('inner', 'base'),
        has('base', 'outer'),
        given('base'),
        given('idle'),
        given('late', false),
        has('stranger', 'base'),
      ],
    )
    expect(rights.rolesThatOpen('a')).toEqual(['base', 'outer'])
    expect(rights.rolesThatOpen('b')).toEqual(['late'])
    expect(rights.rolesThatOpen('c')).toEqual([])
    expect(rights.touchesItself('a')).toBe(false)
  })

  test('any number of roles, and a chain of any length, takes time by their number', () => {
    const many = 60_000
    const star = Array.from({ length: many }, (_, at) => ({ ...analyst, role: `r${at}` }))
    const chain = Array.from({ length: many }, (_, at) => ({
      holder: at === 0 ? reader : role(`r${at}`),
      role: `r${at + 1}`,
      byDefault: at === 0,
    }))
    const before = process.cpuUsage()
    expect(rolesOf('datalens', star).size).toBe(many)
    expect(rolesOf('datalens', chain).get(`r${many}`)).toEqual({ byDefault: true })
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  })

  test("another user's and an unreachable role's grants count for nothing", () => {
    const rights = rightsOf([
      grant('a', { holder: { kind: 'user', name: 'other' } }),
      grant('a', { holder: role('analyst') }),
      grant('a', { holder: role('datalens') }),
    ])
    expect(rights.touches('a')).toBe(false)
  })

  test('roles that have each other end the search', () => {
    const cycle: RoleRow[] = [
      analyst,
      { holder: role('analyst'), role: 'base', byDefault: true },
      { holder: role('base'), role: 'analyst', byDefault: true },
    ]
    expect([...rolesOf('datalens', cycle).keys()]).toEqual(['analyst', 'base'])
  })

  test('a role reached by a default and by another path is in force', () => {
    const rows: RoleRow[] = [
      { holder: reader, role: 'weak', byDefault: false },
      { holder: role('weak'), role: 'base', byDefault: true },
      { holder: reader, role: 'base', byDefault: true },
    ]
    expect(rolesOf('datalens', rows).get('base')).toEqual({ byDefault: true })
  })

  test('revoking from the user leaves what a role gives', () => {
    const rights = rightsOf([grant('a'), grant('a', { holder: role('analyst') })], [analyst])
    rights.noteRevoke('a')
    expect(rights.granted.has('a')).toBe(false)
    expect(rights.covers('a')).toBe(true)
  })
})

test('grants wider than one database are named, in a form that GRANT understands', () => {
  const rights = rightsOf([
    grant('client_', { wildcard: true }),
    grant('a-b', { wildcard: true }),
    grant('x', { revoke: true }),
    grant(null),
    grant('y'),
  ])
  expect(rights.broader.map(broaderText)).toEqual(['*.*', '`a-b`*.*', 'client_*.*'])
  expect([...rights.granted]).toEqual(['y'])
})

test('a database called like a prefix is not the prefix', () => {
  const rights = rightsOf([grant('client_')])
  expect(rights.covers('client_')).toBe(true)
  expect(rights.covers('client_1')).toBe(false)
  expect(rights.broader.map(broaderText)).toEqual([])
})

describe("the server's rows", () => {
  test('a grant without the column is_wildcard', () => {
    expect(grantIn(['datalens', null, 'a', null, null, 0, 1])).toEqual(grant('a', { grantOption: true }))
  })

  test('lines of SHOW GRANTS that carry an asterisk', () => {
    const lines = [
      ['GRANT SELECT ON client_*.* TO datalens'],
      ['GRANT SELECT, INSERT ON `a\\`-b`*.* TO datalens WITH GRANT OPTION'],
      ['REVOKE SELECT ON tenant_*.* FROM datalens'],
      ['GRANT SELECT ON plain.* TO datalens'],
      ['GRANT SELECT ON `star*`.* TO datalens'],
      ['GRANT SELECT ON *.* TO datalens'],
      ['GRANT SELECT ON x.log_* TO datalens'],
    ]
    expect([...parseWildcards(lines)]).toEqual(['client_', 'a`-b', 'tenant_'])
  })

  test('what SHOW GRANTS calls a wildcard becomes one, tables apart', () => {
    const rows = [grant('client_'), grant('client_', { table: 't' }), grant(null), grant('other')]
    const marked = markWildcards(rows, new Set(['client_']))
    expect(marked.map(row => row.wildcard)).toEqual([true, false, false, false])
  })

  test('role grants of users and of roles', () => {
    expect(
      parseRoles([
        ['datalens', null, 'analyst', 1],
        [null, 'analyst', 'base', 0],
      ]),
    ).toEqual([
      { holder: reader, role: 'analyst', byDefault: true },
      { holder: role('analyst'), role: 'base', byDefault: false },
    ])
  })

  test.each([
    {
      name: 'the reader lives in the replicated storage',
      row: [
        '26.7',
        [
          ['users_xml', 'users_xml'],
          ['replicated', 'replicated'],
        ],
        ['replicated'],
      ],
      expected: { replicated: true, name: 'replicated', type: 'replicated' },
    },
    {
      name: 'the reader lives in a file although a replicated storage exists',
      row: [
        '26.7',
        [
          ['users_xml', 'users_xml'],
          ['replicated', 'replicated'],
        ],
        ['users_xml'],
      ],
      expected: { replicated: false, name: 'users_xml', type: 'users_xml' },
    },
    {
      name: 'no reader yet: the first storage that takes one',
      row: [
        '26.7',
        [
          ['users_xml', 'users_xml'],
          ['local_directory', 'local_directory'],
          ['r', 'replicated'],
        ],
        [],
      ],
      expected: { replicated: false, name: 'local_directory', type: 'local_directory' },
    },
    {
      name: 'no reader and nowhere to put one',
      row: ['26.7', [['users_xml', 'users_xml']], []],
      expected: { replicated: false },
    },
  ])('access storage: $name', ({ row, expected }) => {
    expect(parseServer([row]).accessStorage).toEqual(expected)
  })
})
