/**
 * A whole installation for one test file: a control plane with deploy/ applied, ClickHouse replicas, and the operator
 * as a process of its own under deploy/'s ServiceAccount. At any time no other file has any of it, so that operators
 * that see a whole cluster do not meet; a control plane is cleaned and goes to the next.
 */
import { join } from 'node:path'
import { clickHouseConnection, type ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import { connectorTenant, type ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { dataOf, type ConfigMap, type Secret } from '../../src/api/core-objects.ts'
import { partnerKey, type PartnerKey } from '../../src/api/partner-key.ts'
import { secureEmbed, type SecureEmbed } from '../../src/api/secure-embed.ts'
import type { KubeObject } from '../../src/api/object.ts'
import type { ClickHouseAccess } from '../../src/dev/administrator.ts'
import type { ControlPlane } from '../../src/dev/control-plane/control-plane.ts'
import { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { configMaps, namespaces, secrets } from '../../src/kube/objects/resources.ts'
import type { Transport } from '../../src/kube/call/transport.ts'
import type { Verdict } from '../vectors/independent-verifier.ts'
import type { Login } from './clickhouse-under-test.ts'
import { DataLens, type DataLensPair } from './datalens.ts'
import { bundledProgram } from './lending/lent-plane.ts'
import { launchOperator, writeOperatorKubeconfig, type RunningOperator } from './operator-under-test.ts'
import { borrowPlace, ownPlace, type Place } from './place.ts'
import { applyObjects } from './server-side-apply.ts'
import { ServerAccess } from './server-access.ts'
import { unlimitedTransport } from './unlimited-transport.ts'
import { untilReadyIs } from './until-ready-is.ts'
import { connectionObjects, partnerKeyObject, tenantObject } from './world-objects.ts'

const forever = new AbortController().signal

export interface OperatorFlags {
  readonly args?: readonly string[]
  /** By default that of deploy/'s ServiceAccount. */
  readonly kubeconfig?: string
  /** Flags of Node. */
  readonly node?: readonly string[]
  /** As it is in the image. Default: this checkout's. */
  readonly program?: string
}

export class World {
  readonly environment: Place
  readonly transport: Transport
  readonly connections: ResourceClient<ClickHouseConnection>
  readonly partnerKeys: ResourceClient<PartnerKey>
  readonly tenants: ResourceClient<ConnectorTenant>
  readonly embeds: ResourceClient<SecureEmbed>
  readonly secrets: ResourceClient<Secret>
  readonly configMaps: ResourceClient<ConfigMap>
  readonly namespaces: ResourceClient<KubeObject>
  readonly #dataLens: DataLens
  readonly #servers: ServerAccess
  readonly #plane: ControlPlane | undefined
  readonly #operators: RunningOperator[] = []
  #started = 0

  constructor(environment: Place, plane?: ControlPlane) {
    this.environment = environment
    this.#plane = plane
    this.transport = unlimitedTransport(environment.kubeconfigPath)
    this.connections = new ResourceClient<ClickHouseConnection>(this.transport, clickHouseConnection)
    this.partnerKeys = new ResourceClient<PartnerKey>(this.transport, partnerKey)
    this.tenants = new ResourceClient<ConnectorTenant>(this.transport, connectorTenant)
    this.embeds = new ResourceClient<SecureEmbed>(this.transport, secureEmbed)
    this.secrets = new ResourceClient<Secret>(this.transport, secrets)
    this.configMaps = new ResourceClient<ConfigMap>(this.transport, configMaps)
    this.namespaces = new ResourceClient<KubeObject>(this.transport, namespaces)
    this.#dataLens = new DataLens(this.secrets)
    this.#servers = new ServerAccess(environment.clickhouse)
  }

  /** The embedded servers, with their faults. Fails where CLICKHOUSE_URL names a real one. */
  get clickhouse() {
    const embedded = this.environment.embeddedClickHouse
    if (embedded === undefined) throw new Error('this test needs the embedded ClickHouse')
    return embedded
  }

  /** To break, or to put back. Only of a world with its own. */
  get plane(): ControlPlane {
    if (this.#plane === undefined) throw new Error('this test needs startWorld({ own: true })')
    return this.#plane
  }

  /** All that were started, also those that have ended. */
  get operators(): readonly RunningOperator[] {
    return this.#operators
  }

  kubectl(args: readonly string[], input?: string): Promise<string> {
    return this.environment.kubectl(forever)(args, input === undefined ? {} : { input })
  }

  /** Server-side applies objects as an admin. */
  async apply(...objects: readonly object[]): Promise<void> {
    await applyObjects(objects as readonly KubeObject[], {
      transport: this.transport,
      kubectl: this.environment.kubectl(forever),
    })
  }

  async namespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
    return name
  }

  /** A connection `default` and its credentials, in namespace `datalens`. */
  async connect(spec: object = {}, namespace = 'datalens'): Promise<void> {
    await this.namespace(namespace)
    await this.apply(...connectionObjects(this.environment.clickhouse, { namespace, spec }))
  }

  /** A PartnerKey for all namespaces and names, with DataLens's key unless the spec says otherwise. */
  partnerKey(name = 'acme', spec: object = {}, dataLensVersion = 1): object {
    const pair = this.dataLens(dataLensVersion)
    return partnerKeyObject(name, spec, { version: dataLensVersion, pair })
  }

  tenant(name: string, spec: { database: string } & Record<string, unknown>, namespace = 'tenants'): object {
    return tenantObject(name, namespace, spec)
  }

  /** Waits until the tenant's Ready condition has this answer (and reason) for its present generation. */
  async tenantIs(
    key: string,
    status: 'True' | 'False' | 'Unknown',
    reason?: string,
    deadlineMs = 60_000,
  ): Promise<ConnectorTenant> {
    return await untilReadyIs(this.tenants, key, { status, reason, deadlineMs })
  }

  /** As `tenantIs`. */
  async embedIs(
    key: string,
    status: 'True' | 'False' | 'Unknown',
    reason?: string,
    deadlineMs = 60_000,
  ): Promise<SecureEmbed> {
    return await untilReadyIs(this.embeds, key, { status, reason, deadlineMs })
  }

  /** DataLens's key of a version; made on first use. */
  dataLens(version: number): DataLensPair {
    return this.#dataLens.pair(version)
  }

  /** What DataLens would say of the token in a Secret. */
  judge(namespace: string, secretName: string, partnerKeyName = 'acme'): Promise<Verdict> {
    return this.#dataLens.judgeSecret(`${namespace}/${secretName}`, partnerKeyName)
  }

  judgeText(token: string, partnerKeyName = 'acme'): Promise<Verdict> {
    return this.#dataLens.judge(token, partnerKeyName)
  }

  /** Runs a statement as ClickHouse's administrator. */
  sql(query: string, replica = 0): Promise<string[][]> {
    return this.#servers.sql(query, replica)
  }

  /** Runs a query as the reader, with the password that the operator made. */
  async sqlAsReader(query: string, replica = 0): Promise<string[][]> {
    const secret = await this.secrets.get('datalens/default-reader', forever)
    const password = secret === undefined ? '' : (dataOf(secret, 'password') ?? '')
    return await this.sqlAs({ username: 'datalens', password }, query, replica)
  }

  sqlAs(login: Login, query: string, replica = 0): Promise<string[][]> {
    return this.#servers.sqlAs(login, query, replica)
  }

  /** Databases that carry a mark of ours, with their marks. */
  marks(replica = 0): Promise<Record<string, string>> {
    return this.#servers.marks(replica)
  }

  /** Databases that the reader has SELECT on. */
  grants(replica = 0): Promise<string[]> {
    return this.#servers.grants(replica)
  }

  /** Resolves once /readyz says so. */
  async startOperator(options: OperatorFlags = {}): Promise<RunningOperator> {
    const { args = [], kubeconfig, node = [] } = options
    const operator = await launchOperator({
      program: options.program ?? (await bundledProgram()),
      kubeconfig: kubeconfig ?? (await this.operatorKubeconfig()),
      logFile: join(this.environment.directory, `operator-under-test-${this.#started++}.log`),
      args,
      node,
    })
    this.#operators.push(operator)
    return operator
  }

  /** Path of a kubeconfig that logs in as deploy/'s ServiceAccount. */
  operatorKubeconfig(): Promise<string> {
    return writeOperatorKubeconfig(this.environment)
  }

  async close(): Promise<void> {
    await Promise.all(this.#operators.map(operator => operator.kill('SIGKILL')))
    await this.#servers.close()
    await this.transport.close()
    await this.environment.stop()
  }
}

export interface WorldOptions {
  /** Of ClickHouse, default 1; 0 where nothing needs one. */
  readonly replicas?: number
  /** A ClickHouse that runs already, which another world owns; then none is started here. */
  readonly clickhouse?: ClickHouseAccess
  /** A control plane that no other file has before or after; it may be broken. */
  readonly own?: boolean
}

export async function startWorld({ replicas = 1, own, ...rest }: WorldOptions = {}): Promise<World> {
  const options = { replicas, ...rest }
  if (own !== true) return new World(await borrowPlace(options))
  const { place, plane } = await ownPlace(options)
  return new World(place, plane)
}
