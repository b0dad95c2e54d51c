/** Three operators with elections on one ClickHouse, and what is asked of them again and again. */
import { findCondition } from '../../../src/api/conditions.ts'
import type { ClickHouseConnectionConditionType } from '../../../src/api/status/clickhouse-connection.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { eventually } from '../../time/eventually.ts'
import { reconciles } from '../../watchers/operator-metrics.ts'
import { leadersIn, wrongIn } from './judge.ts'
import { LeaseHands } from './lease-object.ts'
import { OperatorRecord } from './record.ts'
import { Replica, timing } from './replica.ts'

const forever = new AbortController().signal
export const hourMs = 3_600_000

export class Scene {
  readonly world: World
  readonly record = new OperatorRecord()
  readonly replicas: Replica[] = []
  readonly lease: LeaseHands

  private constructor(world: World) {
    this.world = world
    this.lease = new LeaseHands(world)
  }

  static async start(): Promise<Scene> {
    const scene = new Scene(await startWorld())
    return await scene.#prepare().then(
      () => scene,
      async (error: unknown) => {
        await scene.close()
        throw error
      },
    )
  }

  /** Their clocks differ by an hour. Not more than one tenant may leave at once. */
  async #prepare(): Promise<void> {
    const { world, record, replicas } = this
    const tenants = { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true }
    await world.namespace('tenants')
    await world.connect({ sweep: { limit: 1 } })
    await world.apply(world.partnerKey('acme', { tenants }))
    for (const [index, aheadMs] of [0, hourMs, -hourMs].entries())
      replicas.push(await Replica.start({ name: `operator-${index}`, world, record }, aheadMs))
  }

  async close(): Promise<void> {
    this.record.close()
    await Promise.all(this.replicas.map(replica => replica.close()))
    await this.world.close()
  }

  /** From now on any number may leave at once, also unseen. */
  async letAllLeave(): Promise<void> {
    await this.world.connect({ sweep: { limit: 1_000, grace: '0s' } })
  }

  async leader(): Promise<Replica> {
    const look = async (): Promise<Replica | undefined> => {
      for (const replica of this.replicas) if (await replica.leads()) return replica
      return undefined
    }
    return await eventually(look, { what: 'one leads', deadlineMs: 90_000 })
  }

  /** Who leads, and how often that has changed. */
  async lead(): Promise<readonly [string, number | undefined]> {
    const { name } = await this.leader()
    return [name, (await this.lease.read())?.spec.leaseTransitions]
  }

  /** The leader takes a look at everything, and all ask for the lease, or renew it, some times from now on. */
  async letTimePass(): Promise<void> {
    const { operator, name } = await this.leader()
    if (operator === undefined) throw new Error(`${name} has ended`)
    const { record } = this
    const [looks, renewals] = [await reconciles(operator, 'connections'), record.renewals.length]
    await this.look()
    await eventually(async () => (await reconciles(operator, 'connections')) > looks, { what: 'a look' })
    await eventually(() => record.renewals.length > renewals + 6, { what: 'renewals' })
  }

  async look(): Promise<void> {
    const resync = { metadata: { annotations: { 'lenskeeper.dev/resync': String(performance.now()) } } }
    await this.world.connections.mergePatch('datalens/default', resync, forever)
  }

  async connectionIs(type: ClickHouseConnectionConditionType, status: 'True' | 'False'): Promise<void> {
    const look = async (): Promise<boolean> => {
      const connection = await this.world.connections.get('datalens/default', forever)
      return findCondition(connection?.status?.conditions, type)?.status === status
    }
    await eventually(look, { what: `${type} is ${status}`, deadlineMs: 60_000 })
  }

  /** What one operator has done that another's lead forbids. */
  get wrong(): readonly string[] {
    return wrongIn(this.record, timing.renewDeadlineMs)
  }

  /** The numbers of the processes that worked, in order. */
  get leaders(): readonly number[] {
    return leadersIn(this.record.effects)
  }
}
