/** A PartnerKey with its tenants, and what becomes of them: they come, their tokens are rotated, some leave. */
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { dataOf } from '../../../src/api/core-objects.ts'
import type { World } from '../../cluster/world.ts'
import { outlineOf, scrub } from '../../scenarios/crash-state.ts'
import { sideBySide } from '../../scenarios/side-by-side.ts'

const forever = new AbortController().signal
const atOnce = 8

export class Group {
  readonly world: World
  /** Of the PartnerKey and of the namespace, and the start of each database. */
  readonly name: string
  readonly tenants: readonly string[]

  constructor(world: World, name: string, size: number) {
    this.world = world
    this.name = name
    this.tenants = Array.from({ length: size }, (_, at) => `t${at}`)
  }

  /** Those that leave in the end. */
  get leaving(): readonly string[] {
    return this.tenants.slice(0, this.tenants.length / 2)
  }

  databaseOf(tenant: string): string {
    return `${this.name}_${tenant}`
  }

  async open(): Promise<void> {
    await this.world.namespace(this.name)
    const rollout = { batch: { percent: 20, interval: '0s' } }
    const tenants = { namespaces: { from: 'All' }, databases: [`${this.name}_*`], allowDrop: true }
    await this.world.apply(this.world.partnerKey(this.name, { rollout, tenants }))
  }

  async each(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<void> {
    await sideBySide(names, atOnce, work)
  }

  async create(tenant: string): Promise<void> {
    const partnerKeyRef = { name: this.name, namespace: 'datalens' }
    const database = this.databaseOf(tenant)
    const spec = { database, partnerKeyRef, deletionPolicy: 'Drop', confirmDrop: database }
    const object = this.world.tenant(tenant, spec, this.name) as ConnectorTenant
    await this.world.tenants.create(object, forever)
  }

  /** All that is left of it, without what differs from group to group. */
  async state(): Promise<unknown> {
    const { world, name } = this
    const labelSelector = 'lenskeeper.dev/tenant'
    const [key, tenants, secrets, servers] = await Promise.all([
      world.partnerKeys.get(`datalens/${name}`, forever),
      world.tenants.list({ namespace: name }, forever),
      world.secrets.list({ namespace: name, labelSelector }, forever),
      Promise.all(world.environment.clickhouse.endpoints.map((_, replica) => this.#onServer(replica))),
    ])
    const verdicts = await Promise.all(
      secrets.map(secret => world.judgeText(dataOf(secret, 'token') ?? '', name)),
    )
    const statuses = tenants.map(({ metadata, status }) => [metadata.name, status])
    return scrub(name, {
      key: key?.status,
      statuses: byText(statuses),
      secrets: byText(secrets.map(outlineOf)),
      verdicts: byText(verdicts),
      servers,
    })
  }

  async #onServer(replica: number) {
    const isOurs = (database: string): boolean => database.startsWith(`${this.name}_`)
    const marks = Object.entries(await this.world.marks(replica)).filter(([database]) => isOurs(database))
    return { marks, grants: (await this.world.grants(replica)).filter(isOurs) }
  }
}

function byText<T>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
