/** What the operator watches: one store a kind, fed by one reflector, or by one a namespace when it is scoped. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import { clickHouseConnection } from '../api/clickhouse-connection.ts'
import { connectorTenant, type ConnectorTenant } from '../api/connector-tenant.ts'
import type { ConfigMap, Namespace, Secret } from '../api/core-objects.ts'
import { labels, managedByValue } from '../api/labels.ts'
import { connectionOf, partnerKeyOf } from '../api/names.ts'
import type { KubeObject } from '../api/object.ts'
import { partnerKey, type PartnerKey } from '../api/partner-key.ts'
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import { ResourceClient, type Selection } from '../kube/objects/resource-client.ts'
import { configMaps, namespaces, secrets, type ResourceType } from '../kube/objects/resources.ts'
import type { Transport } from '../kube/call/transport.ts'
import type { AnyReflector } from '../runtime/manager.ts'
import type { RuntimeMetrics } from '../runtime/metrics.ts'
import { dropBulk } from '../runtime/cache/drop-bulk.ts'
import { Reflector } from '../runtime/cache/reflector.ts'
import { SharedTexts } from '../runtime/cache/shared-texts.ts'
import { Store } from '../runtime/cache/store.ts'
import type { Logger } from '../telemetry/log.ts'

export interface WatchEnvironment {
  readonly transport: Transport
  /** Empty: all namespaces. */
  readonly watchNamespaces: readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: RuntimeMetrics
}

/** A kind with its cache and its client. */
export interface Watched<T extends KubeObject> {
  readonly store: Store<T>
  readonly client: ResourceClient<T>
  readonly reflectors: readonly AnyReflector[]
}

export interface Watches {
  readonly connections: Watched<ClickHouseConnection>
  readonly partnerKeys: Watched<PartnerKey>
  readonly tenants: Watched<ConnectorTenant>
  /** Those labelled as ours. */
  readonly secrets: Watched<Secret>
  /** Those labelled as ours. */
  readonly configMaps: Watched<ConfigMap>
  /** Only where the operator sees the whole cluster. */
  readonly namespaces: Watched<Namespace> | undefined
}

export function createWatches(environment: WatchEnvironment): Watches {
  const ours: Selection = { labelSelector: `${labels.managedBy}=${managedByValue}` }
  const watches: Watches = {
    connections: watch<ClickHouseConnection>(clickHouseConnection, {}, environment),
    partnerKeys: watch<PartnerKey>(partnerKey, {}, environment),
    tenants: watch<ConnectorTenant>(connectorTenant, {}, { ...environment, project: sharing(dropBulk) }),
    secrets: watch<Secret>(secrets, ours, { ...environment, project: sharing(dropManagedFields) }),
    configMaps: watch<ConfigMap>(configMaps, ours, environment),
    namespaces:
      environment.watchNamespaces.length === 0 ? watch<Namespace>(namespaces, {}, environment) : undefined,
  }
  addIndexes(watches)
  return watches
}

export function reflectorsOf(watches: Watches): AnyReflector[] {
  return Object.values(watches).flatMap(
    (watched: Watched<KubeObject> | undefined) => watched?.reflectors ?? [],
  )
}

function watch<T extends KubeObject>(
  type: ResourceType<T>,
  selection: Selection,
  environment: WatchEnvironment & { readonly project?: (object: T) => T },
): Watched<T> {
  const { transport, watchNamespaces, clock, random, log, metrics } = environment
  const client = new ResourceClient<T>(transport, type)
  const { project } = environment
  const store = new Store<T>({ name: type.plural, log, ...(project === undefined ? {} : { project }) })
  const scopes: readonly (string | undefined)[] = watchNamespaces.length === 0 ? [undefined] : watchNamespaces
  const reflectors = scopes.map(namespace => {
    const scoped = namespace === undefined ? selection : { ...selection, namespace }
    return new Reflector<T>({
      name: namespace === undefined ? type.plural : `${type.plural} in ${namespace}`,
      source: client.listWatch(scoped),
      store,
      ...(namespace === undefined ? {} : { covers: key => key.startsWith(`${namespace}/`) }),
      clock,
      random,
      log,
      metrics,
    })
  })
  return { store, client, reflectors }
}

/** Of ten thousand objects most say the same about the same key. */
function sharing<T extends KubeObject>(project: (object: T) => T): (object: T) => T {
  const texts = new SharedTexts()
  return object => {
    const kept = project(object)
    texts.settle(kept)
    return kept
  }
}

/** Secrets are written back as a whole, so all that others put there must be kept; the server keeps this one. */
function dropManagedFields(secret: Secret): Secret {
  const { managedFields: _dropped, ...metadata } = secret.metadata as Secret['metadata'] & {
    readonly managedFields?: unknown
  }
  return { ...secret, metadata }
}

function addIndexes({ partnerKeys, tenants, secrets: tokens }: Watches): void {
  partnerKeys.store.addIndex('connection', key => [connectionOf(key)])
  tenants.store.addIndex('partnerKey', tenant => [partnerKeyOf(tenant)])
  tenants.store.addIndex('database', tenant => [tenant.spec.database])
  tenants.store.addIndex('namespace', tenant => [tenant.metadata.namespace ?? ''])
  tokens.store.addIndex('tenant', ({ metadata }) => {
    const tenant = metadata.labels?.[labels.tenant]
    return tenant === undefined ? [] : [`${metadata.namespace ?? ''}/${tenant}`]
  })
}
