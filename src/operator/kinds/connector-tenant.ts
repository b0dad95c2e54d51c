/** The ConnectorTenant in the operator. */
import { connectorTenant, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { splitKey } from '../../api/object.ts'
import { partnerKeyOf, tenantIndex, tokenSecretKey } from '../../api/names.ts'
import { createConnectorTenantController } from '../../connector-tenant/controller.ts'
import { ParkedTenants } from '../../connector-tenant/parked-tenants.ts'
import { SecretLookup } from '../../published-secret/lookup.ts'
import { leanOwner } from '../../published-secret/request.ts'
import { dropBulk } from '../../runtime/cache/drop-bulk.ts'
import { WorkQueue } from '../../runtime/queue/work-queue.ts'
import type { Kind } from '../kind.ts'
import { sharing, watch, type SharedWatches, type Watched, type WatchEnvironment } from '../watches.ts'
import { concernedTenants } from './concerned-tenants.ts'
import { controllerDeps, queueOptions, sight, type KindEnvironment, type Related } from './environment.ts'
import { countConditions } from './figures/condition-counts.ts'
import { countReady } from './figures/ready-counts.ts'
import { keptBusyBy } from './kept-busy.ts'
import { refusalFigures } from './figures/refusal-figures.ts'
import type { ServerChanges } from './server-changes.ts'
import { wakeTenants } from './tenant-wakes.ts'

/** Also adds the index `tenant` to the Secrets. */
export function watchTenants(
  environment: WatchEnvironment,
  { secrets }: Pick<SharedWatches, 'secrets'>,
): Watched<ConnectorTenant> {
  const watched = watch<ConnectorTenant>(connectorTenant, environment, {
    project: sharing((tenant: ConnectorTenant) => leanOwner(dropBulk(tenant))),
  })
  watched.store.addIndex('partnerKey', tenant => [partnerKeyOf(tenant)])
  watched.store.addIndex('database', tenant => [tenant.spec.database])
  watched.store.addIndex('secret', tenant => [tokenSecretKey(tenant)])
  watched.store.addIndex('namespace', tenant => [tenant.metadata.namespace ?? ''])
  secrets.store.addIndex('tenant', tenantIndex)
  return watched
}

export function tenantKind(
  environment: KindEnvironment,
  related: Related,
  changes: ServerChanges,
): Kind<ConnectorTenant> {
  const { shared, keyRing, random } = environment
  const queue = tenantQueue(environment, related)
  const parked = new ParkedTenants()
  const controller = createTenantController(environment, related, parked)
  return {
    name: 'tenants',
    watched: related.tenants,
    queue,
    firstLook: 'follows',
    // Its connection is in its PartnerKey's namespace, and so are the keys of all that share that.
    dependsOn(key) {
      const tenant = related.tenants.store.get(key)
      return tenant && splitKey(partnerKeyOf(tenant)).namespace
    },
    reconcile: (key, signal) => controller.reconcile(key, signal),
    subjectsOfSecret: tenantIndex,
    subscribe() {
      const concerned = concernedTenants(shared.secrets.store, related.partnerKeys.store, keyRing)
      const { secrets, namespaces } = shared
      const sources = { ...related, secrets, namespaces, changes, keyRing, parked, concerned }
      wakeTenants(queue, sources, random)
    },
  }
}

/**
 * Tenants' namespaces take turns. A slow ClickHouse gets only half of the workers, and several of one namespace leave one
 * to every other. Alone it gets all.
 */
function tenantQueue(
  environment: KindEnvironment,
  { connections, partnerKeys, tenants }: Related,
): WorkQueue {
  const sources = {
    connections: connections.store,
    partnerKeys: partnerKeys.store,
    tenants: tenants.store,
    fleet: environment.fleet,
  }
  return new WorkQueue({
    name: 'tenants',
    ...queueOptions(environment),
    partitions: {
      of: key => keptBusyBy(key, sources),
      most: Math.ceil(environment.config.workers / 2),
      ownerOf: connection => splitKey(connection).namespace,
    },
  })
}

function createTenantController(
  environment: KindEnvironment,
  { connections, partnerKeys, tenants }: Related,
  parked: ParkedTenants,
) {
  const { shared, config, metrics, mayI } = environment
  const conditions = countConditions(connectorTenant, tenants.store)
  metrics.conditions(conditions)
  metrics.refusals(() => refusalFigures(conditions()))
  metrics.tenants(countReady(tenants.store))
  return createConnectorTenantController({
    ...controllerDeps(environment),
    mayI,
    tenants: tenants.store,
    tenantClient: tenants.client,
    partnerKeys: partnerKeys.store,
    connections: connections.store,
    namespaces: shared.namespaces?.store,
    secretLookup: new SecretLookup({
      store: shared.secrets.store,
      client: shared.secrets.client,
      index: 'tenant',
    }),
    parked,
    secretClient: shared.secrets.client,
    metadataPrefixes: config.secretMetadataPrefixes,
    watches: sight(config),
    onMint: () => metrics.minted(),
  })
}
