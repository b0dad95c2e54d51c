/** The PartnerKey controller on a real API server, in a namespace of its own, with the operator's own caches. */
import { generateKeyPairSync } from 'node:crypto'
import { clickHouseConnection, type ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import { connectorTenant, type ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { findCondition } from '../../../src/api/conditions.ts'
import type { ConfigMap, Secret } from '../../../src/api/core-objects.ts'
import { partnerKey, type PartnerKey, type PartnerKeySpec } from '../../../src/api/partner-key.ts'
import type { PartnerKeyReason } from '../../../src/api/reasons.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { EventInput } from '../../../src/kube/objects/event-body.ts'
import { ResourceClient } from '../../../src/kube/objects/resource-client.ts'
import { configMaps, secrets } from '../../../src/kube/objects/resources.ts'
import type { Transport } from '../../../src/kube/call/transport.ts'
import type { Related } from '../../../src/operator/kinds/environment.ts'
import { watchRelated } from '../../../src/operator/kinds/kinds.ts'
import { ReferencedSecrets } from '../../../src/operator/wake/referenced-secrets.ts'
import { reflectorsOf, watchShared, type SharedWatches } from '../../../src/operator/watches.ts'
import { createPartnerKeyController, type PartnerKeyDeps } from '../../../src/partner-key/controller.ts'
import { Controller } from '../../../src/runtime/controller.ts'
import { enqueueChanges } from '../../../src/runtime/queue/enqueue.ts'
import { noMetrics } from '../../../src/runtime/metrics.ts'
import { WorkQueue } from '../../../src/runtime/queue/work-queue.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { KeyRing } from '../../../src/token/key-ring.ts'
import { adminKubeconfig, eventually } from '../../cluster/cluster.ts'
import { unlimitedTransport } from '../../cluster/unlimited-transport.ts'

const forever = new AbortController().signal
const log = createLogger({ level: 'silent' })

export function openTransport(): Transport {
  return unlimitedTransport(adminKubeconfig())
}

export interface Pems {
  readonly pkcs1: string
  readonly pkcs8: string
  readonly public: string
}

export function rsa(modulusLength = 2048): Pems {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const text = (type: 'pkcs1' | 'pkcs8'): string => privateKey.export({ type, format: 'pem' }).toString()
  return {
    pkcs1: text('pkcs1'),
    pkcs8: text('pkcs8'),
    public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

/** What a test says to the API server, as its admin. */
export class Place {
  readonly namespace: string
  readonly partnerKeys: ResourceClient<PartnerKey>
  readonly connections: ResourceClient<ClickHouseConnection>
  readonly tenants: ResourceClient<ConnectorTenant>
  readonly secrets: ResourceClient<Secret>
  readonly configMaps: ResourceClient<ConfigMap>

  constructor(namespace: string, transport: Transport) {
    this.namespace = namespace
    this.partnerKeys = new ResourceClient<PartnerKey>(transport, partnerKey)
    this.connections = new ResourceClient<ClickHouseConnection>(transport, clickHouseConnection)
    this.tenants = new ResourceClient<ConnectorTenant>(transport, connectorTenant)
    this.secrets = new ResourceClient<Secret>(transport, secrets)
    this.configMaps = new ResourceClient<ConfigMap>(transport, configMaps)
  }

  key(name: string): string {
    return `${this.namespace}/${name}`
  }

  async connect(): Promise<void> {
    const spec = { endpoints: ['https://ch.acme.example:8443'], credentialsSecretRef: { name: 'operator' } }
    await this.connections.apply({ metadata: this.named('default'), spec: spec as never }, {}, forever)
  }

  async apply(spec: Partial<PartnerKeySpec> = {}, name = 'acme'): Promise<void> {
    const object = { metadata: this.named(name), spec: { keyVersion: 1, ...spec } as PartnerKeySpec }
    await this.partnerKeys.apply(object, { fieldManager: 'test' }, forever)
  }

  async secret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
    const object = { metadata: this.named(name), data: Object.fromEntries(encoded) as Record<string, string> }
    await this.secrets.apply(object, { fieldManager: 'test' }, forever)
  }

  /** Waits until a condition has this answer and reason for the present generation; gives its message. */
  async is(
    type: string,
    expected: `${'True' | 'False'} ${PartnerKeyReason}`,
    name = 'acme',
  ): Promise<string> {
    const { message } = await eventually(
      async () => {
        const found = await this.partnerKeys.get(this.key(name), forever)
        const condition = findCondition(found?.status?.conditions, type as 'Ready')
        const answer = `${condition?.status} ${condition?.reason}`
        if (answer === expected && condition?.observedGeneration === found?.metadata.generation) {
          return { message: condition?.message ?? '' }
        }
        throw new Error(`${type} is ${answer}: ${condition?.message}`)
      },
      { what: `${name} is ${type} ${expected}` },
    )
    return message
  }

  async ledger(name = 'acme'): Promise<Readonly<Record<string, string>>> {
    return (await this.configMaps.get(this.key(`${name}-keys`), forever))?.data ?? {}
  }

  named(name: string): { readonly namespace: string; readonly name: string } {
    return { namespace: this.namespace, name }
  }
}

export interface Keeper {
  readonly watches: Related & SharedWatches
  readonly keyRing: KeyRing
  readonly events: readonly EventInput[]
  stop(): Promise<void>
}

export interface KeeperOptions {
  readonly observing?: boolean
  /** Puts something in front of what the controller writes with. */
  readonly intercept?: (deps: PartnerKeyDeps) => PartnerKeyDeps
}

/** An operator of PartnerKeys alone that sees one namespace. */
export async function startKeeper(
  namespace: string,
  transport: Transport,
  options: KeeperOptions = {},
): Promise<Keeper> {
  const shared = { clock: systemClock, random: Math.random, log, metrics: noMetrics }
  const watching = { transport, watchNamespaces: [namespace], ...shared }
  const ownObjects = watchShared(watching)
  const kinds = watchRelated(watching, ownObjects)
  const watches = { ...kinds, ...ownObjects }
  const references = new ReferencedSecrets({ client: watches.secrets.client, ...shared })
  const queue = new WorkQueue({ name: 'test', ...shared, backoff: { baseMs: 50, maxMs: 500 } })
  const keyRing = new KeyRing()
  const events: EventInput[] = []
  const deps: PartnerKeyDeps = {
    partnerKeys: watches.partnerKeys.store,
    partnerKeyClient: watches.partnerKeys.client,
    connections: watches.connections.store,
    tenants: watches.tenants.store,
    secrets: watches.secrets.store,
    secretClient: watches.secrets.client,
    configMaps: watches.configMaps.store,
    configMapClient: watches.configMaps.client,
    namespaces: undefined,
    referencedSecrets: references,
    keyRing,
    events: { publish: event => events.push(event) },
    observing: options.observing ?? false,
    wakePartnerKey: (key, afterMs) => queue.add(key, { afterMs }),
    clock: systemClock,
    log,
  }
  const keysOf = (): Iterable<string> => watches.partnerKeys.store.keys()
  for (const { store } of [watches.partnerKeys, watches.secrets, watches.configMaps, watches.connections]) {
    enqueueChanges(store as typeof watches.partnerKeys.store, queue, { keysOf })
  }
  const referring = references.open(key => queue.add(key))
  watches.partnerKeys.store.subscribe(({ key, current }) => {
    const name = current?.spec.privateKeySecretRef?.name
    referring.refer(key, name === undefined ? [] : [`${namespace}/${name}`])
    queue.add(key)
  })
  const { reconcile, tally } = createPartnerKeyController(options.intercept?.(deps) ?? deps)
  const controller = new Controller({ name: 'test', queue, reconcile, ...shared })
  const reflectors = [...Object.values(kinds).flatMap(each => each.reflectors), ...reflectorsOf(ownObjects)]
  for (const reflector of reflectors) reflector.start()
  await Promise.all(reflectors.map(reflector => reflector.synced(forever)))
  controller.start(forever)
  return {
    watches,
    keyRing,
    events,
    async stop() {
      await controller.stop()
      tally.close()
      await references.close()
      await Promise.all(reflectors.map(reflector => reflector.stop()))
    },
  }
}
