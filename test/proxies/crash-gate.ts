/**
 * Holds an operator at one external call: right before it is carried out, or right after, with the answer still to
 * come. Killed there, it has done exactly what its plan says up to that call.
 */
import { CallGate, type Call } from './call-gate.ts'
import type { FaultProxy } from './fault-proxy.ts'
import type { World } from '../cluster/world.ts'

/** One call with an effect, in a form that finds it in another run, under other names. */
export interface Effect {
  /** The API server, or a replica of ClickHouse by its index. */
  readonly at: 'api' | number
  /** `PATCH /apis/…`, or the statement. */
  readonly what: string
  /** How many of the same came before. */
  readonly nth: number
}

export type Moment = 'before' | 'after'

/** What is recorded for one run of a scenario: calls that concern its own names, or those in `also`. */
export interface Concern {
  /** Part of every name in this run, and of nothing else. */
  readonly id: string
  /** Further calls that count: their paths name nobody. */
  readonly also?: RegExp
}

export class CrashGate {
  readonly #world: World
  readonly #proxy: FaultProxy
  #statementsBefore = 0
  #gate: CallGate | undefined

  constructor(world: World, proxy: FaultProxy) {
    this.#world = world
    this.#proxy = proxy
  }

  /** Forgets what was recorded. */
  async reset(): Promise<void> {
    this.#proxy.forget()
    this.#statementsBefore = (await this.#world.clickhouse.statements()).length
  }

  /** All calls with an effect since `reset`, those of the API server first, then each replica's in order. */
  async effects(concern: Concern): Promise<readonly Effect[]> {
    return await this.#calls(concern, { reads: false })
  }

  /** The same, and the calls that only read. */
  async calls(concern: Concern): Promise<readonly Effect[]> {
    return await this.#calls(concern, { reads: true })
  }

  async #calls(concern: Concern, { reads }: { readonly reads: boolean }): Promise<readonly Effect[]> {
    const requests = this.#proxy
      .requests({ watch: false })
      .filter(({ method }) => reads || method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`)
      .filter(call => !call.includes('/events') && concerns(call, concern))
    const statements = (await this.#world.clickhouse.statements())
      .slice(this.#statementsBefore)
      .filter(({ verb, sql }) => (reads || isChange(verb)) && sql.includes(concern.id))
    return number([
      ...requests.map(what => ({ at: 'api' as const, what: generalize(what, concern) })),
      ...statements.map(({ replica, sql }) => ({ at: replica, what: generalize(sql, concern) })),
    ])
  }

  /** From now on the call waits at the gate, in the run with this id. */
  async close(effect: Effect, moment: Moment, { id }: Concern): Promise<void> {
    const held = { call: callOf(effect, id), fate: moment === 'before' ? 'cut' : 'lost' } as const
    this.#gate = await CallGate.close(this.#world, this.#proxy, [held])
  }

  /** Resolves when the call waits at the gate. */
  async reached(): Promise<void> {
    await this.#gate?.reached()
  }

  /** Drops what waits, without carrying it out. The operator should be gone by then. */
  async open(): Promise<void> {
    await this.#gate?.open()
  }
}

/** The effect, in the run with this id. */
export function callOf({ at, what, nth }: Effect, id: string): Call {
  if (at !== 'api') return { at, matching: pattern(what, id), skip: nth }
  const [method = '', path = ''] = what.split(' ')
  return { at, method, path: pattern(path, id), skip: nth }
}

function isChange(verb: string): boolean {
  return !/^(SELECT|SHOW|EXISTS|DESCRIBE|DESC|CHECK|EXPLAIN|SET|WITH)\b/.test(verb)
}

function concerns(call: string, { id, also }: Concern): boolean {
  return call.includes(id) || also?.test(call) === true
}

const own = '‹name›'
const varying = '‹…›'

/** Replaces what differs from run to run: names, uuids, password hashes and salts, times. */
function generalize(call: string, { id }: Concern): string {
  return call
    .replaceAll(id, own)
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, varying)
    .replaceAll(/[0-9A-Fa-f]{32,}/g, varying)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, varying)
}

function pattern(what: string, id: string): RegExp {
  const source = what
    .split(own)
    .map(part => part.split(varying).map(escapeText).join('[-0-9A-Za-z:.]+'))
    .join(escapeText(id))
  return new RegExp(`^${source}$`)
}

function escapeText(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function number(effects: readonly Omit<Effect, 'nth'>[]): Effect[] {
  const counts = new Map<string, number>()
  return effects.map(({ at, what }) => {
    const nth = counts.get(`${at} ${what}`) ?? 0
    counts.set(`${at} ${what}`, nth + 1)
    return { at, what, nth }
  })
}
