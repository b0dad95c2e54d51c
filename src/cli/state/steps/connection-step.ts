/** What a connection that cannot be used means for a tenant. Pure. */
import type { ClickHouseConnection } from '../../../api/clickhouse-connection.ts'
import { clickHouseConnectionConditions } from '../../../api/status/clickhouse-connection.ts'
import { isAmiss, type Condition } from '../../../api/conditions.ts'
import type { ConnectorTenant } from '../../../api/connector-tenant.ts'
import type { ClickHouseConnectionReason, ConnectorTenantReason } from '../../../api/reasons.ts'
import type { Readable } from '../../cluster/cluster.ts'
import { currentCondition, toldBy } from './chain.ts'

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

/** The operator alone is shut out. Whoever has a token gets in as before, if the server is there at all. */
const operatorsOwn: ReadonlySet<string> = new Set<ClickHouseConnectionReason>([
  'CredentialsMissing',
  'CertificateAuthorityMissing',
  'TooManySecrets',
  'TooManyEndpoints',
  'AuthenticationFailed',
  'AccountDiffers',
  'AccountRestricted',
  'MissingPrivileges',
])

/** What is so of a tenant that stays Ready while the operator itself cannot work; undefined otherwise. */
export function asBefore({
  tenant,
  connection,
}: {
  readonly tenant: ConnectorTenant
  readonly connection: Readable<ClickHouseConnection>
}): string | undefined {
  if (connection === undefined || connection === 'forbidden') return undefined
  const own = currentCondition(connection, 'Ready')
  if (own?.status !== 'False' || !operatorsOwn.has(own.reason)) return undefined
  if (currentCondition(tenant, 'Ready')?.status !== 'True') return undefined
  const lead = tenant.spec.access === 'Withheld' ? 'Access stays withheld' : 'It is served as before'
  return `${lead}; nothing new happens until this is mended: ${toldBy('ClickHouseConnection', connection, own)}`
}
