/**
 * A whole installation for one test file: a control plane with deploy/ applied, ClickHouse replicas, and the operator
 * as a process of its own under deploy/'s ServiceAccount. At any time no other file has any of it, so that operators
 * that see a whole cluster do not meet; a control plane is cleaned and goes to the next.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createClient, ClickHouseLogLevel, type ClickHouseClient } from '@clickhouse/client'
import type { ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import { clickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import { connectorTenant, type ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { dataOf, type ConfigMap, type Secret } from '../../src/api/core-objects.ts'
import { partnerKey, type PartnerKey } from '../../src/api/partner-key.ts'
import { secureEmbed, type SecureEmbed } from '../../src/api/secure-embed.ts'
import type { KubeObject } from '../../src/api/object.ts'
import { systemClock } from '../../src/core/clock.ts'
import { kubeconfig as kubeconfigText } from '../../src/dev/control-plane/files.ts'
import type { ClickHouseAccess } from '../../src/dev/administrator.ts'
import type { ControlPlane } from '../../src/dev/control-plane/control-plane.ts'
import { accessSource } from '../../src/kube/access/access-source.ts'
import { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { configMaps, namespaces, secrets } from '../../src/kube/objects/resources.ts'
import { Transport } from '../../src/kube/call/transport.ts'
import { eventually } from '../time/eventually.ts'
import { bundledProgram } from './lent-plane.ts'
import { borrowPlace, ownPlace, type Place } from './place.ts'
import { serverSideApply, typeOf } from './server-side-apply.ts'
import { untilReadyIs } from './until-ready-is.ts'
import { judgeToken, type Verdict } from '../vectors/independent-verifier.ts'

const forever = new AbortController().signal

/** An operator process that a test may kill. */
export interface RunningOperator {
  readonly pid: number
  /** Where /readyz and /metrics answer. */
  readonly url: string
  /** All that it wrote until now. */
  log(): string
  /** How it ended; null after a signal, undefined while it runs. */
  readonly exitCode: number | null | undefined
  /** Resolves when it has ended, whatever way. */
  readonly ended: Promise<unknown>
  kill(signal?: NodeJS.Signals): Promise<void>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>
}

export interface OperatorFlags {
  readonly args?: readonly string[]
  /** By default that of deploy/'s ServiceAccount. */
  readonly kubeconfig?: string
  /** Flags of Node. */
  readonly node?: readonly string[]
}

export interface DataLensPair {
  readonly privatePem: string
  readonly publicPem: string
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
  readonly #dataLens = new Map<number, DataLensPair>()
  readonly #operators: RunningOperator[] = []
  #started = 0
  readonly #clients = new Map<string, ClickHouseClient>()

  readonly #plane: ControlPlane | undefined

  constructor(environment: Place, plane?: ControlPlane) {
    this.environment = environment
    this.#plane = plane
    this.transport = new Transport({
      access: accessSource({ kubeconfig: environment.kubeconfigPath, env: {} }),
      clock: systemClock,
      random: Math.random,
      rateLimit: { perSecond: 0, burst: 1 },
    })
    this.connections = new ResourceClient<ClickHouseConnection>(this.transport, clickHouseConnection)
    this.partnerKeys = new ResourceClient<PartnerKey>(this.transport, partnerKey)
    this.tenants = new ResourceClient<ConnectorTenant>(this.transport, connectorTenant)
    this.embeds = new ResourceClient<SecureEmbed>(this.transport, secureEmbed)
    this.secrets = new ResourceClient<Secret>(this.transport, secrets)
    this.configMaps = new ResourceClient<ConfigMap>(this.transport, configMaps)
    this.namespaces = new ResourceClient<KubeObject>(this.transport, namespaces)
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
    const typed = objects.map(object => ({
      object: object as KubeObject,
      type: typeOf(object as KubeObject),
    }))
    if (typed.some(({ type }) => type === undefined)) return await this.#applyByKubectl(objects)
    for (const { object, type } of typed)
      if (type !== undefined) await serverSideApply(this.transport, type, object)
  }

  async #applyByKubectl(objects: readonly object[]): Promise<void> {
    await this.kubectl(
      ['apply', '--server-side', '--force-conflicts', '--field-manager=test', '-f', '-'],
      objects.map(object => JSON.stringify(object)).join('\n---\n'),
    )
  }

  async namespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
    return name
  }

  /** DataLens's key of a version; made on first use. */
  dataLens(version: number): DataLensPair {
    const known = this.#dataLens.get(version)
    if (known !== undefined) return known
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pair = {
      privatePem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    }
    this.#dataLens.set(version, pair)
    return pair
  }

  /** A connection `default` and its credentials, in namespace `datalens`. */
  async connect(spec: object = {}, namespace = 'datalens'): Promise<void> {
    const { endpoints, username, password } = this.environment.clickhouse
    await this.namespace(namespace)
    await this.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'clickhouse-operator', namespace },
        stringData: { username, password },
      },
      {
        apiVersion: 'lenskeeper.dev/v1alpha1',
        kind: 'ClickHouseConnection',
        metadata: { name: 'default', namespace },
        spec: {
          endpoints,
          credentialsSecretRef: { name: 'clickhouse-operator' },
          syncInterval: '10s',
          ...spec,
        },
      },
    )
  }

  /** A PartnerKey for all namespaces and names, with DataLens's key unless the spec says otherwise. */
  partnerKey(name = 'acme', spec: object = {}, dataLensVersion = 1): object {
    return {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'PartnerKey',
      metadata: { name, namespace: 'datalens' },
      spec: {
        keyVersion: 1,
        dataLens: { keyVersion: dataLensVersion, publicKey: this.dataLens(dataLensVersion).publicPem },
        tenants: { namespaces: { from: 'All' }, databases: ['*'] },
        ...spec,
      },
    }
  }

  tenant(name: string, spec: { database: string } & Record<string, unknown>, namespace = 'tenants'): object {
    return {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ConnectorTenant',
      metadata: { name, namespace },
      spec: { partnerKeyRef: { name: 'acme', namespace: 'datalens' }, ...spec },
    }
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

  /** What DataLens would say of the token in a Secret, by an implementation that shares no code with ours. */
  async judge(namespace: string, secretName: string, partnerKeyName = 'acme'): Promise<Verdict> {
    const secret = await this.secrets.get(`${namespace}/${secretName}`, forever)
    if (secret === undefined) return { ok: false, error: 'no Secret' }
    return await this.judgeText(dataOf(secret, 'token') ?? '', partnerKeyName)
  }

  async judgeText(token: string, partnerKeyName = 'acme'): Promise<Verdict> {
    const partnerPublicPems: Record<string, string> = {}
    for (const version of [1, 2, 3, 4, 5]) {
      const held = await this.secrets.get(`datalens/${partnerKeyName}-partner-v${version}`, forever)
      const pem = held === undefined ? undefined : dataOf(held, 'public.pem')
      if (pem !== undefined) partnerPublicPems[String(version)] = pem
    }
    const dataLensPrivatePems = Object.fromEntries(
      [...this.#dataLens].map(([version, { privatePem }]) => [String(version), privatePem]),
    )
    return judgeToken(token, { partnerPublicPems, dataLensPrivatePems })
  }

  /** Runs a statement as ClickHouse's administrator. */
  async sql(query: string, replica = 0): Promise<string[][]> {
    const { endpoints, username, password } = this.environment.clickhouse
    return await this.#run(endpoints[replica] ?? '', { username, password }, query)
  }

  /** Runs a query as the reader, with the password that the operator made. */
  async sqlAsReader(query: string, replica = 0): Promise<string[][]> {
    const secret = await this.secrets.get('datalens/default-reader', forever)
    const password = secret === undefined ? '' : (dataOf(secret, 'password') ?? '')
    return await this.sqlAs({ username: 'datalens', password }, query, replica)
  }

  async sqlAs(
    login: { readonly username: string; readonly password: string },
    query: string,
    replica = 0,
  ): Promise<string[][]> {
    return await this.#run(this.environment.clickhouse.endpoints[replica] ?? '', login, query)
  }

  async #run(url: string, login: { username: string; password: string }, query: string): Promise<string[][]> {
    const client = this.#client(url, login)
    if (!/^\s*(SELECT|SHOW|EXISTS|DESCRIBE)/i.test(query)) {
      await client.command({ query })
      return []
    }
    const rows = await client.query({ query, format: 'JSONCompactStrings' })
    return (await rows.json<string[]>()).data
  }

  #client(url: string, login: { username: string; password: string }): ClickHouseClient {
    const identity = JSON.stringify([url, login])
    const known = this.#clients.get(identity)
    if (known !== undefined) return known
    const client = createClient({
      url,
      ...login,
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: { wait_end_of_query: 1 },
    })
    this.#clients.set(identity, client)
    return client
  }

  /** Databases that carry a mark of ours, with their marks. */
  async marks(replica = 0): Promise<Record<string, string>> {
    const rows = await this.sql(
      "SELECT name, comment FROM system.databases WHERE comment LIKE 'lenskeeper/%' ORDER BY name",
      replica,
    )
    return Object.fromEntries(rows.map(([name = '', comment = '']) => [name, comment]))
  }

  /** Databases that the reader has SELECT on. */
  async grants(replica = 0): Promise<string[]> {
    const rows = await this.sql(
      "SELECT DISTINCT database FROM system.grants WHERE user_name = 'datalens' AND access_type = 'SELECT' ORDER BY database",
      replica,
    )
    return rows.map(([name = '']) => name)
  }

  /** Resolves once /readyz says so. */
  async startOperator({ args = [], kubeconfig, node = [] }: OperatorFlags = {}): Promise<RunningOperator> {
    const config = kubeconfig ?? (await this.operatorKubeconfig())
    const program = await bundledProgram()
    const logFile = join(this.environment.directory, `operator-under-test-${this.#started++}.log`)
    const output = openSync(logFile, 'w')
    const flags = [
      'run',
      '--kubeconfig',
      config,
      '--listen',
      '127.0.0.1:0',
      '--kube-rate',
      '0',
      '--log-level',
      'debug',
      ...args,
    ]
    const child = spawn(process.execPath, [...node, program, ...flags], { stdio: ['ignore', output, output] })
    closeSync(output)
    const operator = await untilReady(child, logFile).catch((error: unknown) => {
      child.kill('SIGKILL')
      throw error
    })
    this.#operators.push(operator)
    return operator
  }

  async operatorKubeconfig(): Promise<string> {
    const plane = this.environment.controlPlane
    const token = await plane.serviceAccountToken({
      namespace: 'lenskeeper-system',
      name: 'lenskeeper',
      expirationSeconds: 86_400,
    })
    const path = join(this.environment.directory, 'operator-under-test.kubeconfig')
    writeFileSync(
      path,
      kubeconfigText({ url: plane.url, caPem: plane.caPem, token, namespace: 'lenskeeper-system' }),
      { mode: 0o600 },
    )
    return path
  }

  async close(): Promise<void> {
    await Promise.all(this.#operators.map(operator => operator.kill('SIGKILL')))
    await Promise.all([...this.#clients.values()].map(client => client.close()))
    await this.transport.close()
    await this.environment.stop()
  }
}

async function untilReady(child: ChildProcess, logFile: string): Promise<RunningOperator> {
  const log = (): string => readFileSync(logFile, 'utf8')
  const ended = once(child, 'exit')
  const url = await eventually(
    async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the operator ended: ${log().slice(-2000)}`)
      const port = /"port":([0-9]+)/.exec(log())?.[1]
      if (port === undefined) return undefined
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
      return answer.ok ? `http://127.0.0.1:${port}` : undefined
    },
    { what: `the operator is ready (${logFile})`, deadlineMs: 60_000, everyMs: 50 },
  )
  return {
    pid: child.pid ?? 0,
    url,
    log,
    ended,
    get exitCode() {
      return child.exitCode ?? (child.signalCode === null ? undefined : null)
    },
    async kill(signal = 'SIGKILL') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
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
