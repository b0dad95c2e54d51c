/** Objects as worlds begin with them. A spec replaces what these would have. */
import type { ClickHouseAccess } from '../../src/dev/administrator.ts'
import type { DataLensPair } from './datalens.ts'

const apiVersion = 'lenskeeper.dev/v1alpha1'

/** A connection `default`, and its credentials. */
export function connectionObjects(
  { endpoints, username, password }: ClickHouseAccess,
  { namespace, spec }: { readonly namespace: string; readonly spec: object },
): readonly object[] {
  const credentials = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'clickhouse-operator', namespace },
    stringData: { username, password },
  }
  const connection = {
    apiVersion,
    kind: 'ClickHouseConnection',
    metadata: { name: 'default', namespace },
    spec: {
      endpoints,
      credentialsSecretRef: { name: 'clickhouse-operator' },
      syncInterval: '10s',
      ...spec,
    },
  }
  return [credentials, connection]
}

/** Lets in all namespaces and names. */
export function partnerKeyObject(
  name: string,
  spec: object,
  dataLens: { readonly version: number; readonly pair: DataLensPair },
): object {
  return {
    apiVersion,
    kind: 'PartnerKey',
    metadata: { name, namespace: 'datalens' },
    spec: {
      keyVersion: 1,
      dataLens: { keyVersion: dataLens.version, publicKey: dataLens.pair.publicPem },
      tenants: { namespaces: { from: 'All' }, databases: ['*'] },
      ...spec,
    },
  }
}

export function tenantObject(name: string, namespace: string, spec: object): object {
  return {
    apiVersion,
    kind: 'ConnectorTenant',
    metadata: { name, namespace },
    spec: { partnerKeyRef: { name: 'acme', namespace: 'datalens' }, ...spec },
  }
}
