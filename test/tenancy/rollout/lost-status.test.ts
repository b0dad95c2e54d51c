import { describe, expect, it } from 'vitest'
import { manualCanary, minute, pair, RolloutWorld, settledAt11 } from '../../scenarios/rollout-world.ts'

describe('a lost status', () => {
  it('takes the pair that most tokens have for current, and moves nobody back', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(60_000)
      .loseStatus()
    world.plan()
    expect(world.state).toMatchObject({ phase: 'Rolling', current: pair('1:1'), target: pair('1:2') })
    world.pass(10 * minute)
    expect(world.minted).toHaveLength(10)
  })

  it('at rest is found again without a single mint', () => {
    const world = settledAt11()
      .loseStatus()
      .pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'Complete', current: pair('1:1') })
    expect(world.minted).toEqual([])
    expect(world.events).toEqual([])
  })

  it('with most tokens moved goes on with the rest in batches', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(7 * 30_000)
      .loseStatus()
      .settle()
    expect(world.state).toMatchObject({ phase: 'Rolling', current: pair('1:1'), admittedPermille: 900 })
    expect(world.minted).toHaveLength(9)
    world.pass(30_000)
    expect(world.state).toMatchObject({ phase: 'Complete', current: pair('1:2') })
    expect(world.minted).toHaveLength(10)
  })

  it('with most tokens moved holds a pause, and asks the canary again', () => {
    const paused = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(7 * 30_000)
      .set({ paused: true })
      .loseStatus()
      .pass(60 * minute)
    expect(paused.state).toMatchObject({ phase: 'Paused', current: pair('1:1'), target: pair('1:2') })
    expect(paused.minted).toHaveLength(8)
    const gated = paused.set({ paused: false, canary: manualCanary }).pass(60 * minute)
    expect(gated.state).toMatchObject({ phase: 'AwaitingPromotion' })
    expect(gated.minted).toHaveLength(8)
  })

  it('is not confused by those who cannot move: they tell nothing of where it comes from', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .change('t0', { ownFault: 'its Secret is not its own' })
      .change('t1', { standing: 'suspended' })
      .change('t2', { notReadySince: 0 })
      .pass(60 * minute)
      .loseStatus()
    const events = world.events.length
    expect(world.settle().state).toMatchObject({ phase: 'Complete', current: pair('1:2') })
    expect(world.events).toHaveLength(events)
    expect(world.minted).toHaveLength(8)
  })

  it('does not believe a pair that was never ours, nor count who does not count', () => {
    const forged = settledAt11().change('t0', { holds: pair('7:9') })
    forged.unknown.add('7:9')
    expect(forged.loseStatus().plan().state).toMatchObject({ current: pair('1:1'), phase: 'Complete' })
    const left = { holds: pair('1:1'), standing: 'suspended' } as const
    const few = new RolloutWorld({ wanted: pair('1:2') }).add('a', { holds: pair('1:2') })
    for (const name of ['b', 'c', 'd']) few.add(name, left)
    expect(few.plan().state).toMatchObject({ current: pair('1:2'), phase: 'Complete' })
  })

  it('with halves goes on in batches', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(4 * 30_000)
      .loseStatus()
    expect(world.plan().state).toMatchObject({ current: pair('1:1'), target: pair('1:2') })
  })

  it('with halves goes on in batches to a lesser version too', () => {
    const world = new RolloutWorld().add('a', { holds: pair('1:2'), slot: 1 }).add('b', { slot: 999 })
    expect(world.plan().state).toMatchObject({ current: pair('1:2'), target: pair('1:1'), phase: 'Rolling' })
  })
})
