import { describe, expect, it } from 'vitest'
import { minute, pair, settledAt11 } from '../../scenarios/rollout-world.ts'

const names = Array.from({ length: 10 }, (_, at) => `t${at}`)

describe('pausing', () => {
  it('holds at once, and goes on from there', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(60_000)
    expect(world.holding('1:2')).toHaveLength(3)
    world.set({ paused: true })
    expect(world.wantedBy('t3')).toEqual(pair('1:1'))
    world.pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'Paused', admittedPermille: 300, failed: 0 })
    expect(world.holding('1:2')).toHaveLength(3)
    world.set({ paused: false }).pass(10 * minute)
    expect(world.state?.phase).toBe('Complete')
    expect(new Set(world.minted).size).toBe(10)
    expect(world.minted).toHaveLength(10)
  })

  it('holds those that are admitted and have not moved, without counting their time', () => {
    const world = settledAt11().set({ wanted: pair('1:2') })
    world.plan()
    world
      .set({ paused: true })
      .pass(60 * minute)
      .restart()
      .pass(60 * minute)
    expect(world.minted).toEqual([])
    world.set({ paused: false }).plan()
    expect(world.state).toMatchObject({ phase: 'Rolling', admittedPermille: 100, failed: 0 })
  })

  it('holds a bump before anybody has moved', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2'), paused: true })
      .pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'Paused', target: pair('1:2'), admittedPermille: 0 })
    expect(world.minted).toEqual([])
  })

  it('does not hold a rollback', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(60_000)
    world
      .set({ paused: true })
      .settle()
      .set({ wanted: pair('1:1') })
      .settle()
    expect(world.holding('1:1')).toEqual(names)
    expect(world.state?.phase).toBe('Complete')
  })
})

describe('waiting for DataLens to confirm', () => {
  it('holds as long as accepts does not name the key', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2'), accepted: false })
      .pass(60 * minute)
    expect(world.state).toMatchObject({
      phase: 'AwaitingDataLens',
      target: pair('1:2'),
      current: pair('1:1'),
    })
    expect(world.last?.message).toContain('accepts')
    expect(world.minted).toEqual([])
    world.set({ accepted: true }).settle()
    expect(world.holding('1:2')).toEqual(['t0'])
  })

  it('holds in mid-course too, and goes on from there', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(60_000)
      .set({ accepted: false })
      .pass(minute)
    expect(world.state).toMatchObject({ phase: 'AwaitingDataLens', admittedPermille: 300 })
    world.set({ accepted: true }).pass(10 * minute)
    expect(world.minted).toHaveLength(10)
  })
})
