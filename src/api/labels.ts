/** Labels, annotations and other fixed names that this operator puts on objects or reads from them. */
import type { KubeObject } from './object.ts'

export const prefix = 'lenskeeper.dev/'

/** The name under which the operator writes, in `managedFields`. */
export const fieldManager = 'lenskeeper'

export const labels = {
  /** Always `lenskeeper` on objects that we made. Watches select by it. */
  managedBy: 'app.kubernetes.io/managed-by',
  /** On a token Secret: the ConnectorTenant's name. */
  tenant: 'lenskeeper.dev/tenant',
  /** On objects that belong to a PartnerKey: its name. */
  partnerKey: 'lenskeeper.dev/partner-key',
  /** On the Secret with a link: the SecureEmbed's name. */
  embed: 'lenskeeper.dev/embed',
  /** Set by people, to offer a Secret for a purpose: `embed-signing`. */
  use: 'lenskeeper.dev/use',
} as const

export const managedByValue = 'lenskeeper'

/** Whether it has the label that the policy `reserved-metadata` keeps for us, and with it all annotations of ours. */
export function isLabelledOurs({ metadata }: KubeObject): boolean {
  return metadata.labels?.[labels.managedBy] === managedByValue
}

/** The value of `labels.use` on a Secret whose key may sign embeds. */
export const embedSigningUse = 'embed-signing'

export const annotations = {
  /** On a Secret that we publish: `ConnectorTenant/<namespace>/<name>`. */
  owner: 'lenskeeper.dev/owner',
  /** On a Secret that we publish: fingerprint of all that its token was made from. */
  fingerprint: 'lenskeeper.dev/fingerprint',
  mintedAt: 'lenskeeper.dev/minted-at',
  /** On a Secret that we publish: names of the labels and annotations that came from its owner's `spec.secret`. */
  givenMetadata: 'lenskeeper.dev/given-metadata',
  /** On a token Secret: HMAC over owner, inputs and token. */
  seal: 'lenskeeper.dev/seal',
  /** On the Secret with a link: fingerprint of the key that signed it. */
  signedBy: 'lenskeeper.dev/signed-by',
  /** On the Secret with a link: the embed and the key of the link before, as JSON, if one of them was another. */
  previous: 'lenskeeper.dev/previous',
  /** Set by people on a ConnectorTenant: the pair that DataLens refused. */
  rejected: 'lenskeeper.dev/rejected',
  /** Set by people on a ConnectorTenant: the name of its lost database, which may be made again, empty. */
  recreate: 'lenskeeper.dev/recreate',
  /** Set by people on a ClickHouseConnection: names from `status.held` of departures that may be acted on. */
  confirmSweep: 'lenskeeper.dev/confirm-sweep',
  /** Set by people on a ClickHouseConnection: names from `status.held` of databases that may be emptied. */
  confirmEmptying: 'lenskeeper.dev/confirm-emptying',
  /** Set by people on a PartnerKey or ClickHouseConnection that is to be deleted though it has tenants. */
  confirmDeletion: 'lenskeeper.dev/confirm-deletion',
  /** Set by people on a ConnectorTenant or SecureEmbed: `Observe` shows what would be done and changes nothing. */
  mode: 'lenskeeper.dev/mode',
  /** On the Lease of an election: the number of transitions at which its holder gave it back. */
  released: 'lenskeeper.dev/released',
  /** Set by people on any of our objects: a new value has it reconciled now. */
  resync: 'lenskeeper.dev/resync',
} as const

/** The annotations by which people ask a controller for something. A change of one counts as a change of the spec. */
export const requests: readonly string[] = [
  annotations.rejected,
  annotations.recreate,
  annotations.confirmSweep,
  annotations.confirmEmptying,
  annotations.mode,
  annotations.resync,
]

export const secretTypes = {
  connectorToken: 'lenskeeper.dev/connector-token',
  embedToken: 'lenskeeper.dev/embed-token',
  partnerKey: 'lenskeeper.dev/partner-key',
} as const
