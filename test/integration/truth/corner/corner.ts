/**
 * What a row has for itself: names in the cluster and in ClickHouse, and a namespace with a connection and ways to the
 * servers of its own. Rows that need no connection of their own have one together: each more is a user in ClickHouse.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import type { Condition } from '../../../../src/api/conditions.ts'
import type { World } from '../../../cluster/world.ts'
import type { LoadBalancer } from '../../../proxies/load-balancer.ts'
import { eventually } from '../../../time/eventually.ts'
import type { Kind } from '../kind.ts'
import { Names } from './names.ts'
import { object, secretObject } from './objects.ts'
import { giveRights } from './rights.ts'
import { Ways } from './ways.ts'

/** Far longer than anything that is waited for takes. */
export const deadlineMs = 120_000

const forever = new AbortController().signal

/** One for all rows that do not ask for another: to make one costs more than to use it. */
const partnersKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()

export class Corner extends Names {
  readonly world: World
  readonly ways: Ways
  readonly #commons: Corner | undefined
  #connected: Promise<void> | undefined
  #opened: Promise<void> | undefined

  /** @param commons whose namespace and connection it has; by default its own */
  constructor(world: World, id: string, commons?: Corner) {
    super(id, commons)
    this.world = world
    this.ways = new Ways(world)
    this.#commons = commons
  }

  /** The administrator's account, which the operator uses where a row makes it none of its own. */
  get admin(): { readonly username: string; readonly password: string } {
    const { username, password } = this.world.environment.clickhouse
    return { username, password }
  }

  /** The address that was made as number `at`. */
  way(at = 0): LoadBalancer {
    return this.ways.at(at)
  }

  async open(): Promise<void> {
    if (this.#commons === undefined) await this.#openOnce()
    else await this.#commons.#connectOnce()
  }

  #openOnce(): Promise<void> {
    return (this.#opened ??= this.world
      .namespace(this.namespace)
      .then(() => giveRights(this.world, this.namespace)))
  }

  #connectOnce(): Promise<void> {
    return (this.#connected ??= this.connect({ sweep: { grace: '0s', limit: 1000 } }))
  }

  /** A connection with credentials; over an address of its own for each of these replicas. */
  async connect(spec: object = {}, replicas: readonly number[] = [0]): Promise<void> {
    if (this.#commons !== undefined) return await this.open()
    const { credentials = this.admin, reader = {}, ...rest } = spec as Connecting
    // Rows that are played one after another here have the same ways.
    const { urls } = this.ways
    const endpoints = rest.endpoints ?? (urls.length > 0 ? urls : await this.ways.to(...replicas))
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
    const named = { name: this.name(name), namespace: this.namespace, ...metadata }
    await this.world.apply(secretObject(named, values))
  }

  async deleteSecret(name: string): Promise<void> {
    await this.world.secrets.delete(this.key(name), {}, forever)
  }

  async edit(kind: Kind, patch: object): Promise<void> {
    await this.#clients()[kind].mergePatch(this.subjectKey(kind), patch, forever)
  }

  /** @param said `type status reason` of a condition */
  async until(kind: Kind, said: string): Promise<void> {
    const clients = this.#clients()
    await eventually(
      async () => {
        const seen = await clients[kind].get(this.subjectKey(kind), forever)
        const conditions: readonly Condition[] = seen?.status?.conditions ?? []
        return conditions.some(({ type, status, reason }) => `${type} ${status} ${reason}` === said)
      },
      { what: `${this.namespace}: ${said}`, deadlineMs },
    )
  }

  async untilGone(kind: Kind): Promise<void> {
    const clients = this.#clients()
    await eventually(async () => (await clients[kind].get(this.subjectKey(kind), forever)) === undefined, {
      what: `${this.subjectKey(kind)} is gone`,
      deadlineMs,
    })
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
    await this.annotate('ClickHouseConnection', { 'lenskeeper.dev/resync': randomUUID() })
  }

  /** Statements of an administrator on these replicas. */
  async sql(statements: readonly string[], replicas: readonly number[] = [0]): Promise<void> {
    for (const replica of replicas)
      for (const statement of statements) await this.world.sql(statement, replica)
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
    await this.ways.close()
    await this.#commons?.close()
  }
}

interface Connecting {
  readonly endpoints?: readonly string[]
  readonly credentials?: Readonly<Record<string, string>> | null
  readonly reader?: object
}
