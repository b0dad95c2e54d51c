/** What the connection says of a tenant that it does not serve. Pure. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { clickHouseConnectionConditions } from '../../api/clickhouse-connection-status.ts'
import { isAmiss, type Condition } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { ConnectorTenantReason } from '../../api/reasons.ts'
import { currentCondition } from './chain.ts'

/** Which condition of the connection tells a waiting tenant's reason, while the connection itself is Ready. */
const tells = {
  ConnectionNotReady: 'Reachable',
  StatementRefused: 'StatementsRefused',
} as const satisfies Partial<Record<ConnectorTenantReason, keyof typeof clickHouseConnectionConditions>>

/** The condition of the connection for which the tenant waits; undefined if it has no such. */
export function whatHoldsUp(
  tenant: ConnectorTenant,
  connection: ClickHouseConnection,
): Condition | undefined {
  const own = currentCondition(connection, 'Ready')
  if (own !== undefined && own.status !== 'True') return own
  const waits = currentCondition(tenant, 'Ready')
  if (waits === undefined || waits.status === 'True' || !Object.hasOwn(tells, waits.reason)) return undefined
  const found = currentCondition(connection, tells[waits.reason as keyof typeof tells])
  return found !== undefined && isAmiss(clickHouseConnectionConditions, found) ? found : undefined
}
