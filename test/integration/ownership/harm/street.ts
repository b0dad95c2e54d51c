/**
 * Who lives beside one another: a platform team with a connection, namespaces that its key lets in and one that it does
 * not, and neighbours with a connection of their own to the same ClickHouse. Each acts with their own rights.
 */
import type { ClickHouseConnectionConditionType } from '../../../../src/api/status/clickhouse-connection.ts'
import { findCondition, type Condition } from '../../../../src/api/conditions.ts'
import { accountRights } from '../../../../src/clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../../../src/clickhouse/statements.ts'
import { oneList } from '../../../cluster/server-side-apply.ts'
import type { World } from '../../../cluster/world.ts'
import { eventually } from '../../../time/eventually.ts'

const forever = new AbortController().signal

/** `author`: of tenants and embeds. `administrator`: of a namespace. `neighbour`: with a connection of their own. */
export type Who = 'author' | 'administrator' | 'neighbour'

/** A platform team's account and reader on the ClickHouse that both teams share. */
interface Team {
  readonly namespace: string
  readonly reader: string
  readonly account: { readonly username: string; readonly password: string }
  readonly patterns: readonly string[]
  /** What its account may reach. */
  readonly reach: readonly string[]
}

export const shop: Team = {
  namespace: 'shop',
  reader: 'shop_reader',
  account: { username: 'shop_operator', password: 'shop-password' },
  patterns: ['client_*', '{namespace}__*'],
  reach: ['client_*', 'left__*'],
}

export const next: Team = {
  namespace: 'next',
  reader: 'next_reader',
  account: { username: 'next_operator', password: 'next-password' },
  patterns: ['aaa_*', '{namespace}__*'],
  reach: ['next__*'],
}

/** The shop's key lets `left` and `right` in, but its account reaches no `right__x`; `outside` is let in nowhere. */
const homes = { left: true, right: true, outside: false } as const

const roles: Readonly<Record<Who, { readonly roles: readonly string[]; readonly in: readonly string[] }>> = {
  author: {
    roles: ['lenskeeper-tenant-editor', 'lenskeeper-embed-editor'],
    in: ['left', 'right', 'outside'],
  },
  administrator: { roles: ['lenskeeper-admin', 'system:aggregate-to-edit'], in: ['outside', 'right'] },
  neighbour: { roles: ['lenskeeper-admin', 'system:aggregate-to-edit'], in: ['next', 'outside'] },
}

interface OwnConnection {
  readonly databases: readonly string[]
  readonly spec?: object
}

export class Street {
  readonly world: World
  #syncs = 60

  private constructor(world: World) {
    this.world = world
  }

  /** With one tenant of the shop's served, and nothing left to do. */
  static async open(world: World): Promise<Street> {
    const street = new Street(world)
    for (const [name, isLetIn] of Object.entries(homes))
      await world.namespace(name, isLetIn ? { customer: 'yes' } : {})
    await street.#moveIn(shop)
    await street.#moveIn(next)
    await Promise.all(
      Object.entries(roles).flatMap(([who, { roles: held, in: where }]) =>
        where.flatMap(namespace => held.map(role => street.#bind(who, role, namespace))),
      ),
    )
    await street.apply('author', street.tenant('settled', 'left', 'left__settled'))
    await world.tenantIs('left/settled', 'True', 'Ready', 120_000)
    // The shop would count what it has some seconds later, also if it has seen it by now. A look that is asked for takes
    // the place of that; after it nothing calls for another.
    await street.sync()
    await eventually(async () => (await street.#connection())?.status?.databaseCount === 1)
    return street
  }

  tenant(name: string, namespace: string, database: string, from: Team = shop): object {
    const partnerKeyRef = { name: 'acme', namespace: from.namespace }
    return this.world.tenant(name, { database, partnerKeyRef }, namespace)
  }

  partnerKey(name: string, namespace: string, databases: readonly string[]): object {
    const tenants = { namespaces: { from: 'All' }, databases }
    const made = this.world.partnerKey(name, { tenants }) as { readonly metadata: object }
    return { ...made, metadata: { ...made.metadata, namespace } }
  }

  /** One more connection of the neighbours', and a key for it that lets in these names. */
  byOwnConnection(name: string, { databases, spec = {} }: OwnConnection): readonly object[] {
    const { namespace, reader: user } = next
    const { endpoints } = this.world.environment.clickhouse
    const key = this.partnerKey(name, namespace, databases) as { readonly spec: object }
    const tenants = { namespaces: { from: 'Same' }, databases, allowDrop: true }
    return [
      {
        apiVersion: 'lenskeeper.dev/v1alpha1',
        kind: 'ClickHouseConnection',
        metadata: { name, namespace },
        spec: {
          endpoints,
          credentialsSecretRef: { name: 'clickhouse-operator' },
          reader: { user, passwordSecretRef: { name: 'default-reader' } },
          ...spec,
        },
      },
      { ...key, spec: { ...key.spec, connectionRef: { name }, tenants } },
    ]
  }

  async apply(who: Who, ...objects: readonly object[]): Promise<void> {
    const manager = ['--server-side', '--force-conflicts', `--field-manager=${who}`]
    await this.world.kubectl(['apply', ...manager, `--as=${who}`, '-f', '-'], oneList(objects))
  }

  async kubectl(who: Who, ...args: readonly string[]): Promise<string> {
    return await this.world.kubectl([...args, `--as=${who}`])
  }

  /** How often the shop's account has read what databases there are. */
  async readings(): Promise<number> {
    const sent = await this.world.clickhouse.statements()
    return sent.filter(
      ({ user, sql }) => user === shop.account.username && /FROM system\.databases/.test(sql),
    ).length
  }

  /** Has the shop's connection look again at everything. @returns what it then says of itself */
  async sync(): Promise<Condition> {
    this.#syncs += 1
    const spec = { syncInterval: `${this.#syncs}m` }
    const { metadata } = await this.world.connections.mergePatch('shop/default', { spec }, forever)
    return await eventually(
      async () => {
        const ready = findCondition((await this.#connection())?.status?.conditions, 'Ready')
        return (ready?.observedGeneration ?? 0) >= (metadata.generation ?? 0) ? ready : undefined
      },
      { deadlineMs: 60_000, what: 'the shop’s connection is looked at' },
    )
  }

  /** The message of one condition of the shop's connection. */
  async says(type: ClickHouseConnectionConditionType): Promise<string> {
    return findCondition((await this.#connection())?.status?.conditions, type)?.message ?? ''
  }

  async #connection() {
    return await this.world.connections.get('shop/default', forever)
  }

  async #moveIn({ namespace, account, reader, patterns, reach }: Team): Promise<void> {
    const { username, password } = account
    const request = { mode: 'managed', patterns: reach, readerUser: reader, allowDrop: true } as const
    await this.world.sql(`CREATE USER ${username} IDENTIFIED WITH plaintext_password BY '${password}'`)
    for (const right of accountRights(request)) await this.world.sql(grantRight(right, username))
    const sweep = { limit: 100 }
    await this.world.connect({ syncInterval: '1h', reader: { user: reader }, sweep }, namespace)
    const selector = { matchLabels: { customer: 'yes' } }
    const key = this.partnerKey('acme', namespace, patterns) as { readonly spec: object }
    const tenants = { namespaces: { from: 'Selector', selector }, databases: patterns, allowDrop: true }
    await this.world.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'clickhouse-operator', namespace },
        stringData: account,
      },
      { ...key, spec: { ...key.spec, tenants } },
    )
  }

  async #bind(who: string, role: string, namespace: string): Promise<void> {
    const name = `${who}-${role.replace(':', '-')}`
    const what = ['rolebinding', name, `--clusterrole=${role}`, `--user=${who}`]
    await this.world.kubectl(['create', ...what, '-n', namespace])
  }
}
