import { expect, test } from 'vitest'
import { accountStatements } from '../../../src/clickhouse/accounts/operator-account.ts'
import { scopeOfGlob, scopeText } from '../../../src/clickhouse/scope.ts'

test.each([
  ['client_*', '`client_`*.*'],
  ['legacy', '`legacy`.*'],
  ['*', '*.*'],
  ['{namespace}__*', '*.*'],
  ['a?c', '`a`*.*'],
  ['x`y*', '`x\\`y`*.*'],
])('the glob %s is %s in a GRANT', (pattern, target) => {
  expect(scopeText(scopeOfGlob(pattern))).toBe(target)
})

const request = {
  patterns: ['client_*'],
  readerUser: 'datalens',
  username: 'operator',
  allowDrop: false,
} as const

test('an account that only watches the reader may neither grant nor make users', () => {
  const statements = accountStatements({ ...request, mode: 'externalGrants' }).join('\n')
  expect(statements).not.toMatch(/GRANT OPTION|CREATE USER|DROP/)
  expect(accountStatements({ ...request, mode: 'externalReader' }).join('\n')).toContain(
    'GRANT SELECT ON `client_`*.* TO `operator` WITH GRANT OPTION',
  )
  expect(accountStatements({ ...request, mode: 'managed' })).toContain(
    'GRANT CREATE USER ON `datalens` TO `operator`',
  )
})

test('patterns that come to the same are granted once', () => {
  const twice = accountStatements({ ...request, patterns: ['a*', 'a?'], mode: 'managed' })
  expect(new Set(twice).size).toBe(twice.length)
})
