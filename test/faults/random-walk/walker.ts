/** Takes the steps in a world, and remembers what it did by hand: only that may have cost data. */
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import type { World } from '../../cluster/world.ts'
import type { Database, Step, Tenant } from './steps.ts'

const forever = new AbortController().signal
const replicas = [0, 1] as const

export class Walker {
  readonly world: World
  readonly #start: () => Promise<RunningOperator>
  #operator: Promise<RunningOperator>
  readonly #down = new Set<number>()
  readonly #assignments = new Map<string, { namespace: string; name: string }>()
  /** Where a row is that nobody has given up: `database replica`. */
  readonly data = new Set<string>()
  round = 0
  /** Databases that were ever dropped by hand. */
  readonly dropped = new Set<string>()

  constructor(world: World, start: () => Promise<RunningOperator>, operator: RunningOperator) {
    this.world = world
    this.#start = start
    this.#operator = Promise.resolve(operator)
  }

  #name(database: Database): string {
    return `walk${this.round}_${database}`
  }

  /** A step that the API server or ClickHouse refuses, or whose object is not there, changes nothing. */
  async take(step: Step): Promise<void> {
    try {
      await this.#take(step)
    } catch (error) {
      if (!(error instanceof KubeError) && !(error instanceof Error && 'type' in error)) throw error
    }
  }

  /** Everything is up again, and the operator takes a look. */
  async settle(): Promise<void> {
    for (const replica of this.#down) await this.world.clickhouse.startReplica(replica)
    this.#down.clear()
    await this.#operator
    await this.look()
  }

  async look(): Promise<void> {
    const resync = { metadata: { annotations: { 'lenskeeper.dev/resync': String(performance.now()) } } }
    await this.world.connections.mergePatch('datalens/default', resync, forever)
  }

  async #take(step: Step): Promise<unknown> {
    const { tenants, secrets } = this.world
    switch (step.kind) {
      case 'create':
        return await this.#create(step.tenant, { database: this.#name(step.database), drop: step.drop })
      case 'delete':
        return await tenants.delete(step.tenant, {}, forever)
      case 'edit':
        return await this.#edit(step.tenant, step.what)
      case 'recreate':
        await tenants.delete(step.tenant, {}, forever)
        return await this.#create(step.tenant, { database: this.#name(step.database), drop: false })
      case 'assign':
        return await this.#assign(step.tenant, this.#name(step.database))
      case 'acceptLoss':
        return await this.#acceptLoss(step.tenant)
      case 'putData':
        return await this.#putData(this.#name(step.database))
      case 'dropByHand':
        return await this.#drop(
          this.#name(step.database),
          step.replica === 'both' ? replicas : [step.replica],
        )
      case 'revokeByHand':
        return await this.#sql(`REVOKE SELECT ON ${this.#name(step.database)}.* FROM datalens`, step.replica)
      case 'foreign':
        return await this.#sql(`CREATE DATABASE ${this.#name(step.database)}`, step.replica)
      case 'deleteSecret':
        return await secrets.delete(`${step.tenant}-datalens`, {}, forever)
      case 'swapSecrets':
        return await this.#swap(step.tenant, step.other)
      case 'restart':
        return await this.#restart()
      case 'outage':
        return await this.#outage(step.replica)
      default:
        return step satisfies never
    }
  }

  async #create(
    key: Tenant,
    { database, drop }: { readonly database: string; readonly drop: boolean },
  ): Promise<void> {
    const [namespace = '', name = ''] = key.split('/')
    const policy = drop ? { deletionPolicy: 'Drop', confirmDrop: database } : {}
    const tenant = this.world.tenant(name, { database, ...policy }, namespace)
    await this.world.tenants.create(tenant as ConnectorTenant, forever)
  }

  async #edit(key: Tenant, what: 'access' | 'suspend' | 'policy'): Promise<void> {
    const tenant = await this.world.tenants.get(key, forever)
    if (tenant === undefined) return
    const { access, suspend, deletionPolicy, database } = tenant.spec
    const spec = {
      access: { access: access === 'Granted' ? 'Withheld' : 'Granted' },
      suspend: { suspend: !suspend },
      policy:
        deletionPolicy === 'Drop'
          ? { deletionPolicy: 'Retain', confirmDrop: null }
          : { deletionPolicy: 'Drop', confirmDrop: database },
    }[what]
    await this.world.tenants.mergePatch(key, { spec }, forever)
  }

  async #assign(key: Tenant, database: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/')
    this.#assignments.set(database, { namespace, name })
    const assignments = [...this.#assignments].map(([each, to]) => ({ database: each, ...to }))
    await this.world.partnerKeys.mergePatch('datalens/acme', { spec: { tenants: { assignments } } }, forever)
  }

  async #acceptLoss(key: Tenant): Promise<void> {
    const tenant = await this.world.tenants.get(key, forever)
    if (tenant === undefined) return
    const annotations = { 'lenskeeper.dev/recreate': tenant.spec.database }
    await this.world.tenants.mergePatch(key, { metadata: { annotations } }, forever)
  }

  async #putData(database: string): Promise<void> {
    for (const replica of replicas) {
      if (this.data.has(`${database} ${replica}`)) continue
      const create = `CREATE TABLE ${database}.orders ENGINE = MergeTree ORDER BY x AS SELECT 42 AS x`
      if (await this.#sql(create, replica)) this.data.add(`${database} ${replica}`)
    }
  }

  async #drop(database: string, on: readonly number[]): Promise<void> {
    this.dropped.add(database)
    for (const replica of on) {
      const done = await this.#sql(`DROP DATABASE IF EXISTS ${database}`, replica)
      if (done) this.data.delete(`${database} ${replica}`)
    }
  }

  async #swap(one: Tenant, other: Tenant): Promise<void> {
    const { secrets } = this.world
    const source = await secrets.get(`${other}-datalens`, forever)
    if (source?.data === undefined || one === other) return
    await secrets.mergePatch(`${one}-datalens`, { data: { token: source.data['token'] } }, forever)
  }

  async #restart(): Promise<void> {
    const operator = await this.#operator
    await operator.kill('SIGKILL')
    this.#operator = this.#start()
    // The next checkpoint waits for it, and throws what went wrong.
    this.#operator.catch(() => undefined)
  }

  async #outage(replica: number): Promise<void> {
    if (this.#down.delete(replica)) return await this.world.clickhouse.startReplica(replica)
    if (this.#down.size > 0) return
    this.#down.add(replica)
    await this.world.clickhouse.stopReplica(replica)
  }

  /** False when the replica is down or refuses. */
  async #sql(statement: string, replica: number): Promise<boolean> {
    if (this.#down.has(replica)) return false
    return await this.world.sql(statement, replica).then(
      () => true,
      () => false,
    )
  }
}
