export {
  type ClickHouseConnection,
  type ClickHouseConnectionSpec,
  type ClickHouseConnectionStatus,
  clickHouseConnection,
} from './click-house-connection.ts'
export type { ClickHouseConnectionConditionType } from './click-house-connection-status.ts'
export {
  type Condition,
  type ConditionStatus,
  type ConditionUpdate,
  findCondition,
  mergeConditions,
} from './conditions.ts'
export {
  type ConnectorTenant,
  type ConnectorTenantSpec,
  type ConnectorTenantStatus,
  connectorTenant,
} from './connector-tenant.ts'
export type { ConnectorTenantConditionType } from './connector-tenant-status.ts'
export type { LabelRequirement, LabelSelector } from './fields.ts'
export { annotations, fieldManager, labels, managedByValue, prefix, secretTypes } from './labels.ts'
export {
  handoverName,
  ledgerName,
  partnerKeyOf,
  partnerKeySecretName,
  readerSecretName,
  tokenSecretName,
} from './names.ts'
export { type Key, type KubeObject, keyOf, type ObjectMeta, type OwnerReference, splitKey } from './object.ts'
export { type PartnerKey, type PartnerKeySpec, type PartnerKeyStatus, partnerKey } from './partner-key.ts'
export type { PartnerKeyConditionType } from './partner-key-status.ts'
export type { ClickHouseConnectionReason, ConnectorTenantReason, PartnerKeyReason } from './reasons.ts'
export { apiVersion, type Crd, group, type Resource, type ResourceDefinition, version } from './resource.ts'
export type { TenantPolicy } from './tenant-policy.ts'
