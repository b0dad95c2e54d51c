/** Names of the objects that are made for ours, and keys of the objects that ours refer to. */
import type { ClickHouseConnection } from './clickhouse-connection.ts'
import type { ConnectorTenant } from './connector-tenant.ts'
import { parseVersion } from './fields/key-version.ts'
import { labels } from './labels.ts'
import { beside, type KubeObject, type ObjectKey } from './object.ts'
import type { PartnerKey } from './partner-key.ts'
import type { SecureEmbed } from './secure-embed.ts'

/** The Secret with the reader's password, in the connection's namespace. */
export function readerSecretName(connection: Pick<ClickHouseConnection, 'metadata' | 'spec'>): string {
  return connection.spec.reader.passwordSecretRef?.name ?? `${connection.metadata.name}-reader`
}

/** The Secret with the token, in the tenant's namespace. */
export function tokenSecretName(tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>): string {
  return tenant.spec.secret?.name ?? `${tenant.metadata.name}-datalens`
}

/** The key of the Secret with the token. */
export function tokenSecretKey(tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>): ObjectKey {
  return beside(tenant, tokenSecretName(tenant))
}

/** The Secret with the link, in the embed's namespace. */
export function linkSecretName(embed: Pick<SecureEmbed, 'metadata' | 'spec'>): string {
  return embed.spec.secret?.name ?? `${embed.metadata.name}-embed`
}

/** The Secret with the key that signs the embed's links. */
export function signingKeyOf(embed: Pick<SecureEmbed, 'metadata' | 'spec'>): ObjectKey {
  return beside(embed, embed.spec.signingKeySecretRef.name)
}

/** The PartnerKey that the tenant refers to. */
export function partnerKeyOf(tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>): ObjectKey {
  const { namespace, name } = tenant.spec.partnerKeyRef
  return `${namespace ?? tenant.metadata.namespace ?? ''}/${name}`
}

/** The ClickHouseConnection that the PartnerKey refers to. */
export function connectionOf(partnerKey: Pick<PartnerKey, 'metadata' | 'spec'>): ObjectKey {
  return beside(partnerKey, partnerKey.spec.connectionRef.name)
}

/** The ClickHouseConnection that serves the tenant; undefined while there is no such PartnerKey. */
export function connectionOfTenant(
  tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>,
  partnerKeys: { get(key: ObjectKey): PartnerKey | undefined },
): ObjectKey | undefined {
  const partnerKey = partnerKeys.get(partnerKeyOf(tenant))
  return partnerKey === undefined ? undefined : connectionOf(partnerKey)
}

/** The Secrets that the connection reads: the operator's account, the reader's password, the authority. */
export function secretsOfConnection(connection: ClickHouseConnection): readonly ObjectKey[] {
  const { credentialsSecretRef, tls } = connection.spec
  const authority = tls === undefined ? [] : [tls.caSecretRef.name]
  const names = [credentialsSecretRef.name, readerSecretName(connection), ...authority]
  return names.map(name => beside(connection, name))
}

/** The Secret that brings the PartnerKey's private key, if one does. */
export function secretsOfPartnerKey(partnerKey: PartnerKey): readonly ObjectKey[] {
  const brought = partnerKey.spec.privateKeySecretRef
  return brought === undefined ? [] : [beside(partnerKey, brought.name)]
}

/** The ConnectorTenant that the object's label names. */
export function labelledTenant(object: KubeObject): ObjectKey | undefined {
  return labelled(object, labels.tenant)
}

/** The entries of an index `tenant` over Secrets. */
export function tenantIndex(secret: KubeObject): readonly ObjectKey[] {
  const tenant = labelledTenant(secret)
  return tenant === undefined ? [] : [tenant]
}

/** The entries of an index `embed` over Secrets: the SecureEmbed that the label names. */
export function embedIndex(secret: KubeObject): readonly ObjectKey[] {
  const embed = labelled(secret, labels.embed)
  return embed === undefined ? [] : [embed]
}

/** The PartnerKey of the object's own namespace that its label names. */
export function labelledPartnerKey(object: KubeObject): ObjectKey | undefined {
  return labelled(object, labels.partnerKey)
}

function labelled(object: KubeObject, label: string): ObjectKey | undefined {
  const name = object.metadata.labels?.[label]
  return name === undefined ? undefined : beside(object, name)
}

/** The immutable Secret with one version of the partner's key pair. */
export function partnerKeySecretName(partnerKey: string, keyVersion: number): string {
  return `${keySecretPrefix(partnerKey)}${keyVersion}`
}

/** The version in the name of a key Secret of this PartnerKey. */
export function keyVersionIn(secretName: string, partnerKey: string): number | undefined {
  const start = keySecretPrefix(partnerKey)
  return secretName.startsWith(start) ? parseVersion(secretName.slice(start.length)) : undefined
}

function keySecretPrefix(partnerKey: string): string {
  return `${partnerKey}-partner-v`
}

/** The ConfigMap that remembers every key ever used. */
export function ledgerName(partnerKey: string): string {
  return `${partnerKey}-keys`
}

/** The ConfigMap with what is to be sent to DataLens. */
export function handoverName(partnerKey: string): string {
  return `${partnerKey}-handover`
}
