/** Labels, annotations and other fixed names that this operator puts on objects or reads from them. */
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
  /** Set by people, to offer a Secret for a purpose. */
  use: 'lenskeeper.dev/use',
} as const

export const managedByValue = 'lenskeeper'

export const annotations = {
  /** On a token Secret: `ConnectorTenant/<namespace>/<name>`. */
  owner: 'lenskeeper.dev/owner',
  /** On a token Secret: fingerprint of database, versions and key fingerprints that the token was made from. */
  fingerprint: 'lenskeeper.dev/fingerprint',
  mintedAt: 'lenskeeper.dev/minted-at',
  /** On a token Secret: names of the labels and annotations that came from the tenant's `spec.secret`. */
  givenMetadata: 'lenskeeper.dev/given-metadata',
  /** On a token Secret: HMAC over owner, inputs and token. */
  seal: 'lenskeeper.dev/seal',
  /** Set by people on a ConnectorTenant: the pair that DataLens refused. */
  rejected: 'lenskeeper.dev/rejected',
  /** Set by people on a ConnectorTenant: the name of its lost database, which may be made again, empty. */
  recreate: 'lenskeeper.dev/recreate',
  /** Set by people on a ClickHouseConnection: how many departures may be acted on. */
  confirmSweep: 'lenskeeper.dev/confirm-sweep',
  /** Set by people on a PartnerKey or ClickHouseConnection that is to be deleted though it has tenants. */
  confirmDeletion: 'lenskeeper.dev/confirm-deletion',
  /** Set by people on a ConnectorTenant: `Observe` shows what would be done and changes nothing. */
  mode: 'lenskeeper.dev/mode',
  /** Set by people on any of our objects: a new value has it reconciled now. */
  resync: 'lenskeeper.dev/resync',
} as const

/** The annotations by which people ask a controller for something. A change of one counts as a change of the spec. */
export const requests: readonly string[] = [
  annotations.rejected,
  annotations.recreate,
  annotations.confirmSweep,
  annotations.mode,
  annotations.resync,
]

export const secretTypes = {
  connectorToken: 'lenskeeper.dev/connector-token',
  partnerKey: 'lenskeeper.dev/partner-key',
} as const
