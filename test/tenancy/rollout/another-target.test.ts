import { describe, expect, it } from 'vitest'
import { canary, manualCanary, minute, pair, settledAt11 } from '../../scenarios/rollout-world.ts'

const names = Array.from({ length: 10 }, (_, at) => `t${at}`)

describe('rolling back', () => {
  it('moves everybody back at once, without canary or batches', () => {
    const world = settledAt11({ canary: manualCanary, promoted: '1:2' }).change('t7', { inCanary: true })
    world.set({ wanted: pair('1:2') }).pass(60_000)
    expect(world.holding('1:2').length).toBeGreaterThan(2)
    world.set({ wanted: pair('1:1') }).plan()
    expect(world.state).toMatchObject({ phase: 'Rolling', target: pair('1:1'), admittedPermille: 1000 })
    expect(world.last?.message).toContain('back to 1:1 at once')
    world.settle()
    expect(world.holding('1:1')).toEqual(names)
    expect(world.state?.phase).toBe('Complete')
    expect(world.events).toEqual(['started', 'canaryDone', 'rollingBack', 'completed'])
  })

  it('works when it was stopped', () => {
    const world = settledAt11({ canary })
      .change('t7', { inCanary: true })
      .set({ wanted: pair('1:2') })
      .settle()
    world.change('t7', { rejected: pair('1:2') }).settle()
    expect(world.state?.phase).toBe('Stopped')
    world.set({ wanted: pair('1:1') }).settle()
    expect(world.holding('1:1')).toEqual(names)
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 0 })
  })

  it('is not stopped by failures', () => {
    const world = settledAt11({ batch: { percent: 100, intervalMs: 0 }, maxFailures: 0 })
    world.set({ wanted: pair('1:2') }).plan()
    world.move()
    for (const name of ['t1', 't2', 't3']) world.stuck.add(name)
    world.set({ wanted: pair('1:1') }).pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 3, current: pair('1:1') })
  })

  it('and bumped again quickly starts a new rollout from where the tenants are', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .pass(60_000)
    world.set({ wanted: pair('1:1') }).plan()
    world.set({ wanted: pair('1:2') }).settle()
    expect(world.state).toMatchObject({ phase: 'Rolling', current: pair('1:1') })
    world.pass(10 * minute)
    expect(world.minted).toHaveLength(10)
  })
})

describe('a new target in mid-course', () => {
  it('starts anew from where the tenants are, with its own canary', () => {
    const world = settledAt11({ canary })
      .change('t9', { inCanary: true })
      .set({ wanted: pair('1:2') })
    world.pass(10 * minute + 60_000)
    expect(world.holding('1:2')).toEqual(['t0', 't1', 't2', 't9'])
    world.set({ wanted: pair('1:3') }).settle()
    expect(world.state).toMatchObject({
      phase: 'Soaking',
      current: pair('1:1'),
      target: pair('1:3'),
      admittedPermille: 0,
    })
    expect(world.holding('1:2')).toEqual(['t0', 't1', 't2'])
    world.pass(30 * minute)
    expect(world.holding('1:3')).toEqual(names)
    expect(world.minted).toHaveLength(4 + 10)
  })

  it('moves nobody before the status has caught up with the spec', () => {
    const world = settledAt11()
      .set({ wanted: pair('1:2') })
      .settle()
      .set({ wanted: pair('1:3') })
    expect(world.wantedBy('t0')).toEqual(pair('1:2'))
    expect(world.wantedBy('t1')).toEqual(pair('1:1'))
  })
})
