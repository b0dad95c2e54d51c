/** The three controllers, their queues, and what wakes them. */
import { keyOf, splitKey, type ObjectKey, type KubeObject } from '../api/object.ts'
import type { Fleet } from '../clickhouse/fleet.ts'
import { createClickHouseConnectionController } from '../clickhouse-connection/controller.ts'
import type { OperatorConfig } from '../config/operator-config.ts'
import { createConnectorTenantController } from '../connector-tenant/controller.ts'
import { ParkedTenants } from '../connector-tenant/parked-tenants.ts'
import { SecretLookup } from '../published-secret/lookup.ts'
import type { Clock } from '../core/clock.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Random } from '../core/random.ts'
import type { AskRight } from '../kube/objects/access-review.ts'
import type { EventRecorder } from '../kube/objects/events.ts'
import { createPartnerKeyController } from '../partner-key/controller.ts'
import { Controller } from '../runtime/controller.ts'
import type { Store } from '../runtime/cache/store.ts'
import type { WorkQueue } from '../runtime/queue/work-queue.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { KeyRing } from '../token/key-ring.ts'
import { concernedTenants } from './wake/concerned-tenants.ts'
import { countReady, rolloutFigures } from './tenant-metrics.ts'
import { FirstLook } from './first-look.ts'
import { createQueues } from './queues.ts'
import type { ReferencedSecrets } from './referenced-secrets.ts'
import { refer } from './references.ts'
import { Wake, type Queues } from './wake/wake.ts'
import type { Watches } from './watches.ts'

export interface ControllersEnvironment {
  readonly config: OperatorConfig
  readonly installation: string
  readonly watches: Watches
  readonly references: ReferencedSecrets
  readonly fleet: Fleet
  readonly keyRing: KeyRing
  readonly events: EventRecorder
  readonly mayI: AskRight
  readonly clock: Clock
  readonly random: Random
  readonly randomBytes: (count: number) => Uint8Array
  readonly log: Logger
  readonly metrics: Metrics
}

/** Constructs the controllers and connects them; nothing runs before they are started. */
export function createControllers(environment: ControllersEnvironment): Controller[] {
  const queues = createQueues(environment)
  const reconcilers = createReconcilers(environment, queues)
  const { config, watches, clock, random, log, metrics } = environment
  const controller = <T extends KubeObject>(
    name: string,
    { queue, store, reconcile }: { queue: WorkQueue; store: Store<T>; reconcile: Reconcile },
  ): Controller =>
    new Controller({
      name,
      queue,
      reconcile,
      exists: key => store.has(key),
      workers: config.workers,
      resyncMs: config.resyncMs,
      clock,
      random,
      log,
      metrics,
    })
  const { connections, partnerKeys, tenants } = watches
  return [
    controller('connections', {
      queue: queues.connections,
      store: connections.store,
      reconcile: reconcilers.connection,
    }),
    controller('partner keys', {
      queue: queues.partnerKeys,
      store: partnerKeys.store,
      reconcile: reconcilers.partnerKey,
    }),
    controller('tenants', { queue: queues.tenants, store: tenants.store, reconcile: reconcilers.tenant }),
  ]
}

type Reconcile = (key: ObjectKey, signal: AbortSignal) => Promise<Outcome>

interface Reconcilers {
  readonly connection: Reconcile
  readonly partnerKey: Reconcile
  readonly tenant: Reconcile
}

function createReconcilers(environment: ControllersEnvironment, queues: Queues): Reconcilers {
  const { watches, references, keyRing, random, clock } = environment
  const firstLook = new FirstLook({ required: () => dependencies(watches), limitMs: firstLookMs, clock })
  const secretLookup = new SecretLookup({ store: watches.secrets.store, client: watches.secrets.client })
  const connection = createConnection(environment, queues, () => wake)
  const partnerKey = createPartnerKey(environment, queues)
  const parked = new ParkedTenants()
  const tenant = createTenant(environment, secretLookup, parked)
  const concerned = concernedTenants(watches, keyRing)
  const wake = new Wake({
    watches,
    queues,
    random,
    releaseParked: key => parked.release(key),
    onDeparture: gone => connection.noteDeparture({ ...splitKey(keyOf(gone)), database: gone.spec.database }),
    pairMoves: (before, after) => concerned.pairMoves(before, after),
  })
  keyRing.subscribe((key, added) => wake.keysChanged(key, concerned.needsKeys(key, added)))
  refer(watches, references, queues)
  return {
    connection: firstLook.noting(connectionName, (key, signal) => connection.reconcile(key, signal)),
    partnerKey: firstLook.noting(partnerKeyName, (key, signal) => partnerKey.reconcile(key, signal)),
    tenant: firstLook.holding((key, signal) => tenant.reconcile(key, signal)),
  }
}

/** Long enough for a server that takes its time, and for one that is away to be found so. */
const firstLookMs = 10_000

const connectionName = (key: ObjectKey): string => `connection ${key}`
const partnerKeyName = (key: ObjectKey): string => `partner key ${key}`

/** All that tenants may depend on, as far as it is known. */
function dependencies({ connections, partnerKeys }: Watches): string[] {
  return [
    ...[...connections.store.keys()].map(connectionName),
    ...[...partnerKeys.store.keys()].map(partnerKeyName),
  ]
}

function createConnection(environment: ControllersEnvironment, queues: Queues, wake: () => Wake) {
  const { watches, references, fleet, metrics, config } = environment
  const controller = createClickHouseConnectionController({
    ...sharedDeps(environment),
    connections: watches.connections.store,
    connectionClient: watches.connections.client,
    tenants: watches.tenants.store,
    tenantClient: watches.tenants.client,
    partnerKeys: watches.partnerKeys.store,
    ownSecrets: watches.secrets.store,
    secretClient: watches.secrets.client,
    referencedSecrets: references,
    clickHouseMetrics: { statement: (kind, code, ms) => metrics.statement(kind, code, ms / 1000) },
    watches: sight(config),
    wakeConnection: key => queues.connections.add(key, { priority: 'high', reason: 'departure' }),
    wakeDatabases: (key, databases) => wake().databases(key, databases),
    wakeTenants: (key, options) => wake().tenantsOf(key, options),
    wakeParked: key => wake().parked(key),
  })
  fleet.subscribe(key => queues.connections.add(key, { reason: 'endpoints' }))
  return controller
}

function createPartnerKey(environment: ControllersEnvironment, queues: Queues) {
  const { watches, references, metrics, clock } = environment
  const controller = createPartnerKeyController({
    ...sharedDeps(environment),
    partnerKeys: watches.partnerKeys.store,
    partnerKeyClient: watches.partnerKeys.client,
    connections: watches.connections.store,
    tenants: watches.tenants.store,
    secrets: watches.secrets.store,
    secretClient: watches.secrets.client,
    configMaps: watches.configMaps.store,
    configMapClient: watches.configMaps.client,
    namespaces: watches.namespaces?.store,
    referencedSecrets: references,
    wakePartnerKey: (key, afterMs) => queues.partnerKeys.add(key, { afterMs, reason: 'tenants' }),
  })
  const sources = { partnerKeys: watches.partnerKeys.store, secrets: watches.secrets.store, clock }
  metrics.rollouts(() => rolloutFigures({ ...sources, tally: controller.tally }))
  return controller
}

function createTenant(
  environment: ControllersEnvironment,
  secretLookup: SecretLookup,
  parked: ParkedTenants,
) {
  const { watches, config, metrics, mayI } = environment
  countReady(watches.tenants.store, counts => metrics.tenants(counts))
  return createConnectorTenantController({
    ...sharedDeps(environment),
    mayI,
    tenants: watches.tenants.store,
    tenantClient: watches.tenants.client,
    partnerKeys: watches.partnerKeys.store,
    connections: watches.connections.store,
    namespaces: watches.namespaces?.store,
    secretLookup,
    parked,
    secretClient: watches.secrets.client,
    metadataPrefixes: config.secretMetadataPrefixes,
    watches: sight(config),
    onMint: () => metrics.minted(),
  })
}

function sharedDeps({
  config,
  installation,
  fleet,
  keyRing,
  events,
  clock,
  random,
  randomBytes,
  log,
}: ControllersEnvironment) {
  return { installation, dryRun: config.dryRun, fleet, keyRing, events, clock, random, randomBytes, log }
}

function sight({ watchNamespaces }: OperatorConfig): (namespace: string) => boolean {
  return namespace => watchNamespaces.length === 0 || watchNamespaces.includes(namespace)
}
