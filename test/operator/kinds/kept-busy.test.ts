import { expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { keptBusyBy } from '../../../src/operator/kinds/kept-busy.ts'

const named = (connection: string) =>
  ({
    metadata: { namespace: 'ns', name: 'key' },
    spec: { connectionRef: { name: connection } },
  }) as PartnerKey
const tenant = {
  metadata: { namespace: 'ns', name: 'tenant' },
  spec: { partnerKeyRef: { name: 'key' } },
} as ConnectorTenant

test.each([
  { what: 'the connection whose server is open', open: ['ns/main'], among: 2, is: 'ns/main' },
  { what: 'nobody, where the connection is alone', open: ['ns/main'], among: 1, is: undefined },
  { what: 'nobody, while the connection has no server', open: [], among: 2, is: undefined },
  {
    what: 'nobody, where a key names a connection that is not there',
    open: ['ns/main'],
    among: 2,
    named: 'none',
  },
])('a run keeps busy $what', ({ open, among, is, named: name = 'main' }) => {
  const from = {
    connections: { size: among },
    partnerKeys: { get: () => named(name) },
    tenants: { get: () => tenant },
    fleet: { get: (key: string) => (open.includes(key) ? ({} as Server) : undefined) },
  }
  expect(keptBusyBy('ns/tenant', from)).toBe(is)
})
