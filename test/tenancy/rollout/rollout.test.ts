import { describe, expect, it } from 'vitest'
import { pair, RolloutWorld } from '../../scenarios/rollout-world.ts'

const minute = 60_000
const canary = { soakMs: 10 * minute, promotion: 'Auto' } as const
const manual = { ...canary, promotion: 'Manual' } as const
const names = Array.from({ length: 10 }, (_, at) => `t${at}`)

function settledAt11(spec: ConstructorParameters<typeof RolloutWorld>[0] = {}): RolloutWorld {
  return new RolloutWorld(spec).addTen().settle()
}

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
    const world = withCanary({ canary: manual }).pass(60 * minute)
    expect(world.state).toMatchObject({ phase: 'AwaitingPromotion' })
    expect(world.last?.message).toContain('"1:2"')
    expect(world.last?.recheckMs).toBeUndefined()
    world.set({ promoted: '1:1' }).settle()
    expect(world.state?.phase).toBe('AwaitingPromotion')
    world.set({ promoted: '1:2' }).settle()
    expect(world.state?.phase).toBe('Rolling')
  })

  it('cannot be skipped by promoting early', () => {
    const world = withCanary({ canary: manual, promoted: '1:2' })
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

  it('ends when it is taken out of the spec', () => {
    const world = withCanary({ canary: manual }).settle().set({ canary: undefined }).settle()
    expect(world.state?.phase).toBe('Rolling')
  })

  it('is not stopped by one that joins it later', () => {
    const world = withCanary({ canary: manual })
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
    ['no longer allowed', { standing: 'notAllowed' as const }, 'no longer allowed'],
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

describe('rolling back', () => {
  it('moves everybody back at once, without canary or batches', () => {
    const world = settledAt11({ canary: manual, promoted: '1:2' }).change('t7', { inCanary: true })
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
    const gated = paused.set({ paused: false, canary: manual }).pass(60 * minute)
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
