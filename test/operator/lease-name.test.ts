import { expect, test } from 'vitest'
import { leaseNameOf } from '../../src/operator/election.ts'

test.each([
  ['the whole cluster', [], 'lenskeeper'],
  ['some namespaces, in any order', ['tenants', 'datalens', 'tenants'], 'lenskeeper.datalens.tenants'],
])('the Lease for %s', (_, namespaces, name) => expect(leaseNameOf(namespaces)).toBe(name))

test('a scope of very many namespaces has a name that Kubernetes takes, and that of no other', () => {
  const many = Array.from({ length: 30 }, (_, at) => `a-rather-long-namespace-${at}`)
  expect(leaseNameOf(many)).toMatch(/^lenskeeper\.[0-9a-f]{64}$/)
  expect(leaseNameOf(many)).not.toBe(leaseNameOf(many.slice(1)))
})
