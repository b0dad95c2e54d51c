/**
 * One of several operators, started anew whenever it ends, as a kubelet does. It has its own ways to the API server and
 * to ClickHouse, which note what it sends, and its own wall clock.
 */
import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { FaultProxy, type RecordedRequest } from '../../proxies/fault-proxy.ts'
import { StatementProxy } from '../../proxies/statement-proxy.ts'
import { eventually } from '../../time/eventually.ts'
import { metricOf } from '../../watchers/operator-metrics.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import type { World } from '../../cluster/world.ts'
import type { OperatorRecord } from './record.ts'

/** What is left of a lease is the deadline of a statement, also on a machine with much else to do. */
export const timing = { leaseMs: 6_000, renewDeadlineMs: 4_500, retryMs: 400 }

const flags = [
  '--leader-elect',
  `--leader-elect-lease-duration=${timing.leaseMs}ms`,
  `--leader-elect-renew-deadline=${timing.renewDeadlineMs}ms`,
  `--leader-elect-retry-period=${timing.retryMs}ms`,
]

export interface ReplicaOptions {
  readonly name: string
  readonly world: World
  readonly record: OperatorRecord
}

export class Replica {
  readonly name: string
  readonly api: FaultProxy
  readonly #world: World
  readonly #record: OperatorRecord
  readonly #clockFile: string
  readonly #endings: (number | null)[] = []
  #statements: StatementProxy | undefined
  #operator: RunningOperator | undefined
  #process = 0
  #isClosing = false
  #living: Promise<void> = Promise.resolve()

  private constructor({ name, world, record }: ReplicaOptions, api: FaultProxy) {
    this.name = name
    this.api = api
    this.#world = world
    this.#record = record
    this.#clockFile = join(world.environment.directory, `clock-of-${name}`)
  }

  /** @param aheadMs of its wall clock */
  static async start(options: ReplicaOptions, aheadMs = 0): Promise<Replica> {
    const api = await FaultProxy.start(await options.world.operatorKubeconfig())
    const replica = new Replica(options, api)
    replica.setClock(aheadMs)
    replica.#living = replica.#live()
    return replica
  }

  /** Undefined while none is there and ready. */
  get operator(): RunningOperator | undefined {
    return this.#operator?.exitCode === undefined ? this.#operator : undefined
  }

  /** Number of the process that runs now, or was the last one. */
  get process(): number {
    return this.#process
  }

  /** How those ended that were ready once. */
  get endings(): readonly (number | null)[] {
    return this.#endings
  }

  setClock(aheadMs: number): void {
    writeFileSync(this.#clockFile, String(aheadMs))
  }

  /** Of the process that runs now. What is returned ends it. */
  cutFromClickHouse(): () => void {
    return this.#statements?.cut() ?? (() => undefined)
  }

  holdStatements(): () => void {
    return this.#statements?.hold() ?? (() => undefined)
  }

  async leads(): Promise<boolean> {
    const { operator } = this
    if (operator === undefined) return false
    return await metricOf(operator, 'lenskeeper_leader').then(
      value => value === 1,
      () => false,
    )
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#operator?.kill('SIGKILL')
    await this.#living
    await this.api.close()
  }

  async #live(): Promise<void> {
    while (!this.#isClosing) await this.#once()
  }

  /** A process that cannot start, for all that the test does to it, is tried again. */
  async #once(): Promise<void> {
    const process = this.#record.nextProcess()
    this.#process = process
    this.api.watch((request, response) => this.#note(process, request, response))
    const statements = await this.#openStatements(process)
    try {
      await this.#run(statements)
    } finally {
      await statements.close()
      await this.#quiet()
    }
  }

  #note(process: number, request: RecordedRequest, response: ServerResponse): void {
    const record = this.#record
    const came = record.now()
    const { method, path } = request
    const isOfLease = path.startsWith('/apis/coordination.k8s.io/')
    if (isOfLease) record.leaseRequests += 1
    if (method === 'GET') return
    if (!isOfLease) return void record.effects.push({ process, what: `${method} ${path}`, came })
    response.once('finish', () => {
      if (response.statusCode < 300) record.renewals.push({ process, came })
    })
  }

  async #openStatements(process: number): Promise<StatementProxy> {
    const [upstream = ''] = this.#world.environment.clickhouse.endpoints
    const onRequest = (): ((sql: string) => void) => {
      const came = this.#record.now()
      return sql => void this.#record.effects.push({ process, what: sql, came })
    }
    return await StatementProxy.start({ upstream, onRequest })
  }

  async #run(statements: StatementProxy): Promise<void> {
    const [upstream = ''] = this.#world.environment.clickhouse.endpoints
    const { port } = new URL(upstream)
    const clock = fixture('clock-ahead.ts', { file: this.#clockFile })
    const detour = fixture('detour.ts', { from: port, to: String(statements.port) })
    this.#statements = statements
    const started = this.#world.startOperator({
      args: flags,
      kubeconfig: this.api.kubeconfigPath,
      node: ['--import', clock, '--import', detour],
    })
    const operator = await started.catch(() => undefined)
    if (operator === undefined) return
    this.#operator = operator
    if (this.#isClosing) await operator.kill('SIGKILL')
    await operator.ended
    this.#endings.push(operator.exitCode ?? null)
  }

  /** What one that has ended had sent is not taken for the next one's. */
  async #quiet(): Promise<void> {
    this.api.cutAll()
    await eventually(() => this.api.openConnections === 0, { what: 'the end of its connections', everyMs: 5 })
  }
}

function fixture(name: string, query: Readonly<Record<string, string>>): string {
  return new URL(`fixtures/${name}?${new URLSearchParams(query).toString()}`, import.meta.url).href
}
