/**
 * What a row has for itself: names in the cluster and in ClickHouse, and a namespace with a connection and ways to the
 * servers of its own. Rows that need no connection of their own have one together: each more is a user in ClickHouse.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import type { Condition } from '../../../src/api/conditions.ts'
import { encodeData } from '../../../src/api/core-objects.ts'
import { accountRights } from '../../../src/clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../../src/clickhouse/statements.ts'
import type { World } from '../../cluster/world.ts'
import { eventually } from '../../time/eventually.ts'
import { always, LoadBalancer } from '../../proxies/load-balancer.ts'
import type { TestCertificate } from '../../proxies/test-certificate.ts'
import type { Kind } from './kind.ts'
import { giveRights, takeRights } from './rights.ts'

/** Far longer than anything that is waited for takes. */
export const deadlineMs = 120_000

const forever = new AbortController().signal

/** One for all rows that do not ask for another: to make one costs more than to use it. */
const partnersKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()

/** What a row calls the object that it is about. */
const subjects = {
  ClickHouseConnection: 'default',
  PartnerKey: 'acme',
  ConnectorTenant: 'one',
  SecureEmbed: 'lobby',
} as const satisfies Readonly<Record<Kind, string>>

export class Corner {
  readonly world: World
  readonly id: string
  readonly namespace: string
  /** Begins the names of its databases. */
  readonly prefix: string
  readonly reader: string
  /** The operator's account, where a row has one of its own. */
  readonly account: string
  readonly #relays: LoadBalancer[] = []

  readonly #commons: Corner | undefined
  #connected: Promise<void> | undefined
  #opened: Promise<void> | undefined

  /** @param commons whose namespace and connection it has; by default its own */
  constructor(world: World, id: string, commons?: Corner) {
    this.world = world
    this.id = id
    this.#commons = commons
    this.namespace = commons?.namespace ?? `truth-${id}`
    this.prefix = `client_${id}_`
    this.reader = commons?.reader ?? `reader_${id}`
    this.account = `operator_${id}`
  }

  /** The name of what the row calls so: `one-datalens` is `one-a7-datalens` where others are beside it. */
  name(called: string): string {
    return this.#commons === undefined
      ? called
      : called.replace(/^(one|two|former|acme|brought|lobby|signing)\b/, `$1-${this.id}`)
  }

  subject(kind: Kind): string {
    return this.name(subjects[kind])
  }

  /** The administrator's account, which the operator uses where a row makes it none of its own. */
  get admin(): { readonly username: string; readonly password: string } {
    const { username, password } = this.world.environment.clickhouse
    return { username, password }
  }

  database(name = 'one'): string {
    return `${this.prefix}${name}`
  }

  key(called: string): string {
    return `${this.namespace}/${this.name(called)}`
  }

  /** An address of this corner's own for each of these replicas. */
  async relay(...replicas: readonly number[]): Promise<readonly string[]> {
    const targets = this.world.environment.clickhouse.endpoints
    for (const replica of replicas) this.#relays.push(await LoadBalancer.start(targets, always(replica)))
    return this.#relays.slice(-replicas.length).map(({ url }) => url)
  }

  /** The same by TLS. */
  async secureRelay(certificate: TestCertificate): Promise<readonly string[]> {
    const targets = this.world.environment.clickhouse.endpoints
    const relay = await LoadBalancer.start(targets, always(0), certificate)
    this.#relays.push(relay)
    return [relay.url]
  }

  /** The address that was made as number `at`. */
  way(at = 0): LoadBalancer {
    const relay = this.#relays[at]
    if (relay === undefined) throw new Error('there is no such address yet')
    return relay
  }

  async open(): Promise<void> {
    if (this.#commons === undefined) await this.#openOnce()
    else await this.#commons.#connectOnce()
  }

  #openOnce(): Promise<void> {
    return (this.#opened ??= this.world.namespace(this.namespace).then(() => this.giveRights()))
  }

  /** The operator may write Secrets there. */
  giveRights(): Promise<void> {
    return giveRights(this.world, this.namespace)
  }

  takeRights(): Promise<void> {
    return takeRights(this.world, this.namespace)
  }

  #connectOnce(): Promise<void> {
    return (this.#connected ??= this.connect({ sweep: { grace: '0s', limit: 1000 } }))
  }

  /** A connection with credentials; over an address of its own for each of these replicas. */
  async connect(spec: object = {}, replicas: readonly number[] = [0]): Promise<void> {
    if (this.#commons !== undefined) return await this.open()
    const { credentials = this.admin, reader = {}, ...rest } = spec as Connecting
    // Rows that are played one after another here have the same ways.
    const ways = this.#relays.map(({ url }) => url)
    const endpoints = rest.endpoints ?? (ways.length > 0 ? ways : await this.relay(...replicas))
    await this.open()
    if (credentials !== null) await this.secret('clickhouse-operator', credentials)
    await this.world.apply(
      object('ClickHouseConnection', this.namespace, 'default', {
        credentialsSecretRef: { name: 'clickhouse-operator' },
        syncInterval: '10s',
        handover: { hosts: ['clickhouse.example'] },
        ...rest,
        endpoints,
        reader: { user: this.reader, ...reader },
      }),
    )
  }

  /** A PartnerKey `acme` that lets in all names of the corner; with a key of ours, unless the spec has another. */
  async partnerKey(spec: object = {}): Promise<void> {
    await this.open()
    await this.secret('partners-key', { 'private.pem': partnersKey })
    await this.world.apply(
      object('PartnerKey', this.namespace, this.name('acme'), {
        keyVersion: 1,
        privateKeySecretRef: { name: 'partners-key' },
        dataLens: this.answered(),
        tenants: { namespaces: { from: 'Same' }, databases: [`${this.prefix}*`], allowDrop: true },
        ...spec,
      }),
    )
  }

  answered(version = 1): object {
    return { keyVersion: version, publicKey: this.world.dataLens(version).publicPem }
  }

  tenant(name = 'one', spec: object = {}): object {
    return object('ConnectorTenant', this.namespace, this.name(name), {
      partnerKeyRef: { name: this.name('acme') },
      database: this.database(name),
      ...spec,
    })
  }

  labelled(made: object, labels: Readonly<Record<string, string>>): object {
    return { ...made, metadata: { ...(made as { metadata: object }).metadata, labels } }
  }

  annotated(made: object, annotations: Readonly<Record<string, string>>): object {
    return { ...made, metadata: { ...(made as { metadata: object }).metadata, annotations } }
  }

  /** No more of these may be made in the namespace. Nothing computes quotas on this control plane, so the status is told. */
  async allowNone(plural: string): Promise<void> {
    const hard = { [`count/${plural}`]: '0' }
    const metadata = { name: 'none', namespace: this.namespace }
    await this.world.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } })
    const status = JSON.stringify({ status: { hard, used: hard } })
    const patch = ['--subresource=status', '--type=merge', '-p', status]
    await this.world.kubectl(['patch', 'resourcequota', 'none', '-n', this.namespace, ...patch])
  }

  async allowAgain(): Promise<void> {
    await this.world.kubectl(['delete', 'resourcequota', 'none', '-n', this.namespace])
  }

  /** Resolves with the mark of its tenant `one` once that says that it has left. */
  async retired(): Promise<string> {
    return await eventually(
      async () => {
        const { [this.database()]: comment = '' } = await this.world.marks()
        return comment.includes('state=retired') && comment
      },
      { what: `${this.database()} is retired`, deadlineMs },
    )
  }

  /** All that a tenant `one` needs, and that it is served. */
  async serve(spec: object = {}, replicas: readonly number[] = [0]): Promise<void> {
    await this.connect(spec, replicas)
    await this.partnerKey()
    await this.world.apply(this.tenant())
    await this.world.tenantIs(this.key('one'), 'True', 'Ready')
  }

  async secret(name: string, values: Readonly<Record<string, string>>, metadata: object = {}): Promise<void> {
    await this.world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: this.name(name), namespace: this.namespace, ...metadata },
      type: 'Opaque',
      data: encodeData(values),
    })
  }

  async deleteSecret(name: string): Promise<void> {
    await this.world.secrets.delete(this.key(name), {}, forever)
  }

  async edit(kind: Kind, patch: object): Promise<void> {
    await this.#clients()[kind].mergePatch(`${this.namespace}/${this.subject(kind)}`, patch, forever)
  }

  /** @param said `type status reason` of a condition */
  async until(kind: Kind, said: string): Promise<void> {
    const clients = this.#clients()
    await eventually(
      async () => {
        const seen = await clients[kind].get(`${this.namespace}/${this.subject(kind)}`, forever)
        const conditions: readonly Condition[] = seen?.status?.conditions ?? []
        return conditions.some(({ type, status, reason }) => `${type} ${status} ${reason}` === said)
      },
      { what: `${this.namespace}: ${said}`, deadlineMs },
    )
  }

  async untilGone(kind: Kind): Promise<void> {
    const clients = this.#clients()
    await eventually(
      async () => (await clients[kind].get(`${this.namespace}/${this.subject(kind)}`, forever)) === undefined,
      { what: `${this.namespace}/${this.subject(kind)} is gone`, deadlineMs },
    )
  }

  async annotate(kind: Kind, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    await this.edit(kind, { metadata: { annotations } })
  }

  async deleteTenant(name = 'one'): Promise<void> {
    await this.world.tenants.delete(this.key(name), {}, forever)
  }

  #clients() {
    const { connections, partnerKeys, tenants, embeds } = this.world
    return {
      ClickHouseConnection: connections,
      PartnerKey: partnerKeys,
      ConnectorTenant: tenants,
      SecureEmbed: embeds,
    }
  }

  /** As the troubleshooting page says. */
  async lookNow(): Promise<void> {
    const resync = randomUUID()
    await this.edit('ClickHouseConnection', {
      metadata: { annotations: { 'lenskeeper.dev/resync': resync } },
    })
  }

  /** Statements of an administrator on these replicas. */
  async sql(statements: readonly string[], replicas: readonly number[] = [0]): Promise<void> {
    for (const replica of replicas)
      for (const statement of statements) await this.world.sql(statement, replica)
  }

  /** An account for the operator as the documentation has it made. */
  async makeAccount(): Promise<Readonly<Record<string, string>>> {
    await this.sql([`CREATE USER ${this.account} IDENTIFIED WITH sha256_password BY 'p'`, ...this.rights()])
    return { username: this.account, password: 'p' }
  }

  /** The statements that give the account all its rights. */
  rights(): readonly string[] {
    const wanted = {
      mode: 'managed',
      readerUser: this.reader,
      allowDrop: true,
      patterns: [`${this.prefix}*`],
    } as const
    return accountRights(wanted).map(right => grantRight(right, this.account))
  }

  /** Its connection goes, with the reader: each costs the operator and the server something as long as it is there. */
  async leave(): Promise<void> {
    if (this.#commons !== undefined) return
    if ((await this.world.connections.get(this.key('default'), forever)) !== undefined) {
      await this.annotate('ClickHouseConnection', { 'lenskeeper.dev/confirm-deletion': 'default' })
      await this.world.connections.delete(this.key('default'), {}, forever)
      for (const replica of this.world.environment.clickhouse.endpoints.keys())
        for (const user of [this.reader, this.account])
          await this.world.sql(`DROP USER IF EXISTS ${user}`, replica)
    }
    await this.close()
  }

  async close(): Promise<void> {
    await Promise.all(this.#relays.splice(0).map(relay => relay.close()))
    await this.#commons?.close()
  }
}

interface Connecting {
  readonly endpoints?: readonly string[]
  readonly credentials?: Readonly<Record<string, string>> | null
  readonly reader?: object
}

export function object(kind: Kind, namespace: string, name: string, spec: object): object {
  return { apiVersion: 'lenskeeper.dev/v1alpha1', kind, metadata: { name, namespace }, spec }
}
