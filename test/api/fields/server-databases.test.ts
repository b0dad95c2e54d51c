import { expect, test } from 'vitest'
import { isCatalog, isServersOwn, serverDatabases } from '../../../src/api/fields/server-databases.ts'

test.each([
  ['system', { own: true, catalog: true }],
  ['information_schema', { own: true, catalog: true }],
  ['INFORMATION_SCHEMA', { own: true, catalog: true }],
  ['System', { own: true, catalog: false }],
  ['default', { own: true, catalog: false }],
  ['_temporary_and_external_tables', { own: true, catalog: false }],
  ['systems', { own: false, catalog: false }],
  ['acme', { own: false, catalog: false }],
])('%s: %j', (name, { own, catalog }) => {
  expect(isServersOwn(name)).toBe(own)
  expect(isCatalog(name)).toBe(catalog)
})

test('the API names the best known in lower case', () => {
  expect(serverDatabases).toEqual(['system', 'information_schema', 'default'])
})
