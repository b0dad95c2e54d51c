import { describe, expect, it } from 'vitest'
import {
  canary,
  manualCanary,
  minute,
  pair,
  RolloutWorld,
  settledAt11,
} from '../../scenarios/rollout-world.ts'

describe('the canary', () => {
  function withCanary(spec: ConstructorParameters<typeof RolloutWorld>[0] = {}): RolloutWorld {
    return settledAt11({ canary, ...spec })
      .change('t7', { inCanary: true })
      .set({ wanted: pair('1:2') })
  }

  it('moves first, soaks, and then the others follow', () => {
    const world = withCanary().settle()
    expect(world.state).toMatchObject({ phase: 'Soaking', admittedPermille: 0 })
    expect(world.holding('1:2')).toEqual(['t7'])
    world.pass(10 * minute - 1)
    expect(world.state?.phase).toBe('Soaking')
    world.pass(1)
    expect(world.state).toMatchObject({ phase: 'Rolling', admittedPermille: 100 })
    world.pass(10 * minute)
    expect(world.events).toEqual(['started', 'canaryDone', 'completed'])
  })

  it('soaks across a restart without starting over', () => {
    const world = withCanary()
      .pass(6 * minute)
      .restart()
      .pass(4 * minute)
    expect(world.state?.phase).toBe('Rolling')
  })

  it('waits for a person, however long, where promotion is Manual', () => {
    const world = withCanary({ canary: manualCanary }).pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'AwaitingPromotion' })
    expect(world.last?.message).toContain('"1:2"')
    expect(world.last?.recheckMs).toBeUndefined()
    world.set({ promoted: '1:1' }).settle()
    expect(world.state?.phase).toBe('AwaitingPromotion')
    world.set({ promoted: '1:2' }).settle()
    expect(world.state?.phase).toBe('Rolling')
  })

  it('cannot be skipped by promoting early', () => {
    const world = withCanary({ canary: manualCanary, promoted: '1:2' })
    world.stuck.add('t7')
    world.settle()
    expect(world.state?.phase).toBe('Canary')
    world.stuck.clear()
    world.settle()
    expect(world.state?.phase).toBe('Rolling')
  })

  it('lets no other tenant move when a single one fails, whatever maxFailures says', () => {
    const world = withCanary({ maxFailures: 5 }).change('t7', { otherFault: 'API server unavailable' })
    world.stuck.add('t7')
    world.pass(10 * minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failed: 1, failedTenants: ['t7'] })
    expect(world.last?.message).toContain('t7 (API server unavailable)')
    expect(world.last?.message).toContain('back to 1:1')
    world.pass(60 * minute)
    expect(world.minted).toEqual([])
    expect(world.events).toEqual(['started', 'stopped'])
  })

  it('stops when DataLens refuses its token while it soaks', () => {
    const world = withCanary()
      .pass(5 * minute)
      .change('t7', { rejected: pair('1:2') })
      .pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failedTenants: ['t7'] })
    expect(world.last?.message).toContain('DataLens refused its token')
    expect(world.minted).toEqual(['t7 1:2'])
  })

  it('says that it is empty, and soaks all the same', () => {
    const world = settledAt11({ canary })
      .set({ wanted: pair('1:2') })
      .settle()
    expect(world.state?.phase).toBe('Soaking')
    expect(world.last?.message).toContain('canary is empty')
    world.pass(10 * minute)
    expect(world.state?.phase).toBe('Rolling')
    expect(world.last?.message).not.toContain('empty')
  })

  it('says that it tells nothing when all of it was skipped', () => {
    const world = withCanary().change('t7', { ownFault: 'SecretConflict' }).settle()
    expect(world.state?.phase).toBe('Soaking')
    expect(world.last?.message).toContain('None of the canary has moved')
  })

  it.each([
    ['Auto', canary, 'it is complete once spec.rollout.canary.soak has passed'],
    ['Manual', manualCanary, 'Set spec.rollout.promoted to "1:2" to complete it'],
  ] as const)('that was everybody speaks of no others (%s)', (_, rule, expected) => {
    const world = new RolloutWorld({ canary: rule }).add('a', { inCanary: true }).settle()
    world.set({ wanted: pair('1:2') }).settle()
    expect(world.last?.message).toContain(expected)
    expect(world.last?.message).not.toContain('others')
    world.set({ promoted: '1:2' }).pass(10 * minute)
    expect(world.state?.phase).toBe('Complete')
  })

  it('ends when it is taken out of the spec', () => {
    const world = withCanary({ canary: manualCanary }).settle().set({ canary: undefined }).settle()
    expect(world.state?.phase).toBe('Rolling')
  })

  it('is not stopped by one that joins it later', () => {
    const world = withCanary({ canary: manualCanary })
      .pass(30 * minute)
      .add('new', { inCanary: true, slot: 999 })
    world.plan()
    expect(world.state).toMatchObject({ phase: 'AwaitingPromotion', failed: 0 })
    world.restart().plan()
    expect(world.state).toMatchObject({ phase: 'AwaitingPromotion', failed: 0 })
    world.settle()
    expect(world.holding('1:2')).toEqual(['t7', 'new'])
  })
})
