import { describe, expect, it } from 'vitest'
import type { RolloutTenant } from '../../../src/tenancy/rollout/course.ts'
import { minute, pair, RolloutWorld, settledAt11 } from '../../scenarios/rollout-world.ts'

const names = Array.from({ length: 10 }, (_, at) => `t${at}`)

describe('before a rollout', () => {
  it('has no current pair before DataLens has answered', () => {
    const { state, message } = new RolloutWorld({ wanted: undefined }).plan()
    expect(state).toMatchObject({ phase: 'AwaitingDataLens', current: undefined, target: undefined })
    expect(message).toContain('spec.dataLens')
  })

  it('takes the first pair for current as soon as there is one', () => {
    const world = new RolloutWorld({ wanted: undefined })
      .settle()
      .set({ wanted: pair('1:1') })
      .settle()
    expect(world.state).toMatchObject({ phase: 'Complete', current: pair('1:1'), target: pair('1:1') })
  })

  it('does not when it is paused either: that holds rollouts, not first tokens', () => {
    expect(new RolloutWorld({ paused: true }).plan().state).toMatchObject({ phase: 'Complete' })
  })

  it('waits for the first confirmation where accepts is used', () => {
    const world = new RolloutWorld({ accepted: false }).settle()
    expect(world.state).toMatchObject({ phase: 'AwaitingDataLens', current: undefined, target: pair('1:1') })
    expect(world.set({ accepted: true }).plan().state).toMatchObject({
      phase: 'Complete',
      current: pair('1:1'),
    })
  })

  it('keeps current when the answer of DataLens is taken out of the spec, and goes on when it is back', () => {
    const world = settledAt11().set({ wanted: undefined }).settle()
    expect(world.state).toMatchObject({ phase: 'AwaitingDataLens', current: pair('1:1'), target: undefined })
    expect(world.holding('1:1')).toEqual(names)
    world.set({ wanted: pair('1:1') }).settle()
    expect(world.state).toMatchObject({ phase: 'Complete', current: pair('1:1') })
    expect(world.minted).toEqual([])
    expect(world.events).toEqual([])
  })
})

describe('batches', () => {
  it('moves one batch, waits the interval, moves the next', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .settle()
    expect(world.holding('1:2')).toEqual(['t0'])
    expect(world.state).toMatchObject({ phase: 'Rolling', admittedPermille: 100, current: pair('1:1') })
    expect(world.last?.recheckMs).toBe(30_000)
    world.pass(29_999)
    expect(world.holding('1:2')).toEqual(['t0'])
    world.pass(1)
    expect(world.holding('1:2')).toEqual(['t0', 't1'])
    world.pass(8 * 30_000)
    expect(world.holding('1:2')).toEqual(names)
    expect(world.state).toMatchObject({ phase: 'Complete', current: pair('1:2'), admittedPermille: 1000 })
    expect(world.events).toEqual(['started', 'completed'])
    expect(world.minted).toHaveLength(10)
  })

  it('does not begin the next before the last is done', () => {
    const world = settledAt11().set({ wanted: pair('1:2') })
    world.stuck.add('t0')
    world.pass(9 * minute)
    expect(world.state).toMatchObject({ admittedPermille: 100, failed: 0 })
    world.stuck.clear()
    world.settle()
    expect(world.holding('1:2')).toEqual(['t0'])
  })

  it('moves all at once with 100 % and no interval', () => {
    const world = settledAt11({ batch: { percent: 100, intervalMs: 0 } })
      .set({ wanted: pair('2:2') })
      .settle()
    expect(world.state).toMatchObject({ phase: 'Complete', current: pair('2:2') })
    expect(world.minted).toHaveLength(10)
  })

  it('passes over batches in which nobody is left to move', () => {
    const world = new RolloutWorld().add('a', { slot: 5 }).add('b', { slot: 995 }).settle()
    world.set({ wanted: pair('1:2') }).settle()
    expect(world.state?.admittedPermille).toBe(100)
    world.pass(30_000)
    expect(world.state).toMatchObject({ phase: 'Complete' })
  })

  it('passes over them too when somebody before them has failed', () => {
    const world = new RolloutWorld().add('a', { slot: 5 }).add('b', { slot: 995 }).settle()
    world.stuck.add('a')
    world.set({ wanted: pair('1:2') }).pass(10 * minute + 30_000)
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 1 })
  })

  it('is complete as soon as nobody is left, without waiting for batches of nobody', () => {
    const world = new RolloutWorld().add('a', { slot: 5 }).add('b', { slot: 450 }).add('c', { slot: 720 })
    world.settle().set({ wanted: pair('1:2') })
    world.pass(60_000)
    expect(world.state).toMatchObject({ phase: 'Complete', current: pair('1:2'), admittedPermille: 1000 })
    expect(world.last?.tally).toMatchObject({ updated: 3, total: 3 })
  })

  it.each<[string, Partial<RolloutTenant>]>([
    ['suspended', { standing: 'suspended' }],
    ['no longer allowed', { standing: 'notAllowed' }],
    ['kept by a fault of its own', { ownFault: 'its Secret is not its own' }],
  ])('waits for no batch whose only tenant is %s', (_, fault) => {
    const world = new RolloutWorld().add('a', { slot: 5 }).add('b', { slot: 450, ...fault })
    world
      .settle()
      .set({ wanted: pair('1:2') })
      .settle()
    expect(world.holding('1:1')).toEqual(['b'])
    expect(world.state?.phase).toBe('Complete')
    expect(world.last?.message).toContain('Skipped 1: b')
    expect(world.last?.message).not.toContain('Every tenant has')
  })

  it('keeps its pace past one that was not Ready, which may be so at any moment', () => {
    const world = new RolloutWorld().add('a', { slot: 5 }).add('b', { slot: 450, notReadySince: 1 })
    world.stuck.add('b')
    world
      .settle()
      .set({ wanted: pair('1:2') })
      .pass(29_999)
    expect(world.state).toMatchObject({ phase: 'Rolling', admittedPermille: 100 })
    world.pass(1)
    expect(world.state).toMatchObject({ phase: 'Complete' })
    expect(world.last?.message).toContain('b (was not Ready before)')
  })

  it('ends its batches where the status and the plan end them, also when their size changes', () => {
    const world = settledAt11({ batch: { percent: 25, intervalMs: 30_000 } })
    world.set({ wanted: pair('1:2') }).settle()
    expect(world.state?.admittedPermille).toBe(250)
    world.set({ batch: { percent: 10, intervalMs: 30_000 } }).pass(30_000)
    expect(world.state?.admittedPermille).toBe(300)
    world.set({ batch: { percent: 40, intervalMs: 30_000 } }).pass(30_000)
    expect(world.state?.admittedPermille).toBe(400)
    world.pass(30_000)
    expect(world.state?.admittedPermille).toBe(800)
  })

  it('never leaves a percentage over', () => {
    const world = settledAt11({ batch: { percent: 33, intervalMs: 0 } })
      .set({ wanted: pair('1:2') })
      .settle()
    expect(world.state).toMatchObject({ phase: 'Complete', admittedPermille: 1000 })
  })

  it('waits the interval anew after a restart, and moves nobody twice', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(20_000)
      .restart()
      .pass(29_000)
    expect(world.holding('1:2')).toEqual(['t0'])
    world.restart().pass(10 * minute)
    expect(world.minted).toHaveLength(10)
  })
})
