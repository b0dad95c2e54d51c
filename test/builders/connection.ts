import { clickHouseConnection, type ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import { asRead, type Written } from './as-read.ts'
import { readyCondition } from './conditions.ts'

export const endpointUrls = ['https://ch1.acme.example:8443', 'https://ch2.acme.example:8443'] as const

/** `datalens/default` with two endpoints, that nobody has looked at yet. */
export function builtConnection({
  metadata,
  spec,
  status,
}: Written<ClickHouseConnection['spec'], ClickHouseConnection['status']> = {}): ClickHouseConnection {
  return asRead(clickHouseConnection, {
    metadata: {
      name: 'default',
      namespace: 'datalens',
      uid: 'connection-uid',
      generation: 1,
      ...metadata,
    },
    spec: { endpoints: endpointUrls, credentialsSecretRef: { name: 'clickhouse-operator' }, ...spec },
    status,
  }) as ClickHouseConnection
}

export function readyConnection(
  written: Written<ClickHouseConnection['spec'], ClickHouseConnection['status']> = {},
): ClickHouseConnection {
  return builtConnection({ status: { conditions: [readyCondition] }, ...written })
}
