/** Rollouts under anything that may happen to them, in any order, with every seed printed on failure. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPair, samePair } from '../../../src/tenancy/pair.ts'
import type { RolloutSpec, RolloutState, RolloutTenant } from '../../../src/tenancy/rollout/course.ts'
import { pair, RolloutWorld } from '../../scenarios/rollout-world.ts'

const minute = 60_000

type Action =
  | { readonly kind: 'plan' | 'settle' | 'restart' | 'loseStatus' | 'pause' | 'resume' | 'promote' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'want'; readonly pair: string }
  | { readonly kind: 'accept'; readonly yes: boolean }
  | { readonly kind: 'tenant'; readonly at: number; readonly change: Partial<RolloutTenant> }
  | { readonly kind: 'stick' | 'unstick' | 'remove'; readonly at: number }
  | { readonly kind: 'add'; readonly slot: number; readonly inCanary: boolean }

const at = fc.nat(29)
const simple = fc.constantFrom('plan', 'settle', 'restart', 'pause', 'resume', 'promote')
const changes: fc.Arbitrary<Partial<RolloutTenant>> = fc.constantFrom<Partial<RolloutTenant>>(
  { standing: 'suspended' },
  { standing: 'notAllowed' },
  { standing: 'counts' },
  { ownFault: 'SecretConflict' },
  { ownFault: undefined },
  { rejected: pair('1:2') },
  { rejected: undefined },
  { notReadySince: 0 },
  { notReadySince: undefined },
)
const ordinary: fc.Arbitrary<Action> = fc.oneof(
  { arbitrary: simple.map(kind => ({ kind })), weight: 4 },
  { arbitrary: fc.nat(15 * minute).map(ms => ({ kind: 'pass' as const, ms })), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('tenant' as const), at, change: changes }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constantFrom('stick' as const, 'unstick' as const), at }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant('remove' as const), at }), weight: 1 },
  {
    arbitrary: fc.record({ kind: fc.constant('add' as const), slot: fc.nat(999), inCanary: fc.boolean() }),
    weight: 1,
  },
)
const anything: fc.Arbitrary<Action> = fc.oneof(
  { arbitrary: ordinary, weight: 8 },
  {
    arbitrary: fc
      .constantFrom('1:1', '1:2', '1:3', '2:2')
      .map(text => ({ kind: 'want' as const, pair: text })),
    weight: 2,
  },
  { arbitrary: fc.boolean().map(yes => ({ kind: 'accept' as const, yes })), weight: 1 },
  { arbitrary: fc.constant({ kind: 'loseStatus' as const }), weight: 1 },
)

const canaries = fc.option(
  fc.record({
    soakMs: fc.constantFrom(0, 10 * minute),
    promotion: fc.constantFrom('Auto' as const, 'Manual' as const),
  }),
  { nil: undefined },
)
const specs: fc.Arbitrary<Partial<RolloutSpec>> = fc.record({
  canary: canaries,
  batch: fc.record({ percent: fc.integer({ min: 1, max: 100 }), intervalMs: fc.constantFrom(0, 30_000) }),
  maxFailures: fc.nat(3),
  progressDeadlineMs: fc.constantFrom(minute, 10 * minute),
})
const populations = fc.array(fc.record({ slot: fc.nat(999), inCanary: fc.boolean() }), { maxLength: 30 })

function populated(
  spec: Partial<RolloutSpec>,
  tenants: readonly Pick<RolloutTenant, 'slot' | 'inCanary'>[],
): RolloutWorld {
  const world = new RolloutWorld(spec)
  for (const [index, tenant] of tenants.entries()) world.add(`t${index}`, inWorld(tenant, world))
  return world.settle()
}

function inWorld(
  tenant: Pick<RolloutTenant, 'slot' | 'inCanary'>,
  world: RolloutWorld,
): Partial<RolloutTenant> {
  return { slot: tenant.slot, inCanary: tenant.inCanary && world.spec.canary !== undefined }
}

function act(world: RolloutWorld, action: Action): void {
  const names = [...world.tenants.keys()]
  const name = 'at' in action ? names[action.at % Math.max(1, names.length)] : undefined
  switch (action.kind) {
    case 'plan':
    case 'settle':
    case 'restart':
    case 'loseStatus':
      world[action.kind]()
      break
    case 'pause':
    case 'resume':
      world.set({ paused: action.kind === 'pause' })
      break
    case 'promote':
      world.set({ promoted: world.spec.wanted && formatPair(world.spec.wanted) })
      break
    case 'pass':
      world.pass(action.ms)
      break
    case 'want':
      world.set({ wanted: pair(action.pair) })
      break
    case 'accept':
      world.set({ accepted: action.yes })
      break
    case 'tenant':
      if (name !== undefined) world.change(name, action.change)
      break
    case 'stick':
      if (name !== undefined) world.stuck.add(name)
      break
    case 'unstick':
      if (name !== undefined) world.stuck.delete(name)
      break
    case 'remove':
      if (name !== undefined) world.tenants.delete(name)
      break
    case 'add':
      world.add(`n${world.tenants.size}-${action.slot}`, inWorld(action, world))
      break
    default:
      action satisfies never
  }
}

/** A world that checks after each look that the look kept the rules. */
class WatchedWorld extends RolloutWorld {
  override plan() {
    const before = this.state
    const tenants = [...this.tenants.values()]
    const plan = super.plan()
    if (before !== undefined && samePair(before.target, plan.state.target))
      this.#checkAdmission(before, plan.state, tenants)
    this.#checkRest()
    return plan
  }

  #checkAdmission(before: RolloutState, after: RolloutState, tenants: readonly RolloutTenant[]): void {
    expect(after.admittedPermille).toBeGreaterThanOrEqual(before.admittedPermille)
    // Whoever is skipped holds nobody up, so the next batch may be admitted in the same look.
    const free = tenants.filter(
      ({ slot, standing, inCanary, holds, ownFault, notReadySince }) =>
        standing === 'counts' &&
        ownFault === undefined &&
        notReadySince === undefined &&
        !inCanary &&
        !samePair(holds, after.target) &&
        slot >= before.admittedPermille &&
        slot < after.admittedPermille,
    )
    const slots = free.map(({ slot }) => slot)
    const spread = slots.length === 0 ? 0 : Math.max(...slots) - Math.min(...slots)
    if (after.phase !== 'Complete') expect(spread).toBeLessThan(this.spec.batch.percent * 10)
  }

  /** A second look at the same facts says the same, and has nothing to tell. */
  #checkRest(): void {
    const { state, memory } = this
    const again = super.plan()
    expect(again.state).toEqual(state)
    expect(again.memory).toEqual(memory)
    expect(again.events).toEqual([])
  }

  override move(canMove?: (name: string) => boolean): boolean {
    const { state, spec } = this
    const before = this.minted.length
    const moved = super.move(canMove)
    const names = this.minted.slice(before).map(text => text.split(' ')[0] ?? '')
    const back = samePair(state?.current, state?.target)
    for (const name of names) {
      const tenant = this.tenants.get(name)
      expect(tenant && samePair(tenant.holds, spec.wanted)).toBe(true)
      if (back) continue
      expect(spec.paused).toBe(false)
      if (state?.admittedPermille === 0) expect(tenant?.inCanary).toBe(true)
    }
    return moved
  }
}

function watched(
  spec: Partial<RolloutSpec>,
  tenants: readonly Pick<RolloutTenant, 'slot' | 'inCanary'>[],
): WatchedWorld {
  const world = new WatchedWorld(spec)
  for (const [index, tenant] of tenants.entries()) world.add(`t${index}`, inWorld(tenant, world))
  world.settle()
  return world
}

describe('a rollout', () => {
  it('keeps to its batches, its canary and its pauses, whatever happens', () => {
    fc.assert(
      fc.property(specs, populations, fc.array(anything, { maxLength: 40 }), (spec, tenants, actions) => {
        const world = watched(spec, tenants)
        for (const action of actions) act(world, action)
      }),
      {
        numRuns: 600,
        examples: [
          [
            {
              canary: { soakMs: 0, promotion: 'Auto' },
              batch: { percent: 1, intervalMs: 0 },
              maxFailures: 0,
              progressDeadlineMs: 60_000,
            },
            [
              { slot: 10, inCanary: false },
              { slot: 0, inCanary: false },
            ],
            [
              { kind: 'tenant', at: 9, change: { notReadySince: 0 } },
              { kind: 'add', slot: 0, inCanary: true },
              { kind: 'want', pair: '1:2' },
              { kind: 'pass', ms: 0 },
            ],
          ],
        ],
      },
    )
  })

  it('ends with every tenant on the target, once nothing stands in its way', () => {
    fc.assert(
      fc.property(specs, populations, fc.array(anything, { maxLength: 30 }), (spec, tenants, actions) => {
        const world = populated(spec, tenants)
        for (const action of actions) act(world, action)
        world.stuck.clear()
        for (const name of world.tenants.keys()) {
          world.change(name, {
            standing: 'counts',
            ownFault: undefined,
            rejected: undefined,
            notReadySince: undefined,
          })
        }
        world.set({ wanted: pair('3:3'), promoted: '3:3', accepted: true, paused: false })
        world.pass(10_000 * minute)
        expect(world.state).toMatchObject({ phase: 'Complete', current: pair('3:3'), failed: 0 })
        expect(world.holding('3:3')).toHaveLength(world.tenants.size)
      }),
      { numRuns: 300 },
    )
  })

  it('mints each tenant once for one target, across pauses, faults and restarts', () => {
    fc.assert(
      fc.property(specs, populations, fc.array(ordinary, { maxLength: 40 }), (spec, tenants, actions) => {
        const world = populated(spec, tenants).set({ wanted: pair('1:2') })
        for (const action of actions) act(world, action)
        expect(new Set(world.minted).size).toBe(world.minted.length)
      }),
      { numRuns: 300 },
    )
  })

  it('comes to the same end with any restarts as without', () => {
    const steps = fc.array(fc.record({ ms: fc.nat(5 * minute), restart: fc.boolean() }), { maxLength: 30 })
    fc.assert(
      fc.property(specs, populations, steps, (spec, tenants, waits) => {
        const world = populated(spec, tenants).set({ wanted: pair('2:2'), promoted: '2:2' })
        for (const { ms, restart } of waits) {
          if (restart) world.restart()
          world.pass(ms)
        }
        world.pass(10_000 * minute)
        expect(world.state).toMatchObject({ phase: 'Complete', current: pair('2:2') })
        expect(world.minted).toHaveLength(world.tenants.size)
      }),
      { numRuns: 200 },
    )
  })
})
