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

/** The tenant is not served until a person has acted, and nothing is broken meanwhile. */
export const awaitsPerson = [
  'AwaitingKey',
  ...wantedSo,
  'Deleting',
] as const satisfies readonly ConnectorTenantReason[]
