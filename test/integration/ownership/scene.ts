/**
 * A row of the hijack matrix: who wants which database, what happens in which order, and what must be so after each
 * act. All rows are played side by side on one world, each with names of its own, and the operators are ended and
 * started between any two acts.
 */
import { findCondition } from '../../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { World } from '../../cluster/world.ts'

const forever = new AbortController().signal

/** What a condition Ready says: its reason, or `Ready` for being served. */
export type Said = string

/** What must be so once an act has had its effect. */
export interface Sight {
  /** By `namespace/role`; whoever is not named must not exist. */
  readonly tenants?: Readonly<Record<string, Said>>
  /** `namespace/role` that the mark names on every endpoint, with `retired` behind it if it is; '' is no mark. */
  readonly owner?: string
  /** Whether the reader may read the database, on every endpoint. */
  readonly readable?: boolean
  /** The row that was put into the database is there on every endpoint. */
  readonly data?: boolean
  readonly more?: (scene: Scene) => Promise<void>
}

export interface Act {
  readonly what: string
  readonly do: (scene: Scene) => Promise<unknown>
  readonly shows: Sight
}

export interface Row {
  readonly title: string
  readonly acts: readonly Act[]
}

export class Scene {
  readonly world: World
  readonly database: string
  readonly #prefix: string
  readonly #assign: (assignment: Assignment, partnerKey: string) => Promise<void>

  constructor(world: World, { id, assign }: { readonly id: string; readonly assign: Assign }) {
    this.world = world
    this.#prefix = id
    this.database = `own_${id.replaceAll('-', '_')}`
    this.#assign = assign
  }

  /** `left/a` is the tenant `<row>-a` of namespace `left`. */
  key(who: string): string {
    const [namespace = '', role = ''] = who.split('/')
    return `${namespace}/${this.#prefix}-${role}`
  }

  secretKey(who: string): string {
    return `${this.key(who)}-datalens`
  }

  tenant(who: string, spec: Readonly<Record<string, unknown>> = {}): object {
    const [namespace = '', name = ''] = this.key(who).split('/')
    return this.world.tenant(name, { database: this.database, ...spec }, namespace)
  }

  async create(who: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.world.tenants.create(this.tenant(who, spec) as ConnectorTenant, forever)
  }

  /** Both in one go, in this order. */
  async createAll(...all: readonly string[]): Promise<void> {
    for (const who of all) await this.create(who)
  }

  async delete(who: string): Promise<void> {
    await this.world.tenants.delete(this.key(who), {}, forever)
  }

  /** Its Secret stays. The tenant is suspended before, so that nobody gives the Secret an owner again meanwhile. */
  async deleteWithoutSecret(who: string): Promise<void> {
    const [namespace = '', name = ''] = this.key(who).split('/')
    await this.edit(who, { suspend: true })
    await this.world.tenantIs(this.key(who), 'True', 'Suspended')
    await this.world.kubectl(['delete', 'ctenant', name, '-n', namespace, '--cascade=orphan'])
  }

  async edit(who: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
    await this.world.tenants.mergePatch(this.key(who), { spec }, forever)
  }

  /** The admin's word on the row's database. */
  async assignTo(who: string, partnerKey = 'acme'): Promise<void> {
    const [namespace = '', name = ''] = this.key(who).split('/')
    await this.#assign({ database: this.database, namespace, name }, partnerKey)
  }

  get replicas(): readonly number[] {
    return [...this.world.environment.clickhouse.endpoints.keys()]
  }

  /** A statement as ClickHouse's administrator, on all endpoints or one; `$` is the database. */
  async sql(query: string, replicas = this.replicas): Promise<void> {
    const statement = query.replaceAll('$', this.database)
    await Promise.all(replicas.map(replica => this.world.sql(statement, replica)))
  }

  /** As older releases made databases: of an engine that gives them no uuid. */
  async createOrdinary(): Promise<void> {
    const { endpoints, username, password } = this.world.environment.clickhouse
    for (const url of endpoints) {
      const answer = await fetch(`${url}/?allow_deprecated_database_ordinary=1`, {
        method: 'POST',
        headers: { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password },
        body: `CREATE DATABASE ${this.database} ENGINE = Ordinary`,
      })
      if (!answer.ok) throw new Error(await answer.text())
    }
  }

  async putData(replicas = this.replicas): Promise<void> {
    await this.sql('CREATE TABLE $.orders (x UInt8) ENGINE = MergeTree ORDER BY x', replicas)
    await this.sql('INSERT INTO $.orders VALUES (42)', replicas)
  }
}

export interface Assignment {
  readonly database: string
  readonly namespace: string
  readonly name: string
}

type Assign = (assignment: Assignment, partnerKey: string) => Promise<void>

/** What the world looks like, read once for all rows. */
export interface Glance {
  readonly tenants: ReadonlyMap<string, ConnectorTenant>
  /** Comment by database, for each endpoint. */
  readonly comments: readonly ReadonlyMap<string, string>[]
  /** Databases that the reader may read, for each endpoint. */
  readonly readable: readonly ReadonlySet<string>[]
  /** Databases with the row of `putData`, for each endpoint. */
  readonly data: readonly ReadonlySet<string>[]
}

export async function glance(world: World): Promise<Glance> {
  const replicas = [...world.environment.clickhouse.endpoints.keys()]
  const tenants = await world.tenants.list({}, forever)
  const all = async (query: string) =>
    await Promise.all(
      replicas.map(async replica =>
        (await world.sql(query, replica)).map(([name = '', comment = '']) => [name, comment] as const),
      ),
    )
  const comments = await all("SELECT name, comment FROM system.databases WHERE name LIKE 'own_%'")
  const grants = await all(
    "SELECT DISTINCT database, '' FROM system.grants WHERE user_name = 'datalens' AND access_type = 'SELECT'",
  )
  const data = await all(
    "SELECT database, '' FROM system.tables WHERE name = 'orders' AND total_rows = 1 AND database LIKE 'own_%'",
  )
  return {
    tenants: new Map(tenants.map(each => [`${each.metadata.namespace}/${each.metadata.name}`, each])),
    comments: comments.map(rows => new Map(rows)),
    readable: grants.map(rows => new Set(rows.map(([name]) => name))),
    data: data.map(rows => new Set(rows.map(([name]) => name))),
  }
}

/** What is not as the act says, in words; empty when all is. */
export function objections(scene: Scene, sight: Sight, seen: Glance): string[] {
  return [
    ...tenantObjections(scene, sight, seen),
    ...seen.comments.flatMap((comments, replica) => {
      const is = ownerIn(comments.get(scene.database) ?? '')
      const [who = '', state] = (sight.owner ?? '').split(' ')
      const wanted = who === '' ? '' : [scene.key(who), state].filter(Boolean).join(' ')
      return sight.owner === undefined || is === wanted
        ? []
        : [`${replica}: owner is "${is}", not "${wanted}"`]
    }),
    ...flag('readable', sight.readable, seen.readable, scene.database),
    ...flag('data', sight.data, seen.data, scene.database),
  ]
}

function flag(
  what: string,
  wanted: boolean | undefined,
  found: readonly ReadonlySet<string>[],
  database: string,
): string[] {
  if (wanted === undefined) return []
  return found.flatMap((names, replica) =>
    names.has(database) === wanted ? [] : [`${replica}: ${what} is ${!wanted}`],
  )
}

function tenantObjections(scene: Scene, { tenants }: Sight, seen: Glance): string[] {
  if (tenants === undefined) return []
  const wanted = new Map(Object.entries(tenants).map(([who, said]) => [scene.key(who), said]))
  const strangers = [...seen.tenants.values()]
    .filter(({ spec }) => spec.database === scene.database)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .filter(key => !wanted.has(key))
  const wrong = [...wanted].flatMap(([key, said]) => {
    const is = saidBy(seen.tenants.get(key))
    return is === said ? [] : [`${key} says ${is}, not ${said}`]
  })
  return [...strangers.map(key => `${key} is there`), ...wrong]
}

export function saidBy(tenant: ConnectorTenant | undefined): Said {
  if (tenant === undefined) return 'nothing, it is not there'
  const ready = findCondition(tenant.status?.conditions, 'Ready')
  if (ready === undefined || ready.observedGeneration !== tenant.metadata.generation) return 'nothing yet'
  return ready.status === 'True' && ready.reason !== 'Ready' ? `Ready, ${ready.reason}` : ready.reason
}

function ownerIn(comment: string): string {
  const found = / tenant=(\S+) state=(owned|retired)/.exec(comment)
  if (found === null) return ''
  return found[2] === 'retired' ? `${found[1]} retired` : (found[1] ?? '')
}
