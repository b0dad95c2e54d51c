/** Names of the objects that are made for ours. */
import type { ClickHouseConnection } from './clickhouse-connection.ts'
import type { ConnectorTenant } from './connector-tenant.ts'
import type { PartnerKey } from './partner-key.ts'

/** The Secret with the reader's password, in the connection's namespace. */
export function readerSecretName(connection: Pick<ClickHouseConnection, 'metadata' | 'spec'>): string {
  return connection.spec.reader.passwordSecretRef?.name ?? `${connection.metadata.name}-reader`
}

/** The Secret with the token, in the tenant's namespace. */
export function tokenSecretName(tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>): string {
  return tenant.spec.secret?.name ?? `${tenant.metadata.name}-datalens`
}

/** `namespace/name` of the PartnerKey that the tenant refers to. */
export function partnerKeyOf(tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>): string {
  const { namespace, name } = tenant.spec.partnerKeyRef
  return `${namespace ?? tenant.metadata.namespace ?? ''}/${name}`
}

/** `namespace/name` of the ClickHouseConnection that the PartnerKey refers to. */
export function connectionOf({ metadata, spec }: Pick<PartnerKey, 'metadata' | 'spec'>): string {
  return `${metadata.namespace ?? ''}/${spec.connectionRef.name}`
}

/** The immutable Secret with one version of the partner's key pair. */
export function partnerKeySecretName(partnerKey: string, keyVersion: number): string {
  return `${partnerKey}-partner-v${keyVersion}`
}

/** The ConfigMap that remembers every key ever used. */
export function ledgerName(partnerKey: string): string {
  return `${partnerKey}-keys`
}

/** The ConfigMap with what is to be sent to DataLens. */
export function handoverName(partnerKey: string): string {
  return `${partnerKey}-handover`
}
