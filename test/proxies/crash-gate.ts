/**
 * Holds an operator at one external call: right before it is carried out, or right after, with the answer still to
 * come. Killed there, it has done exactly what its plan says up to that call.
 */
import { eventually } from '../time/eventually.ts'
import type { FaultProxy, RequestFilter } from './fault-proxy.ts'
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
  #reached = false

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
    const writes = this.#proxy.writes().filter(call => !call.includes('/events') && concerns(call, concern))
    const statements = (await this.#world.clickhouse.statements())
      .slice(this.#statementsBefore)
      .filter(({ verb, sql }) => isChange(verb) && sql.includes(concern.id))
    return number([
      ...writes.map(what => ({ at: 'api' as const, what: generalize(what, concern) })),
      ...statements.map(({ replica, sql }) => ({ at: replica, what: generalize(sql, concern) })),
    ])
  }

  /** From now on the call waits at the gate, in the run with this id. */
  async close({ at, what, nth }: Effect, moment: Moment, { id }: Concern): Promise<void> {
    this.#reached = false
    if (at === 'api') {
      const [method = '', path = ''] = what.split(' ')
      const filter: RequestFilter = { method, path: pattern(path, id), skip: nth }
      const onCarriedOut = (): void => {
        this.#reached = true
      }
      this.#proxy.inject(
        moment === 'before' ? { kind: 'half-open' } : { kind: 'no-answer', onCarriedOut },
        filter,
        1,
      )
    } else {
      const kind = moment === 'before' ? 'hang' : 'hangAnswer'
      await this.#world.clickhouse.setFault(at, { kind, matching: pattern(what, id), skip: nth, times: 1 })
    }
  }

  /** Resolves when a call waits at the gate. */
  async reached({ at }: Effect, deadlineMs = 30_000): Promise<void> {
    const what = 'the operator is at the gate'
    await eventually(() => this.#isReached(at), { what, deadlineMs, everyMs: 10 })
  }

  /** Drops what waits, without carrying it out. The operator should be gone by then. */
  async open(): Promise<void> {
    this.#proxy.heal()
    for (const replica of this.#world.environment.clickhouse.endpoints.keys()) {
      await this.#world.clickhouse.setFault(replica)
    }
  }

  async #isReached(at: Effect['at']): Promise<boolean> {
    if (at !== 'api') return (await this.#world.clickhouse.heldBack(at)) > 0
    return this.#reached || this.#proxy.requests().some(({ fault }) => fault === 'half-open')
  }
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
