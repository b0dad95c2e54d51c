/**
 * The checks before anything is done for a tenant, in the order in which they are told: the namespace, the name, and
 * only then the server, so that a refused tenant learns nothing about it.
 */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import { splitKey } from '../api/object.ts'
import { findCondition } from '../api/conditions.ts'
import { databaseAllowed, databaseNameProblem, namespaceAllowed } from '../tenancy/name-policy.ts'
import type { Observed } from './observed.ts'
import type { SecretShape } from '../published-secret/build.ts'
import { forbiddenMetadata } from '../published-secret/metadata.ts'
import type { Refusal } from './refusal.ts'
import type { CurrentTokenView } from './token/view.ts'

type Part<Name extends keyof Observed> = Pick<Observed, Name>

/** The checks in their order. Each says what it looks at, so that a command that sees only so much can ask it, too. */
export const checks = {
  suspended: notSuspended,
  deleting: notDeleting,
  partnerKey: partnerKeyExists,
  namespace: namespaceIsAllowed,
  name: nameIsAllowed,
  drop: dropIsAllowed,
  metadata: metadataIsAllowed,
  connection: connectionIsUsable,
} as const satisfies Readonly<Record<string, (seen: Observed) => Refusal | undefined>>

const { connection, ...beforeServer } = checks
const policies = [...Object.values(beforeServer), keysAreKnown]

/** The first objection that rests on no server, or undefined: then it may be asked. */
export function refusalByPolicy(seen: Omit<Observed, 'endpoints'>): Refusal | undefined {
  for (const check of policies) {
    const refusal = check(seen)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** The first objection before the claim. */
export function firstRefusal(seen: Observed): Refusal | undefined {
  return refusalByPolicy(seen) ?? connection(seen)
}

function notSuspended({ tenant }: Part<'tenant'>): Refusal | undefined {
  if (!tenant.spec.suspend) return undefined
  return {
    reason: 'Suspended',
    weight: 'paused',
    message: 'spec.suspend is true: nothing is changed. Set it to false to go on.',
  }
}

function notDeleting({ tenant }: Part<'tenant'>): Refusal | undefined {
  if (tenant.metadata.deletionTimestamp === undefined) return undefined
  const finalizers = (tenant.metadata.finalizers ?? []).join(', ')
  return {
    reason: 'Deleting',
    weight: 'paused',
    message: `The tenant is being deleted and waits for somebody else’s finalizer (${finalizers}); nothing new is made for it.`,
  }
}

function partnerKeyExists({
  partnerKey,
  partnerKeyRef,
}: Part<'partnerKey' | 'partnerKeyRef'>): Refusal | undefined {
  if (partnerKey !== undefined) return undefined
  const { namespace, name } = splitKey(partnerKeyRef)
  return {
    reason: 'PartnerKeyNotFound',
    weight: 'waiting',
    message: `There is no PartnerKey "${name}" in namespace "${namespace}". The tenant goes on as soon as there is one; partnerKeyRef cannot be changed, so a wrong name needs a new tenant.`,
  }
}

function namespaceIsAllowed({
  partnerKey,
  key,
  namespaceLabels,
}: Part<'partnerKey' | 'key' | 'namespaceLabels'>): Refusal | undefined {
  if (partnerKey === undefined) return undefined
  const { namespace } = splitKey(key)
  const allowed = namespaceAllowed(partnerKey.spec.tenants.namespaces, {
    keyNamespace: partnerKey.metadata.namespace ?? '',
    tenantNamespace: namespace,
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
  })
  if (allowed) return undefined
  return {
    reason: 'NamespaceNotAllowed',
    weight: 'stalled',
    message: `The PartnerKey lets no tenants of namespace "${namespace}" in. Whoever runs it can allow the namespace in spec.tenants.namespaces.`,
  }
}

function nameIsAllowed({
  partnerKey,
  tenant,
  key,
}: Part<'partnerKey' | 'tenant' | 'key'>): Refusal | undefined {
  const { database } = tenant.spec
  // The API server refuses these already, but the CRD may be of another version, or edited by hand.
  const problem = databaseNameProblem(database)
  if (problem !== undefined) return { reason: 'DatabaseNameNotAllowed', weight: 'stalled', message: problem }
  if (partnerKey === undefined) return undefined
  const { namespace } = splitKey(key)
  const at = { keyNamespace: partnerKey.metadata.namespace ?? '', tenantNamespace: namespace, database }
  if (databaseAllowed(partnerKey.spec.tenants.databases, at)) return undefined
  return {
    reason: 'DatabaseNameNotAllowed',
    weight: 'stalled',
    message: `The PartnerKey does not let tenants of namespace "${namespace}" use the database name "${database}". Whoever runs it can add a pattern to spec.tenants.databases.`,
  }
}

function dropIsAllowed({ partnerKey, tenant }: Part<'partnerKey' | 'tenant'>): Refusal | undefined {
  const { database, deletionPolicy, confirmDrop } = tenant.spec
  if (deletionPolicy !== 'Drop') return undefined
  // As for the name: a CRD that somebody edited may not ask for the confirmation.
  if (confirmDrop !== database) {
    const message = `deletionPolicy is Drop, which loses data: confirm it with spec.confirmDrop: ${database}, or use Retain.`
    return { reason: 'DropNotAllowed', weight: 'stalled', message }
  }
  if (partnerKey?.spec.tenants.allowDrop === true) return undefined
  return {
    reason: 'DropNotAllowed',
    weight: 'stalled',
    message:
      'deletionPolicy is Drop, which the PartnerKey does not allow. Use Retain, or ask whoever runs the PartnerKey to set spec.tenants.allowDrop.',
  }
}

function metadataIsAllowed({
  shape,
  metadataPrefixes,
}: Part<'metadataPrefixes'> & {
  readonly shape: Pick<SecretShape, 'labels' | 'annotations'>
}): Refusal | undefined {
  const message = forbiddenMetadata(shape, metadataPrefixes)
  return message === undefined
    ? undefined
    : { reason: 'SecretMetadataNotAllowed', weight: 'stalled', message }
}

/** Once the PartnerKey was looked at, the ring has an entry, even if an empty one. */
function keysAreKnown({ ring }: Part<'ring'>): Refusal | undefined {
  if (ring !== undefined) return undefined
  const message = 'The operator has not looked at the PartnerKey yet.'
  return { reason: 'AwaitingKey', weight: 'waiting', message, starting: true }
}

function connectionIsUsable({
  partnerKey,
  connection,
  endpoints,
  secret,
}: Part<'partnerKey' | 'connection' | 'endpoints'> & {
  readonly secret?: Pick<CurrentTokenView, 'seal'> | undefined
}): Refusal | undefined {
  const name = partnerKey?.spec.connectionRef.name ?? ''
  if (connection === undefined) {
    return connectionNotReady(
      `There is no ClickHouseConnection "${name}" beside the PartnerKey. The platform team creates it.`,
    )
  }
  if (connection.spec.suspend) {
    return {
      reason: 'Suspended',
      weight: 'paused',
      message: 'The ClickHouse connection is suspended; nothing is changed there until it goes on.',
    }
  }
  const conditions = connection.status?.conditions
  const ready = findCondition(conditions, 'Ready')?.status
  const refusal = connectionNotReady('The ClickHouse connection is not ready; the platform team sees why.')
  if (endpoints.length === 0) return ready === 'False' ? refusal : { ...refusal, starting: true }
  if (!endpoints.some(({ reachable }) => reachable)) {
    return connectionNotReady('ClickHouse cannot be used at the moment; the platform team sees why.')
  }
  // A tenant with a token goes on, for example with a rotation. A new one needs a connection that is Ready.
  if (secret?.seal === 'valid') return undefined
  if (ready === 'True') return lacksRights(conditions) ? connectionNotReady(notEverywhere) : undefined
  return ready === 'False' ? refusal : { ...refusal, starting: true }
}

const notEverywhere =
  'Some endpoints of ClickHouse cannot be worked with yet, and a new tenant needs all of them; the platform team sees why, on the connection.'

/** On some endpoint. One that is away is seen to be so, and the claim waits for it. */
function lacksRights(conditions: NonNullable<ClickHouseConnection['status']>['conditions']): boolean {
  const reachable = findCondition(conditions, 'Reachable')
  return reachable?.reason === 'MissingPrivileges' || reachable?.reason === 'AccountRestricted'
}

function connectionNotReady(message: string): Refusal {
  return { reason: 'ConnectionNotReady', weight: 'waiting', message }
}
