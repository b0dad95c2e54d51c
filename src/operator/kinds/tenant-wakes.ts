/**
 * What wakes tenants besides their own changes. Ten thousand may refer to one PartnerKey, so a change wakes them only
 * if they read what has changed.
 */
import { isTrue } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Namespace, Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import { connectionOfTenant, tokenSecretKey } from '../../api/names.ts'
import { keyOf, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { ParkedTenants } from '../../connector-tenant/parked-tenants.ts'
import type { Random } from '../../core/random.ts'
import type { Change } from '../../runtime/cache/change.ts'
import type { WorkQueue } from '../../runtime/queue/work-queue.ts'
import type { KeyRing } from '../../token/key-ring.ts'
import { sameValue } from '../wake/changes.ts'
import { fanOut } from '../wake/fan-out.ts'
import type { Watched } from '../watches.ts'
import type { ConcernedTenants } from './concerned-tenants.ts'
import { connectionChange } from './connection-change.ts'
import type { Related } from './environment.ts'
import type { ServerChanges } from './server-changes.ts'

export interface TenantSources extends Related {
  readonly secrets: Pick<Watched<Secret>, 'store'>
  readonly namespaces: Watched<Namespace> | undefined
  readonly changes: ServerChanges
  readonly keyRing: KeyRing
  readonly parked: Pick<ParkedTenants, 'release'>
  readonly concerned: ConcernedTenants
}

type Wake = (keys: readonly ObjectKey[], reason: string) => void

export function wakeTenants(queue: WorkQueue, from: TenantSources, random: Random): void {
  const wake: Wake = (keys, reason) => fanOut(queue, keys, { reason, random })
  from.tenants.store.subscribe(change => wake(rivalsOf(change, from), 'rival left'))
  from.secrets.store.subscribe(change => wake(rivalsOfToken(change, from), 'rival’s token'))
  from.partnerKeys.store.subscribe(change => wake(keysOfPartnerKey(change, from), 'partner key'))
  from.keyRing.subscribe((key, added) => {
    const concerns = from.concerned.needsKeys(key, added)
    wake(from.tenants.store.byIndex('partnerKey', key).filter(concerns).map(keyOf), 'keys')
  })
  from.namespaces?.store.subscribe(({ previous, current, initial }) => {
    if (initial || current === undefined) return
    if (sameValue(previous?.metadata.labels, current.metadata.labels)) return
    const there = from.tenants.store.byIndex('namespace', current.metadata.name)
    wake(withRivals(there, from), 'namespace labels')
  })
  wakeByServer(wake, from)
}

function wakeByServer(
  wake: Wake,
  { connections, partnerKeys, tenants, changes, parked }: TenantSources,
): void {
  const usable = (connection: ObjectKey, { unreadyOnly }: { readonly unreadyOnly: boolean }): void => {
    const found = partnerKeys.store
      .keysByIndex('connection', connection)
      .flatMap(key => tenants.store.byIndex('partnerKey', key))
      .filter(tenant => !unreadyOnly || !isTrue(tenant.status?.conditions, 'Ready'))
    wake(found.map(keyOf), 'connection')
  }
  connections.store.subscribe(change => {
    const what = connectionChange(change)
    if (what !== 'none') usable(change.key, { unreadyOnly: what === 'readiness' })
  })
  changes.subscribe({
    usable,
    databases(connection, databases) {
      const found = databases
        .flatMap(database => tenants.store.byIndex('database', database))
        .filter(tenant => connectionOfTenant(tenant, partnerKeys.store) === connection)
      wake(found.map(keyOf), 'database')
    },
    answers: connection => wake(parked.release(connection), 'connection is back'),
  })
}

/**
 * The tenants that wait for a database name which this one may have given up: it is suspended, or being deleted, or looks
 * for its token in another Secret.
 */
function rivalsOf(
  { previous, current }: Change<ConnectorTenant>,
  { tenants }: TenantSources,
): readonly ObjectKey[] {
  if (previous === undefined) return []
  const left = current === undefined || current.spec.database !== previous.spec.database
  const yields = current?.spec.suspend === true && !previous.spec.suspend
  const moves = current !== undefined && tokenSecretKey(current) !== tokenSecretKey(previous)
  if (!left && !yields && !moves && current.metadata.deletionTimestamp === undefined) return []
  return othersWanting(previous, tenants)
}

/** The tenants that wait for a database name which a rival may have kept by the token that was in this Secret. */
function rivalsOfToken(
  { key, previous, current, initial }: Change<Secret>,
  { tenants }: TenantSources,
): readonly ObjectKey[] {
  if (initial || previous?.metadata.annotations?.[annotations.seal] === undefined) return []
  if (sameValue(sealedIn(previous), sealedIn(current))) return []
  return tenants.store.byIndex('secret', key).flatMap(tenant => othersWanting(tenant, tenants))
}

/** All that the seal of a token covers, and the seal. */
function sealedIn(secret: Secret | undefined): unknown {
  const { [annotations.seal]: seal, [annotations.fingerprint]: fingerprint } =
    secret?.metadata.annotations ?? {}
  return [seal, fingerprint, secret?.data?.['token']]
}

function othersWanting(tenant: ConnectorTenant, { store }: TenantSources['tenants']): readonly ObjectKey[] {
  return store.keysByIndex('database', tenant.spec.database).filter(key => key !== keyOf(tenant))
}

/** These tenants, and those of other PartnerKeys and namespaces that may wait for a name which one of them has or wants. */
function withRivals(
  those: readonly ConnectorTenant[],
  { tenants }: Pick<TenantSources, 'tenants'>,
): readonly ObjectKey[] {
  const names = those.flatMap(({ spec }) => tenants.store.keysByIndex('database', spec.database))
  return [...new Set(names)]
}

function keysOfPartnerKey(
  { key, previous, current, initial }: Change<PartnerKey>,
  { tenants, concerned }: TenantSources,
): readonly ObjectKey[] {
  if (initial) return []
  const all = (): readonly ConnectorTenant[] => tenants.store.byIndex('partnerKey', key)
  const everybody =
    previous === undefined ||
    current === undefined ||
    !sameValue(previous.spec.tenants, current.spec.tenants) ||
    previous.spec.connectionRef.name !== current.spec.connectionRef.name
  if (!everybody) {
    const moves = concerned.pairMoves(previous, current)
    return moves === undefined ? [] : all().filter(moves).map(keyOf)
  }
  return withRivals(all(), { tenants })
}
