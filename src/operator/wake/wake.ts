/**
 * Who wakes whom: the one place that knows which change concerns which objects. A dependency wakes its
 * dependants only when what they read of it has changed, as ten thousand tenants may hang on one PartnerKey.
 */
import { labels } from '../../api/labels.ts'
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { findCondition, isTrue } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { connectionOf, partnerKeyOf } from '../../api/names.ts'
import { keyOf, type ObjectKey, type KubeObject } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { Random } from '../../core/random.ts'
import { enqueueChanges } from '../../runtime/queue/enqueue.ts'
import type { Change } from '../../runtime/cache/store.ts'
import type { WorkQueue } from '../../runtime/queue/work-queue.ts'
import type { Concerns } from './concerned-tenants.ts'
import { concernsController, sameValue } from './changes.ts'
import type { Watches } from '../watches.ts'

export interface Queues {
  readonly connections: WorkQueue
  readonly partnerKeys: WorkQueue
  readonly tenants: WorkQueue
}

export interface WakeOptions {
  readonly watches: Watches
  readonly queues: Queues
  readonly random: Random
  /** A tenant is gone, or names another database than before. */
  readonly onDeparture: (tenant: ConnectorTenant) => void
  /** Tenants that were parked while that connection was away; they are so no longer. */
  readonly releaseParked: (connection: ObjectKey) => readonly ObjectKey[]
  /** Whose token would be another under the PartnerKey's new state; undefined for nobody's. */
  readonly pairMoves: (before: PartnerKey, after: PartnerKey) => Concerns | undefined
}

/** A fan-out is spread over this many milliseconds for each hundred of tenants, so that it is no storm. */
const spreadMsPerHundred = 20

/** Counts in a connection's status are at most this much behind the tenants, in milliseconds. */
const countMs = 5_000

export class Wake {
  readonly #options: WakeOptions

  constructor(options: WakeOptions) {
    this.#options = options
    const { watches, queues } = options
    enqueueChanges(watches.connections.store, queues.connections, { when: concernsController })
    enqueueChanges(watches.partnerKeys.store, queues.partnerKeys, { when: concernsController })
    enqueueChanges(watches.tenants.store, queues.tenants, { when: concernsController })
    watches.tenants.store.subscribe(change => this.#onTenant(change))
    watches.partnerKeys.store.subscribe(change => this.#onPartnerKey(change))
    watches.connections.store.subscribe(change => this.#onConnection(change))
    // What the first lists show is no news: every object of ours is in its queue by its own list. And a token that
    // was just written needs no second look: at ten thousand tenants that is as much work again.
    watches.secrets.store.subscribe(({ previous, current, initial, own }) => {
      if (initial || own !== undefined) return
      // Both: a label that was changed or taken away names whom it concerned before.
      this.#onOwnSecret(previous)
      this.#onOwnSecret(current)
    })
    watches.configMaps.store.subscribe(({ previous, current, initial }) => {
      if (!initial) this.#onOwnConfigMap(current ?? previous)
    })
    watches.namespaces?.store.subscribe(({ previous, current, initial }) => {
      if (initial || current === undefined || sameValue(previous?.metadata.labels, current.metadata.labels))
        return
      const found = watches.tenants.store.keysByIndex('namespace', current.metadata.name)
      this.#wake(queues.tenants, found, 'namespace labels')
    })
  }

  /** The keys of a PartnerKey have really changed. */
  keysChanged(partnerKey: ObjectKey, concerns: Concerns): void {
    const { watches, queues } = this.#options
    const found = watches.tenants.store.byIndex('partnerKey', partnerKey).filter(concerns)
    this.#wake(queues.tenants, found.map(keyOf), 'keys')
  }

  /** What the server says of these databases has changed. */
  databases(connection: ObjectKey, databases: readonly string[]): void {
    const { watches, queues } = this.#options
    const keys = databases.flatMap(database =>
      watches.tenants.store
        .byIndex('database', database)
        .filter(tenant => this.#connectionOf(tenant) === connection)
        .map(keyOf),
    )
    this.#wake(queues.tenants, keys, 'database')
  }

  /** The connection can be used again, or differently. */
  tenantsOf(connection: ObjectKey, { unreadyOnly }: { readonly unreadyOnly: boolean }): void {
    const { watches, queues } = this.#options
    const keys = watches.partnerKeys.store
      .keysByIndex('connection', connection)
      .flatMap(key => watches.tenants.store.byIndex('partnerKey', key))
      .filter(tenant => !unreadyOnly || !isTrue(tenant.status?.conditions, 'Ready'))
      .map(keyOf)
    this.#wake(queues.tenants, keys, 'connection')
  }

  /** The connection answers again. */
  parked(connection: ObjectKey): void {
    this.#wake(this.#options.queues.tenants, this.#options.releaseParked(connection), 'connection is back')
  }

  #connectionOf(tenant: ConnectorTenant): ObjectKey | undefined {
    const key = this.#options.watches.partnerKeys.store.get(partnerKeyOf(tenant))
    return key === undefined ? undefined : connectionOf(key)
  }

  #onTenant({ previous, current }: Change<ConnectorTenant>): void {
    if (previous === undefined) return
    this.#count(previous, current)
    const left = current === undefined || current.spec.database !== previous.spec.database
    if (left) this.#options.onDeparture(previous)
    // Whoever was refused the name because of this tenant may have it now: who is suspended or on the way out
    // keeps no name that it has not got yet.
    const yields = current?.spec.suspend === true && !previous.spec.suspend
    if (!left && !yields && current.metadata.deletionTimestamp === undefined) return
    const { watches, queues } = this.#options
    const rivals = watches.tenants.store.keysByIndex('database', previous.spec.database)
    this.#wake(
      queues.tenants,
      rivals.filter(key => key !== keyOf(previous)),
      'rival left',
    )
  }

  /** A database has come: the connection's counts are brought up to date, for many tenants at once. */
  #count(previous: ConnectorTenant, current: ConnectorTenant | undefined): void {
    if (current?.status?.database === undefined || previous.status?.database !== undefined) return
    const connection = this.#connectionOf(current)
    if (connection === undefined) return
    this.#options.queues.connections.add(connection, { priority: 'low', afterMs: countMs, reason: 'counts' })
  }

  #onPartnerKey({ key, previous, current, initial }: Change<PartnerKey>): void {
    const { watches, queues, pairMoves } = this.#options
    if (initial) return
    const all = (): ConnectorTenant[] => watches.tenants.store.byIndex('partnerKey', key)
    const everybody =
      previous === undefined ||
      current === undefined ||
      !sameValue(previous.spec.tenants, current.spec.tenants) ||
      previous.spec.connectionRef.name !== current.spec.connectionRef.name
    if (everybody) {
      // Those of other PartnerKeys, too, who wait for one of these to take the name or to lose the right to it.
      const rivals = (tenant: ConnectorTenant): readonly ObjectKey[] =>
        watches.tenants.store.keysByIndex('database', tenant.spec.database)
      this.#wake(queues.tenants, [...new Set(all().flatMap(rivals))], 'partner key')
    } else {
      const moves = pairMoves(previous, current)
      if (moves !== undefined) this.#wake(queues.tenants, all().filter(moves).map(keyOf), 'partner key')
    }
    const partnerKey = current ?? previous
    if (partnerKey === undefined || (previous !== undefined && current !== undefined)) return
    this.#wake(queues.connections, [connectionOf(partnerKey)], 'partner key')
  }

  #onConnection({ key, previous, current, initial }: Change<ClickHouseConnection>): void {
    if (initial) return
    const { watches, queues } = this.#options
    const same =
      previous !== undefined &&
      current !== undefined &&
      sameValue(previous.spec, current.spec) &&
      findCondition(previous.status?.conditions, 'Ready')?.status ===
        findCondition(current.status?.conditions, 'Ready')?.status
    if (same) return
    this.#wake(queues.partnerKeys, watches.partnerKeys.store.keysByIndex('connection', key), 'connection')
    const kept = previous !== undefined && current !== undefined && sameValue(previous.spec, current.spec)
    this.tenantsOf(key, { unreadyOnly: kept })
  }

  /** Token Secrets wake their tenant, key Secrets their PartnerKey, a reader's password its connections. */
  #onOwnSecret(secret: KubeObject | undefined): void {
    if (secret === undefined) return
    const { watches, queues } = this.#options
    const { namespace = '' } = secret.metadata
    const tenant = secret.metadata.labels?.[labels.tenant]
    if (tenant !== undefined) {
      queues.tenants.add(`${namespace}/${tenant}`, { reason: 'secret' })
      return
    }
    const partnerKey = secret.metadata.labels?.[labels.partnerKey]
    if (partnerKey !== undefined) {
      queues.partnerKeys.add(`${namespace}/${partnerKey}`, { reason: 'secret' })
      return
    }
    for (const connection of watches.connections.store.keys()) {
      if (connection.startsWith(`${namespace}/`)) queues.connections.add(connection, { reason: 'secret' })
    }
  }

  #onOwnConfigMap(configMap: KubeObject | undefined): void {
    const partnerKey = configMap?.metadata.labels?.[labels.partnerKey]
    if (configMap === undefined || partnerKey === undefined) return
    this.#options.queues.partnerKeys.add(`${configMap.metadata.namespace ?? ''}/${partnerKey}`, {
      reason: 'config map',
    })
  }

  /** Many at once give way to whatever somebody has just edited. */
  #wake(queue: WorkQueue, keys: readonly ObjectKey[], reason: string): void {
    const few = keys.length < 100
    const spread = few ? 0 : (keys.length / 100) * spreadMsPerHundred
    const priority = few ? 'normal' : 'low'
    for (const key of keys) queue.add(key, { reason, priority, afterMs: spread * this.#options.random() })
  }
}
