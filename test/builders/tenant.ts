import { connectorTenant, type ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { asRead, type Written } from './as-read.ts'

/** `tenants/acme` of `datalens/acme` with the database `client_1`, that nobody has looked at yet. */
export function builtTenant({
  metadata,
  spec,
  status,
}: Written<ConnectorTenant['spec'], ConnectorTenant['status']> = {}): ConnectorTenant {
  return asRead(connectorTenant, {
    metadata: {
      name: 'acme',
      namespace: 'tenants',
      uid: 'tenant-uid',
      resourceVersion: '10',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { partnerKeyRef: { name: 'acme', namespace: 'datalens' }, database: 'client_1', ...spec },
    status,
  }) as ConnectorTenant
}
