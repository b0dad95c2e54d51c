/** Whatever happens, no two act at one time, and soon after it has passed one leads again. */
import { expect, test } from 'vitest'
import type { LeaseRecord } from '../../../src/runtime/leadership/lease.ts'
import { longestLeaseMs } from '../../../src/runtime/leadership/rules.ts'
import { seededRandom } from '../../builders/seeded-random.ts'
import { Simulation } from './simulation.ts'

const usual = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 }

const edits: readonly ((record: LeaseRecord) => LeaseRecord)[] = [
  record => ({ ...record, holder: '' }),
  record => ({ ...record, holder: '', seconds: 1 }),
  record => ({ ...record, holder: 'a stranger', seconds: 1_000_000 }),
  record => ({ ...record, holder: 'a stranger', seconds: 1 }),
  record => ({ ...record, seconds: 1 }),
  record => ({ ...record, seconds: undefined, renewedAt: undefined, acquiredAt: undefined }),
  record => ({ ...record, renewedAt: '1970-01-01T00:00:00.000000Z', transitions: 0 }),
  record => ({ ...record, holder: 'a stranger', transitions: 2 ** 31 - 1 }),
]

const isHeld = ({ holder }: LeaseRecord): boolean => holder !== ''

/** One thing that goes wrong. */
function disturb(world: Simulation, random: () => number): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const one = pick(world.processes)
  const roll = random()
  if (roll < 0.25) world.weather = { slowMs: pick([20, 500, 3_000, 9_000]), lost: pick([0, 0, 0.1, 0.5, 1]) }
  else if (roll < 0.5) world.stop(one, pick([100, 3_000, 9_000, 14_000, 16_000, 60_000]))
  else if (roll < 0.6) world.kill(one)
  else if (roll < 0.7) world.terminate(one)
  else if (roll < 0.85) world.lease = undefined
  else if (roll < 0.92) world.edit(pick(edits))
  else if (roll < 0.95) world.edit(record => pick(world.records.filter(isHeld)) ?? record)
  else if (roll < 0.97) one.wallStandsAt = 1e12
  else one.wallAhead += pick([-1, 1]) * 8 * 86_400_000
}

const seeds = Array.from({ length: 30 }, (_, seed) => seed)

test.each(seeds)('three processes and 10,000 steps of trouble, seed %i', seed => {
  const random = seededRandom(seed)
  const world = new Simulation(3, usual, random)
  let led = 0
  for (let step = 0; step < 10_000; step++) {
    if (random() < 0.01 + (seed % 4) * 0.02) disturb(world, random)
    world.step()
    if (world.leader !== undefined) led += 1
  }
  expect(world.faults).toEqual([])
  expect(led).toBeGreaterThan(0)
  world.weather = { slowMs: 50, lost: 0 }
  world.runFor(longestLeaseMs + 60_000)
  expect(world.leader).toBeDefined()
  const before = world.leaders.length
  world.runFor(600_000)
  expect([world.faults, world.leaders.length]).toEqual([[], before])
})

test.each(seeds)('the leader is killed: the next one leads within 16 s, seed %i', seed => {
  const random = seededRandom(seed)
  const world = new Simulation(2, usual, random)
  world.runFor(40_000 + random() * 5_000)
  const { leader } = world
  if (leader === undefined) throw new Error('nobody leads')
  world.kill(leader)
  const at = world.now
  while (world.leader === undefined) world.step(50)
  expect(world.now - at).toBeLessThan(16_000)
})

test.each(seeds)('the leader gives it up: the next one leads within a second, seed %i', seed => {
  const random = seededRandom(seed)
  const world = new Simulation(2, usual, random)
  world.runFor(40_000 + random() * 5_000)
  const { leader } = world
  if (leader === undefined) throw new Error('nobody leads')
  while (leader.asking) world.step(50)
  world.terminate(leader)
  const at = world.now
  while (world.leader === undefined) world.step(50)
  expect(world.now - at).toBeLessThan(1_000)
})

test.each(seeds)(
  'a Lease that is put back to when the lead was given up is not taken at once, seed %i',
  seed => {
    const random = seededRandom(seed)
    const world = new Simulation(3, usual, random)
    world.runFor(40_000 + random() * 5_000)
    for (let times = 0; times < 2; times++) {
      const { leader } = world
      if (leader === undefined) throw new Error('nobody leads')
      while (leader.asking) world.step(50)
      world.terminate(leader)
      world.runFor(20_000 + random() * 5_000)
    }
    // The leader hears of it late, or never.
    const isCutOff = random() < 0.5
    if (isCutOff && world.leader !== undefined) world.leader.asking = true
    world.edit(record => world.records.find(({ holder }) => holder === '') ?? record)
    world.runFor(60_000)
    expect([world.faults, world.leader === undefined]).toEqual([[], false])
  },
)

test.each(seeds)('a Lease that is deleted is made again by who leads, who goes on, seed %i', seed => {
  const world = new Simulation(3, usual, seededRandom(seed))
  world.runFor(40_000)
  for (let times = 0; times < 5; times++) {
    world.lease = undefined
    world.runFor(5_000)
  }
  expect([world.leaders.length, world.leader === undefined, world.lease?.record.transitions]).toEqual([
    1,
    false,
    0,
  ])
})
