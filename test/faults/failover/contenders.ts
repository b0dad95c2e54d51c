/** Operators of one world that contend for the lead, each with its own way to the API server. */
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import type { World } from '../../cluster/world.ts'
import { FaultProxy } from '../../proxies/fault-proxy.ts'
import { eventually } from '../../time/eventually.ts'
import { metricOf } from '../../watchers/operator-metrics.ts'
import { LeaseHistory } from './lease-history.ts'

export interface Contender {
  readonly operator: RunningOperator
  readonly proxy: FaultProxy
  /** As the Lease names it. */
  readonly identity: string
}

export interface Pace {
  readonly leaseMs: number
  readonly renewDeadlineMs: number
  readonly retryMs: number
}

export const exitLeadLost = 4
export const defaultPace: Pace = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 }

export class Contenders {
  readonly #world: World
  readonly #args: readonly string[]
  readonly pace: Pace
  readonly history: LeaseHistory
  readonly #all: Contender[] = []
  readonly #standing = new Set<Contender>()
  readonly #retired = new Set<Contender>()
  readonly #starting: Promise<unknown>[] = []
  #isClosing = false

  private constructor(world: World, pace: Pace, history: LeaseHistory, args: readonly string[]) {
    this.#world = world
    this.pace = pace
    this.history = history
    this.#args = args
  }

  /** Resolves once one leads and another one stands by. */
  static async open(world: World, pace: Pace, args: readonly string[] = []): Promise<Contenders> {
    const history = await LeaseHistory.start(world)
    const contenders = new Contenders(world, pace, history, [...args, ...flagsOf(pace)])
    await Promise.all([contenders.start(), contenders.start()])
    await contenders.ready()
    return contenders
  }

  /** One more. Resolves once it is ready, whether it leads or stands by. When it ends, another one takes its place. */
  async start(): Promise<Contender> {
    const proxy = await FaultProxy.start(await this.#world.operatorKubeconfig())
    const operator = await this.#world.startOperator({ kubeconfig: proxy.kubeconfigPath, args: this.#args })
    const identity = await eventually(() => /"identity":"([^"]+)"/.exec(operator.log())?.[1], {
      what: 'it asks for the lead',
    })
    const contender = { operator, proxy, identity }
    this.#all.push(contender)
    void operator.ended.then(() => this.#replace(contender))
    return contender
  }

  /** Also those that have ended. */
  get all(): readonly Contender[] {
    return this.#all
  }

  /** Those that stand still are not among them. */
  get running(): readonly Contender[] {
    return this.#all.filter(one => one.operator.exitCode === undefined && !this.#standing.has(one))
  }

  /** Waits until one leads, and another one stands by. */
  async ready(): Promise<{ readonly leader: Contender; readonly standby: Contender }> {
    return await eventually(
      async () => {
        const leader = await this.#leader()
        const standby = this.running.find(one => one !== leader)
        return leader !== undefined && standby !== undefined && { leader, standby }
      },
      { what: 'one leads and one stands by', deadlineMs: 90_000 },
    )
  }

  /** Waits until another one leads, by the Lease and by what it says itself. */
  async leadsInsteadOf(former: Contender, deadlineMs = 60_000): Promise<Contender> {
    const next = async (): Promise<Contender | undefined> => {
      const leader = await this.#leader()
      return leader === former ? undefined : leader
    }
    return await eventually(next, { what: 'another one leads', deadlineMs, everyMs: 20 })
  }

  /** SIGTERM, and waits for the end. None takes its place. @returns its exit code */
  async retire(contender: Contender): Promise<number | null> {
    this.#retired.add(contender)
    return await contender.operator.stop()
  }

  /** SIGSTOP: it stands still, and does not know. */
  standStill(contender: Contender): void {
    process.kill(contender.operator.pid, 'SIGSTOP')
    this.#standing.add(contender)
  }

  goOn(contender: Contender): void {
    process.kill(contender.operator.pid, 'SIGCONT')
    this.#standing.delete(contender)
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.allSettled(this.#starting)
    await Promise.all(this.#all.map(({ operator }) => operator.kill('SIGKILL')))
    await Promise.all(this.#all.map(({ proxy }) => proxy.close()))
    await this.history.close()
  }

  /** As the kubelet does, also for one that has lost the lead, as on a slow machine. */
  #replace(ended: Contender): void {
    if (!this.#isClosing && !this.#retired.has(ended)) this.#starting.push(this.start())
  }

  async #leader(): Promise<Contender | undefined> {
    const leader = this.running.find(({ identity }) => identity === this.history.holder)
    if (leader === undefined) return undefined
    return (await metricOf(leader.operator, 'lenskeeper_leader')) === 1 ? leader : undefined
  }
}

/** What it wrote, besides the Lease and Events. */
export function worksOf({ proxy }: Contender): readonly string[] {
  return proxy.writes().filter(call => !/\/(leases|events)(\/|$)/.test(call))
}

/** How often it has looked at the Lease. */
export function looksOf({ proxy }: Contender): number {
  return proxy.requests({ method: 'GET', path: /\/leases\// }).length
}

/** So often a standby looks at most until it takes a lead that nobody gave back. */
export function mostLooks({ leaseMs, retryMs }: Pace): number {
  // One that sees the last renewal, four a pause, one that is due when the lease has run out.
  return Math.ceil((4 * leaseMs) / retryMs) + 2
}

function flagsOf({ leaseMs, renewDeadlineMs, retryMs }: Pace): readonly string[] {
  return [
    '--leader-elect',
    `--leader-elect-lease-duration=${leaseMs}ms`,
    `--leader-elect-renew-deadline=${renewDeadlineMs}ms`,
    `--leader-elect-retry-period=${retryMs}ms`,
  ]
}
