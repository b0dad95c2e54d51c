/** Holds an operator at chosen external calls, and decides what becomes of them. */
import type { Fault as ServerFault } from '../../src/dev/clickhouse/http/faults.ts'
import { eventually } from '../time/eventually.ts'
import type { World } from '../cluster/world.ts'
import type { FaultProxy } from './fault-proxy.ts'

/** One call, at the API server or at a replica of ClickHouse by its index. `skip`: how many like it go before. */
export type Call =
  | {
      readonly at: 'api'
      readonly method: string | readonly string[]
      readonly path: RegExp
      readonly skip?: number
    }
  | { readonly at: number; readonly matching: RegExp; readonly skip?: number }

/**
 * What becomes of a call that waits. `answered`: it is carried out when the gate opens. `lost`: it is carried out at
 * once, and its answer never comes. `cut`: it is never carried out.
 */
export type Fate = 'answered' | 'lost' | 'cut'

export interface HeldCall {
  readonly call: Call
  readonly fate: Fate
}

/** How many calls like this there were since the proxies and the servers began. */
export async function countOf(call: Call, world: World, proxies: readonly FaultProxy[]): Promise<number> {
  if (call.at === 'api') {
    const { method, path } = call
    return proxies.reduce((sum, proxy) => sum + proxy.requests({ method, path }).length, 0)
  }
  const statements = await world.clickhouse.statements()
  return statements.filter(({ replica, sql }) => replica === call.at && call.matching.test(sql)).length
}

/** Longer than any test holds a statement. */
const holdMs = 600_000

export class CallGate {
  readonly #world: World
  readonly #held: readonly HeldCall[]
  readonly #opened = Promise.withResolvers<void>()
  readonly #ends: (() => void)[] = []
  readonly #replicas: ReadonlySet<number>
  #atApi: () => number = () => 0

  private constructor(world: World, held: readonly HeldCall[]) {
    this.#world = world
    this.#held = held
    this.#replicas = new Set(held.flatMap(({ call }) => (call.at === 'api' ? [] : [call.at])))
  }

  /** From now on each of these calls waits, once. @param proxy the operator's way to the API server */
  static async close(world: World, proxy: FaultProxy, held: readonly HeldCall[]): Promise<CallGate> {
    const gate = new CallGate(world, held)
    gate.#closeApi(proxy)
    for (const replica of gate.#replicas) {
      const faults = held.flatMap(one => (one.call.at === replica ? [faultOf(one)] : []))
      await world.clickhouse.setFault(replica, ...faults)
    }
    return gate
  }

  /** How many of the calls wait by now, or did until their caller had enough. */
  async waiting(): Promise<number> {
    const statements = await Promise.all(
      [...this.#replicas].map(replica => this.#world.clickhouse.heldBack(replica)),
    )
    return statements.reduce((sum, count) => sum + count, this.#atApi())
  }

  /** Resolves when so many wait; by default all. */
  async reached(count = this.#held.length, deadlineMs = 30_000): Promise<void> {
    const what = `${count} of ${this.#held.length} calls wait at the gate`
    await eventually(async () => (await this.waiting()) >= count, { what, deadlineMs, everyMs: 10 })
  }

  /** Lets each have its fate. Nothing is held from now on. */
  async open(): Promise<void> {
    for (const end of this.#ends) end()
    this.#opened.resolve()
    for (const replica of this.#replicas) await this.#world.clickhouse.setFault(replica)
  }

  #closeApi(proxy: FaultProxy): void {
    let carriedOut = 0
    const onCarriedOut = (): void => void carriedOut++
    const held = (): number =>
      proxy.requests().filter(({ fault }) => fault === 'hold' || fault === 'half-open').length
    const before = held()
    for (const { call, fate } of this.#held) {
      if (call.at !== 'api') continue
      const { method, path, skip = 0 } = call
      const fault = {
        answered: { kind: 'hold', until: this.#opened.promise },
        lost: { kind: 'no-answer', onCarriedOut },
        cut: { kind: 'half-open' },
      } as const
      this.#ends.push(proxy.inject(fault[fate], { method, path, skip }, 1))
    }
    this.#atApi = () => carriedOut + held() - before
  }
}

function faultOf({ call, fate }: HeldCall): ServerFault {
  const which = { ...(call.at === 'api' ? {} : { matching: call.matching }), skip: call.skip ?? 0, times: 1 }
  switch (fate) {
    case 'answered':
      return { ...which, kind: 'delay', ms: holdMs }
    case 'lost':
      return { ...which, kind: 'hangAnswer' }
    case 'cut':
      return { ...which, kind: 'hang' }
    default:
      return fate satisfies never
  }
}
