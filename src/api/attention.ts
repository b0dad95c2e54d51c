/** Which reasons call nobody: somebody decided it so, or somebody outside of the cluster has still to answer. */
import type { ConnectorTenantReason } from './reasons.ts'

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
  'Suspended',
  'Observing',
  'Deleting',
] as const satisfies readonly ConnectorTenantReason[]
