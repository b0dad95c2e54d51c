/** Which reasons call nobody: somebody decided it so, or somebody outside of the cluster has still to answer. */
import type {
  ClickHouseConnectionReason,
  ConnectorTenantReason,
  PartnerKeyReason,
  SecureEmbedReason,
} from './reasons.ts'

/** Whoever runs the object, or what it rests on, wants that nothing is changed. Of every kind. */
export const wantedSo = ['Suspended', 'Observing'] as const satisfies readonly (ClickHouseConnectionReason &
  PartnerKeyReason &
  ConnectorTenantReason &
  SecureEmbedReason)[]

export type WantedSo = (typeof wantedSo)[number]

export function isWantedSo(reason: string | undefined): reason is WantedSo {
  return wantedSo.some(wanted => wanted === reason)
}

/** The tenant asks for what it may not have, and its status says so to its author. */
export const refusedOnPurpose = [
  'NamespaceNotAllowed',
  'DatabaseNameNotAllowed',
  'DropNotAllowed',
  'SecretMetadataNotAllowed',
  'DatabaseOwnedElsewhere',
  'DatabaseUnmarked',
  'NameRetired',
] as const satisfies readonly ConnectorTenantReason[]

/**
 * The tenant's author, or its namespace, has to mend it: a name that leads nowhere, a Secret in the way, a quota of their
 * own. Its status and Events tell them.
 */
export const tenantsOwnFaults = [
  'PartnerKeyNotFound',
  'SecretConflict',
  'SecretRefused',
] as const satisfies readonly ConnectorTenantReason[]

/** The same of an embed, whose signing key is its author's, too. */
export const embedsOwnFaults = [
  'InvalidSpec',
  'SigningKeyNotOffered',
  'SigningKeyInvalid',
  'TokenTooLarge',
  'SecretMetadataNotAllowed',
  'SecretConflict',
  'SecretRefused',
  'Deleting',
] as const satisfies readonly SecureEmbedReason[]

/** The tenant is not served until a person has acted, and nothing is broken meanwhile. */
export const awaitsPerson = [
  'AwaitingKey',
  ...wantedSo,
  'Deleting',
] as const satisfies readonly ConnectorTenantReason[]
