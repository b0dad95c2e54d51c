/**
 * Tenants that obey `pairFor`, a status that is kept as the API server would keep it, and a clock that is moved
 * by hand: enough of a world to run whole rollouts in a test.
 */
import { formatPair, type Pair, parsePair, samePair } from '../../src/tenancy/pair.ts'
import { planRollout, type RolloutEvent, type RolloutPlan } from '../../src/tenancy/rollout/rollout.ts'
import type {
  ConnectionState,
  RolloutMemory,
  RolloutSpec,
  RolloutState,
  RolloutTenant,
} from '../../src/tenancy/rollout/course.ts'
import { pairFor } from '../../src/tenancy/rollout/pair-for.ts'

export function pair(text: string): Pair {
  const parsed = parsePair(text)
  if (!parsed) throw new Error(`no pair: ${text}`)
  return parsed
}

export const plainSpec: RolloutSpec = {
  wanted: pair('1:1'),
  accepted: true,
  paused: false,
  canary: undefined,
  promoted: undefined,
  batch: { percent: 10, intervalMs: 30_000 },
  maxFailures: 1,
  progressDeadlineMs: 600_000,
}

export class RolloutWorld {
  readonly tenants = new Map<string, RolloutTenant>()
  /** Each move of a token, as `name pair`. */
  readonly minted: string[] = []
  readonly events: RolloutEvent[] = []
  /** Tenants that cannot be minted now, whoever's fault it is. */
  readonly stuck = new Set<string>()
  /** Pairs that no key was ever there for. */
  readonly unknown = new Set<string>()
  connection: ConnectionState = 'usable'
  spec: RolloutSpec
  state: RolloutState | undefined
  memory: RolloutMemory | undefined
  now = 1_000_000_000_000
  last: RolloutPlan | undefined

  constructor(spec: Partial<RolloutSpec> = {}) {
    this.spec = { ...plainSpec, ...spec }
  }

  add(name: string, tenant: Partial<RolloutTenant> = {}): this {
    this.tenants.set(name, {
      name,
      slot: 0,
      inCanary: false,
      holds: pair('1:1'),
      standing: 'counts',
      rejected: undefined,
      ownFault: undefined,
      otherFault: undefined,
      notReadySince: undefined,
      ...tenant,
    })
    return this
  }

  /** One tenant a tenth of the slots: `t0` to `t9`. */
  addTen(): this {
    for (let at = 0; at < 10; at++) this.add(`t${at}`, { slot: at * 100 + 50 })
    return this
  }

  change(name: string, change: Partial<RolloutTenant>): this {
    const tenant = this.tenants.get(name)
    if (!tenant) throw new Error(`no tenant ${name}`)
    this.tenants.set(name, { ...tenant, ...change })
    return this
  }

  set(change: Partial<RolloutSpec>): this {
    this.spec = { ...this.spec, ...change }
    return this
  }

  /** The PartnerKey's controller looks once. */
  plan(): RolloutPlan {
    const { spec, state, memory, now, connection } = this
    const tenants = [...this.tenants.values()]
    const knows = (held: Pair): boolean => !this.unknown.has(formatPair(held))
    const plan = planRollout({ spec, state, memory, now, tenants, knows, connection })
    this.state = plan.state
    this.memory = plan.memory
    this.last = plan
    this.events.push(...plan.events)
    return plan
  }

  /** The pair that a tenant should have now. */
  wantedBy(name: string): Pair | undefined {
    const tenant = this.tenants.get(name)
    if (!tenant) throw new Error(`no tenant ${name}`)
    const { spec, state } = this
    return pairFor({
      wanted: spec.wanted,
      paused: spec.paused,
      accepted: candidate => spec.accepted || !samePair(candidate, spec.wanted),
      state,
      tenant: { ...tenant, last: undefined },
    })
  }

  /** Every tenant that can do so gets the token it should have. True if one did. */
  move(canMove: (name: string) => boolean = () => true): boolean {
    let moved = false
    for (const tenant of this.tenants.values()) {
      const wanted = this.wantedBy(tenant.name)
      const able =
        !this.stuck.has(tenant.name) && tenant.ownFault === undefined && tenant.standing === 'counts'
      if (wanted === undefined || samePair(wanted, tenant.holds) || !able || !canMove(tenant.name)) continue
      this.change(tenant.name, { holds: wanted })
      this.minted.push(`${tenant.name} ${wanted.dataLens}:${wanted.partner}`)
      moved = true
    }
    return moved
  }

  /** Plans and moves until nothing changes without time passing. */
  settle(): this {
    do this.plan()
    while (this.move())
    return this
  }

  /** Lets time pass as the plan asks, up to `ms`, settling in between. */
  pass(ms: number): this {
    const until = this.now + ms
    this.settle()
    while (this.last?.recheckMs !== undefined && this.now + this.last.recheckMs <= until) {
      this.now += this.last.recheckMs
      this.settle()
    }
    this.now = until
    return this.settle()
  }

  restart(): this {
    this.memory = undefined
    return this
  }

  loseStatus(): this {
    this.state = undefined
    this.memory = undefined
    return this
  }

  /** Names of the tenants that hold a pair. */
  holding(text: string): readonly string[] {
    return [...this.tenants.values()]
      .filter(({ holds }) => samePair(holds, pair(text)))
      .map(({ name }) => name)
  }
}

export const minute = 60_000
export const canary = { soakMs: 10 * minute, promotion: 'Auto' } as const
export const manualCanary = { ...canary, promotion: 'Manual' } as const

/** Ten tenants that all hold 1:1. */
export function settledAt11(spec: Partial<RolloutSpec> = {}): RolloutWorld {
  return new RolloutWorld(spec).addTen().settle()
}
