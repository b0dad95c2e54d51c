import { describe, expect, it } from 'vitest'
import { canary, minute, pair, RolloutWorld, settledAt11 } from '../../scenarios/rollout-world.ts'

const names = Array.from({ length: 10 }, (_, at) => `t${at}`)

describe('failures', () => {
  it('are counted from when a tenant was free to move, also across a restart', () => {
    const world = settledAt11({ maxFailures: 0 }).set({ wanted: pair('1:2') })
    world.stuck.add('t0')
    world
      .pass(4 * minute)
      .restart()
      .pass(6 * minute - 1)
    expect(world.state?.phase).toBe('Rolling')
    world.pass(1)
    expect(world.state?.phase).toBe('Stopped')
  })

  it('are no news of a start: whose time went by while the operator was away gets it anew', () => {
    const world = settledAt11({ maxFailures: 0 }).set({ wanted: pair('1:2') })
    world.stuck.add('t0')
    world.settle().now += 60 * minute
    world.restart().pass(10 * minute - 1)
    expect(world.state?.phase).toBe('Rolling')
    world.stuck.clear()
    world.pass(10 * minute)
    expect(world.state?.phase).toBe('Complete')
    expect(world.events).toEqual(['started', 'completed'])
  })

  it('that were tolerated are not waited for again after a restart', () => {
    const world = settledAt11({ batch: { percent: 50, intervalMs: minute } }).set({ wanted: pair('1:2') })
    world.stuck.add('t1')
    world.pass(10 * minute)
    expect(world.state).toMatchObject({ phase: 'Rolling', failed: 1, admittedPermille: 500 })
    world.restart().plan()
    expect(world.state).toMatchObject({ failed: 1, failedTenants: ['t1'] })
    world.pass(2 * minute)
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 1 })
  })

  it('of a tenant that has left the canary hold nobody up', () => {
    const world = new RolloutWorld({ canary, maxFailures: 0 }).addTen().change('t9', { inCanary: true })
    world.settle().set({ wanted: pair('1:2') })
    world.stuck.add('t9')
    world.pass(10 * minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failedTenants: ['t9'] })
    world.stuck.clear()
    world.change('t9', { inCanary: false }).pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 0 })
  })

  it('do not come of a connection that somebody has suspended, however long', () => {
    const world = settledAt11({ maxFailures: 0 }).set({ wanted: pair('1:2') })
    for (const name of names) world.stuck.add(name)
    world.connection = 'suspended'
    world.pass(24 * 60 * minute)
    expect(world.state).toMatchObject({ phase: 'Rolling', failed: 0 })
    expect(world.last?.message).toContain('suspended: nobody moves until it goes on')
    world.connection = 'usable'
    world.stuck.clear()
    expect(world.pass(60 * minute).state?.phase).toBe('Complete')
  })

  it('name the server where that is what is away', () => {
    const world = settledAt11({ maxFailures: 0 }).set({ wanted: pair('1:2') })
    world.stuck.add('t0')
    world.connection = 'away'
    expect(world.settle().last?.message).toContain('ClickHouse cannot be used')
    world.pass(10 * minute)
    expect(world.state?.phase).toBe('Stopped')
    expect(world.last?.message).toContain('t0 (ClickHouse cannot be used)')
  })

  it('that are many are counted by their reason', () => {
    const world = settledAt11({ batch: { percent: 100, intervalMs: 0 }, maxFailures: 9 }).set({
      wanted: pair('1:2'),
    })
    for (const name of ['t0', 't1', 't2']) world.stuck.add(name)
    world.settle().change('t8', { rejected: pair('1:2') })
    world.change('t9', { rejected: pair('1:2') }).pass(10 * minute)
    expect(world.last?.message).toContain(
      '5 failed: t0 (not minted in time), t1 (not minted in time), t2 (not minted in time) and 2 more (altogether 3 not minted in time, 2 DataLens refused its token).',
    )
  })

  it('that are told when it is over are said, too', () => {
    const world = settledAt11().set({ wanted: pair('1:2') })
    world
      .pass(60 * minute)
      .change('t3', { rejected: pair('1:2') })
      .plan()
    expect(world.last?.message).toBe('Every tenant has 1:2. 1 failed: t3 (DataLens refused its token).')
  })

  it('tolerates as many as allowed, and goes on without waiting for them again', () => {
    const world = settledAt11({ progressDeadlineMs: minute }).set({ wanted: pair('1:2') })
    world.stuck.add('t1')
    world.pass(30_000 + minute)
    expect(world.state).toMatchObject({ phase: 'Rolling', failed: 1, failedTenants: ['t1'] })
    world.pass(8 * 30_000)
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 1, current: pair('1:2') })
    expect(world.last?.tally).toMatchObject({ total: 10, updated: 9 })
    world.stuck.clear()
    world.settle()
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 0 })
    expect(world.holding('1:2')).toEqual(names)
  })

  it('stops at one more, and moves nobody else', () => {
    const world = settledAt11({ batch: { percent: 50, intervalMs: 0 } }).set({ wanted: pair('1:2') })
    world.stuck.add('t1').add('t3')
    world.pass(10 * minute)
    expect(world.state).toMatchObject({
      phase: 'Stopped',
      failed: 2,
      failedTenants: ['t1', 't3'],
      admittedPermille: 500,
    })
    world
      .pass(60 * minute)
      .restart()
      .pass(60 * minute)
    expect(world.state?.phase).toBe('Stopped')
    expect(world.holding('1:2')).toEqual(['t0', 't2', 't4'])
  })

  it('goes on by itself once those that are named are mended', () => {
    const world = settledAt11({ batch: { percent: 50, intervalMs: 0 } }).set({ wanted: pair('1:2') })
    world.stuck.add('t1').add('t3')
    world.pass(10 * minute).restart()
    world.stuck.clear()
    world.settle()
    expect(world.state?.phase).toBe('Complete')
    expect(world.minted).toHaveLength(10)
  })

  it('goes on when more failures are allowed', () => {
    const world = settledAt11({ batch: { percent: 50, intervalMs: 0 } }).set({ wanted: pair('1:2') })
    world.stuck.add('t1').add('t3')
    world
      .pass(10 * minute)
      .set({ maxFailures: 2 })
      .pass(10 * minute)
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 2 })
  })

  it('goes on when a failed tenant is deleted or suspended', () => {
    const world = settledAt11({ maxFailures: 0 }).set({ wanted: pair('1:2') })
    world.stuck.add('t0')
    world.pass(10 * minute)
    expect(world.state?.phase).toBe('Stopped')
    world.tenants.delete('t0')
    world.settle()
    expect(world.state?.phase).toBe('Rolling')
  })

  it('stops on tokens that DataLens refused, at once, and until that is taken back', () => {
    const world = settledAt11({ maxFailures: 0 })
      .set({ wanted: pair('1:2') })
      .pass(30_000)
    world.change('t0', { rejected: pair('1:2') }).pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failedTenants: ['t0'] })
    expect(world.holding('1:2')).toEqual(['t0', 't1'])
    world.change('t0', { rejected: undefined }).settle()
    expect(world.state?.phase).toBe('Rolling')
  })

  it('takes no notice of a refusal of another pair, or by a tenant that has not moved', () => {
    const world = settledAt11({ maxFailures: 0 }).set({ wanted: pair('1:2') })
    world
      .change('t0', { rejected: pair('1:1') })
      .change('t9', { rejected: pair('1:2') })
      .settle()
    expect(world.state).toMatchObject({ phase: 'Rolling', failed: 0 })
  })

  it('names ten of many, keeps the count, and does not count them anew with each look', () => {
    const world = new RolloutWorld({ batch: { percent: 100, intervalMs: 0 } })
    for (let at = 0; at < 25; at++) world.add(`t${10 + at}`, { slot: at })
    world
      .settle()
      .set({ wanted: pair('1:2') })
      .plan()
    world.move(name => name >= 't30')
    for (const name of world.tenants.keys()) world.stuck.add(name)
    for (const name of ['t32', 't33', 't34']) world.change(name, { rejected: pair('1:2') })
    world
      .pass(10 * minute)
      .settle()
      .restart()
      .settle()
    expect(world.state).toMatchObject({ phase: 'Stopped', failed: 3 })
    world
      .change('t32', { rejected: undefined })
      .change('t33', { rejected: undefined })
      .pass(10 * minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failed: 21 })
    expect(world.state?.failedTenants).toHaveLength(10)
    world.pass(minute).restart().pass(minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failed: 21 })
    expect(world.last?.message).toContain('and 18 more')
  })

  it('gives the rest another chance once all that are named are mended', () => {
    const world = new RolloutWorld({ batch: { percent: 100, intervalMs: 0 } })
    for (let at = 0; at < 25; at++) world.add(`t${10 + at}`, { slot: at })
    world.settle().set({ wanted: pair('1:2') })
    for (const name of world.tenants.keys()) world.stuck.add(name)
    world.pass(10 * minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failed: 25 })
    world.stuck.clear()
    world.settle()
    expect(world.state?.phase).toBe('Complete')
  })
})

describe('skipped tenants', () => {
  it.each([
    ['a Secret conflict', { ownFault: 'SecretConflict' }, 'SecretConflict'],
    ['suspended', { standing: 'suspended' as const }, 'suspended'],
    ['no longer allowed', { standing: 'notAllowed' as const }, 'not allowed by spec.tenants'],
    ['not Ready before', { notReadySince: 0 }, 'was not Ready before'],
  ])('hold nobody up, and are named: %s', (_name, change, why) => {
    const world = settledAt11({ maxFailures: 0, batch: { percent: 100, intervalMs: 0 } }).change('t4', change)
    world.stuck.add('t4')
    world.set({ wanted: pair('1:2') }).settle()
    expect(world.state).toMatchObject({ phase: 'Complete', failed: 0 })
    expect(world.last?.tally.skipped).toEqual([{ name: 't4', why }])
    expect(world.last?.message).toContain(`t4 (${why})`)
    expect(world.holding('1:1')).toEqual(['t4'])
  })

  it('are not those that became unready after they were admitted, even in the same second', () => {
    const world = settledAt11({ maxFailures: 0 }).set({ wanted: pair('1:2') })
    world.now += 700
    world.stuck.add('t0')
    world.plan()
    world.change('t0', { notReadySince: world.now - 700 }).pass(10 * minute)
    expect(world.state).toMatchObject({ phase: 'Stopped', failedTenants: ['t0'] })
  })

  it('count only among those that count', () => {
    const world = settledAt11().change('t4', { standing: 'suspended' })
    expect(world.plan().tally).toMatchObject({ total: 9, updated: 9 })
  })
})
