import { expect, test } from 'vitest'
import { ParkedTenants } from '../../src/connector-tenant/parked-tenants.ts'

test('gives each parked tenant of a connection once, wherever it was parked last', () => {
  const parked = new ParkedTenants()
  parked.park('tenants/a', 'datalens/one')
  parked.park('tenants/b', 'datalens/one')
  parked.park('tenants/c', 'datalens/two')
  parked.park('tenants/b', 'datalens/two')
  parked.park('tenants/gone', 'datalens/one')
  parked.forget('tenants/gone')
  expect(parked.release('datalens/one')).toEqual(['tenants/a'])
  expect(parked.release('datalens/one')).toEqual([])
  expect(parked.release('datalens/two').toSorted()).toEqual(['tenants/b', 'tenants/c'])
})
