/**
 * The controller by itself, on the real API server of this run and embedded ClickHouse replicas: what its caches hold
 * and when it runs is the test's to say, so that every order of events can be made.
 */
import { randomBytes } from 'node:crypto'
import type { ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import { clickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import { findCondition } from '../../src/api/conditions.ts'
import { connectorTenant, type ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { connectionOfTenant } from '../../src/api/names.ts'
import { encodeData, type Namespace, type Secret } from '../../src/api/core-objects.ts'
import { keyOf, type ObjectKey, type KubeObject } from '../../src/api/object.ts'
import { partnerKey, type PartnerKey } from '../../src/api/partner-key.ts'
import { Endpoint } from '../../src/clickhouse/endpoint/endpoint.ts'
import { Fleet } from '../../src/clickhouse/fleet.ts'
import {
  type ClickHouseConnectionController,
  createClickHouseConnectionController,
} from '../../src/clickhouse-connection/controller.ts'
import { annotationFor } from '../../src/clickhouse-connection/departure/held/holds.ts'
import { neverAborts } from '../../src/core/abort.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { Redacted } from '../../src/core/redaction/redacted.ts'
import type { EmbeddedClickHouse } from '../../src/dev/clickhouse/embedded-clickhouse.ts'
import { accessSource } from '../../src/kube/access/access-source.ts'
import { EventRecorder } from '../../src/kube/objects/events.ts'
import { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { namespaces, secrets, type ResourceType } from '../../src/kube/objects/resources.ts'
import { Transport } from '../../src/kube/call/transport.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { encodeMark, type Mark } from '../../src/tenancy/mark.ts'
import { olderMark } from '../builders/older-mark.ts'

const never = new AbortController().signal
const log = createLogger({ level: 'silent' })

/** Real timers, and a time that a test moves on at will. */
class SkippingClock implements Clock {
  #skipped = 0

  now(): number {
    return Date.now() + this.#skipped
  }

  monotonic(): number {
    return performance.now() + this.#skipped
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, Math.max(0, ms))
    return () => clearTimeout(timer)
  }

  skip(ms: number): void {
    this.#skipped += ms
  }
}

export interface RigOptions {
  readonly kubeconfig: string
  readonly clickHouse: EmbeddedClickHouse
  readonly spec?: Readonly<Record<string, unknown>>
  readonly observing?: boolean
  /** Whoever asks for tenants with it learns nothing. */
  readonly tenantType?: ResourceType<ConnectorTenant>
}

interface Woken {
  readonly databases: string[]
  readonly tenants: boolean[]
  readonly lookAgain: number[]
  connections: number
}

/** What a connection in a namespace of its own needs; databases and users have names that no other test has. */
export class Rig {
  readonly #options: RigOptions
  readonly #transport: Transport
  readonly clock = new SkippingClock()
  readonly fleet = new Fleet()
  readonly installation: string
  readonly namespace: string
  readonly reader: string
  readonly key: ObjectKey
  readonly connections: ResourceClient<ClickHouseConnection>
  readonly tenants: ResourceClient<ConnectorTenant>
  readonly secrets: ResourceClient<Secret>
  readonly partnerKeys: ResourceClient<PartnerKey>
  readonly woken: Woken = { databases: [], tenants: [], lookAgain: [], connections: 0 }
  readonly #namespaces: ResourceClient<Namespace>
  readonly #prefix: string
  #stores = newStores()
  #controller: ClickHouseConnectionController

  constructor(options: RigOptions) {
    this.#options = options
    const id = randomBytes(3).toString('hex')
    this.#prefix = `client_${id}`
    this.namespace = `connection-${id}`
    this.installation = `installation-${id}`
    this.reader = `reader_${id}`
    this.key = `${this.namespace}/default`
    this.#transport = new Transport({
      access: accessSource({ kubeconfig: options.kubeconfig, env: {} }),
      clock: this.clock,
      random: Math.random,
      rateLimit: { perSecond: 0, burst: 1 },
    })
    this.connections = new ResourceClient<ClickHouseConnection>(this.#transport, clickHouseConnection)
    this.tenants = new ResourceClient<ConnectorTenant>(this.#transport, connectorTenant)
    this.secrets = new ResourceClient<Secret>(this.#transport, secrets)
    this.partnerKeys = new ResourceClient<PartnerKey>(this.#transport, partnerKey)
    this.#namespaces = new ResourceClient<Namespace>(this.#transport, namespaces)
    this.#controller = this.#start()
  }

  database(name: string): string {
    return `${this.#prefix}_${name}`
  }

  /** Credentials of the administrator and a connection to all replicas. */
  async connect(
    account: { username: string; password: string } = this.#options.clickHouse.admin,
  ): Promise<void> {
    const { namespace } = this
    await this.#namespaces.create({ metadata: { name: namespace } }, never)
    await this.putSecret('clickhouse-operator', account)
    const { reader = {}, ...spec } = (this.#options.spec ?? {}) as { reader?: object }
    await this.connections.create(
      {
        metadata: { name: 'default', namespace },
        spec: {
          endpoints: this.#options.clickHouse.endpoints,
          credentialsSecretRef: { name: 'clickhouse-operator' },
          reader: { user: this.reader, ...reader },
          syncInterval: '10s',
          ...spec,
        } as ClickHouseConnection['spec'],
      },
      never,
    )
  }

  /** As people do: without our label. */
  async putSecret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const { namespace } = this
    await this.secrets.delete(`${namespace}/${name}`, {}, never)
    await this.secrets.create(
      { metadata: { name, namespace }, type: 'Opaque', data: encodeData(values) },
      never,
    )
  }

  async deleteSecret(name: string): Promise<void> {
    await this.secrets.delete(`${this.namespace}/${name}`, {}, never)
  }

  async readerSecret(): Promise<Secret | undefined> {
    return await this.secrets.get(`${this.namespace}/default-reader`, never)
  }

  async edit(patch: object): Promise<void> {
    await this.connections.mergePatch(this.key, patch, never)
  }

  /** Writes what the status names into the annotations, as a person who has read it. */
  async confirm(): Promise<void> {
    const { status } = await this.status()
    const names = Map.groupBy(status?.held ?? [], ({ takes }) => takes)
    const said = [...names].map(([takes, held]) => [
      annotationFor[takes],
      held.map(({ confirm }) => confirm).join(','),
    ])
    await this.edit({ metadata: { annotations: Object.fromEntries(said) as Record<string, string> } })
  }

  /** The connection is deleted and applied again, as a GitOps tool does that replaces it. */
  async replaceConnection({ unseen = false } = {}): Promise<void> {
    const found = await this.connections.get(this.key, never)
    if (found === undefined) throw new Error('it is not there')
    const { namespace, name, annotations } = found.metadata
    await this.connections.delete(this.key, {}, never)
    if (!unseen) {
      await this.refresh()
      await this.run()
    }
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(annotations === undefined ? {} : { annotations }),
    }
    await this.connections.create({ metadata, spec: found.spec }, never)
  }

  /** A tenant, and all that its own controller would have made for it. */
  async tenant(
    name: string,
    over: { readonly onDelete?: Mark['onDelete']; readonly grant?: boolean } = {},
  ): Promise<void> {
    await this.applyTenant(name)
    const mark: Mark = {
      installation: this.installation,
      namespace: this.namespace,
      name,
      state: 'owned',
      onDelete: over.onDelete ?? 'Retain',
    }
    const database = this.database(name)
    for (const at of this.#options.clickHouse.endpoints.keys()) {
      await this.sql(`CREATE DATABASE ${database} COMMENT '${encodeMark(mark)}'`, at)
      if (over.grant !== false) await this.sql(`GRANT SELECT ON ${database}.* TO ${this.reader}`, at)
    }
  }

  async applyTenant(name: string, database = this.database(name)): Promise<void> {
    const { namespace } = this
    const spec = { partnerKeyRef: { name: 'acme' }, database } as ConnectorTenant['spec']
    await this.tenants.create({ metadata: { name, namespace }, spec }, never)
  }

  async deleteTenant(name: string): Promise<void> {
    await this.tenants.delete(`${this.namespace}/${name}`, {}, never)
  }

  /** As the administrator. */
  async sql(sql: string, at = 0): Promise<readonly (readonly unknown[])[]> {
    const endpoint = new Endpoint({
      url: this.#options.clickHouse.endpoints[at] ?? '',
      credentials: {
        username: this.#options.clickHouse.admin.username,
        password: new Redacted(this.#options.clickHouse.admin.password),
      },
      clock: this.clock,
    })
    try {
      const statement = { kind: 'probe', sql, what: sql, write: true } as const
      if (sql.startsWith('SELECT')) return await endpoint.rows(statement, never)
      await endpoint.run(statement, never)
      return []
    } finally {
      await endpoint.close()
    }
  }

  /** Names of this rig's databases that were woken, each once, without their prefix. */
  get wokenDatabases(): readonly string[] {
    const own = this.woken.databases.filter(name => name.startsWith(`${this.#prefix}_`))
    return [...new Set(own)].map(name => name.slice(this.#prefix.length + 1)).sort()
  }

  /** The databases of this rig that the reader was granted, without their prefix. */
  async grants(at = 0): Promise<readonly string[]> {
    const rows = await this.sql(
      `SELECT DISTINCT database FROM system.grants WHERE user_name = '${this.reader}' AND access_type = 'SELECT' AND database LIKE '${this.#prefix}%' ORDER BY database`,
      at,
    )
    return rows.map(([name]) => String(name).slice(this.#prefix.length + 1))
  }

  async comment(name: string, at = 0): Promise<string | undefined> {
    const rows = await this.sql(
      `SELECT comment FROM system.databases WHERE name = '${this.database(name)}'`,
      at,
    )
    return rows[0] === undefined ? undefined : String(rows[0][0])
  }

  /** As if so many milliseconds had gone by on the servers since the database was retired. */
  async age(name: string, ms: number): Promise<void> {
    for (const at of this.#options.clickHouse.endpoints.keys()) {
      const older = olderMark((await this.comment(name, at)) ?? '', ms)
      await this.sql(`ALTER DATABASE ${this.database(name)} MODIFY COMMENT '${older}'`, at)
    }
  }

  async tables(name: string, at = 0): Promise<readonly string[]> {
    const rows = await this.sql(
      `SELECT name FROM system.tables WHERE database = '${this.database(name)}' ORDER BY name`,
      at,
    )
    return rows.map(([table]) => String(table))
  }

  /** The caches take in what the API server has; a tenant that is gone is told, as by the watch. */
  async refresh({ tell = true }: { readonly tell?: boolean } = {}): Promise<void> {
    const before = new Map(this.#stores.tenants.list().map(tenant => [keyOf(tenant), tenant]))
    await Promise.all([
      fill(this.#stores.connections, this.connections, this.namespace),
      fill(this.#stores.tenants, this.tenants, this.namespace),
      fill(this.#stores.partnerKeys, this.partnerKeys, this.namespace),
      fill(this.#stores.secrets, this.secrets, this.namespace),
    ])
    for (const [key, tenant] of before) {
      const now = this.#stores.tenants.get(key)
      if (!tell || now?.spec.database === tenant.spec.database) continue
      const { namespace = '', name } = tenant.metadata
      const connection = connectionOfTenant(tenant, this.#stores.partnerKeys)
      this.#controller.noteDeparture({ namespace, name, database: tenant.spec.database }, connection)
    }
  }

  /** One run, a little later than the last. */
  async run(): Promise<Outcome> {
    this.clock.skip(2_000)
    return await this.#controller.reconcile(this.key, never)
  }

  /** Refreshes the caches and runs until there is nothing to be done at once. Failures are the test's. */
  async sync(): Promise<Outcome> {
    await this.refresh()
    for (let run = 0; run < 20; run++) {
      const outcome = await this.run()
      if (outcome.kind !== 'recheck' || outcome.afterMs > 6_000) return outcome
    }
    throw new Error('it does not come to rest')
  }

  /** Milliseconds since the epoch, as the metric tells it. */
  get syncedAt(): number | undefined {
    return this.#controller.syncedAt(this.key)
  }

  /** The process ends and another one begins, with empty caches and no memory. */
  async restart(): Promise<void> {
    await this.fleet.close()
    this.#stores = newStores()
    this.#controller = this.#start()
  }

  async status() {
    const connection = await this.connections.get(this.key, never)
    const conditions = connection?.status?.conditions
    return {
      connection,
      status: connection?.status,
      short: (
        type:
          | 'Ready'
          | 'Reachable'
          | 'ReaderVerified'
          | 'SweepHeld'
          | 'StatementsRefused'
          | 'Stalled'
          | 'Reconciling',
      ) => {
        const found = findCondition(conditions, type)
        return found === undefined ? undefined : `${found.status} ${found.reason}`
      },
      message: (type: 'Ready' | 'Reachable' | 'ReaderVerified' | 'SweepHeld' | 'StatementsRefused') =>
        findCondition(conditions, type)?.message ?? '',
    }
  }

  async close(): Promise<void> {
    await this.#namespaces.delete(`/${this.namespace}`, {}, never)
    await this.fleet.close()
    await this.#transport.close()
  }

  #start(): ClickHouseConnectionController {
    const { clock, fleet, woken } = this
    const tenantType = this.#options.tenantType ?? connectorTenant
    const { connections, tenants, partnerKeys, own, secrets: all } = this.#stores
    return createClickHouseConnectionController({
      connections,
      connectionClient: this.connections,
      tenants,
      tenantClient: new ResourceClient<ConnectorTenant>(this.#transport, tenantType),
      partnerKeys,
      namespaces: undefined,
      ownSecrets: own,
      secretClient: this.secrets,
      referencedSecrets: { get: key => all.get(key) },
      fleet,
      events: new EventRecorder({
        transport: this.#transport,
        clock,
        random: Math.random,
        log,
        instance: 'test',
      }),
      clock,
      random: Math.random,
      randomBytes,
      log,
      installation: this.installation,
      observing: this.#options.observing ?? false,
      ending: neverAborts,
      watches: namespace => namespace === this.namespace,
      wakeConnection: () => {
        woken.connections += 1
      },
      lookAgain: (_key, afterMs) => woken.lookAgain.push(afterMs),
      wakeDatabases: (_key, databases) => woken.databases.push(...databases),
      wakeParked: () => {},
      wakeTenants: (_key, { unreadyOnly }) => woken.tenants.push(unreadyOnly),
    })
  }
}

function newStores() {
  const stores = {
    connections: new Store<ClickHouseConnection>({ name: 'connections', log }),
    tenants: new Store<ConnectorTenant>({ name: 'tenants', log }),
    partnerKeys: new Store<PartnerKey>({ name: 'partner keys', log }),
    secrets: new Store<Secret>({ name: 'secrets', log }),
    own: new Store<Secret>({ name: 'own secrets', log }),
  }
  stores.partnerKeys.addIndex('connection', key => [
    `${key.metadata.namespace ?? ''}/${key.spec.connectionRef.name}`,
  ])
  stores.tenants.addIndex('database', tenant => [tenant.spec.database])
  stores.tenants.addIndex('partnerKey', tenant => [
    `${tenant.metadata.namespace ?? ''}/${tenant.spec.partnerKeyRef.name}`,
  ])
  return stores
}

async function fill<T extends KubeObject>(
  store: Store<T>,
  client: ResourceClient<T>,
  namespace: string,
): Promise<void> {
  const feed = store.openFeed()
  const listing = feed.beginList()
  listing.page(await client.listWatch({ namespace }).list({ limit: 500 }, never))
  listing.finish()
  feed.close()
}
