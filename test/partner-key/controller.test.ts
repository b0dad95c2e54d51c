import { beforeEach, describe, expect, test } from 'vitest'
import { annotations } from '../../src/api/labels.ts'
import type { PartnerKeySpec } from '../../src/api/partner-key.ts'
import { seededRandom } from '../builders/seeded-random.ts'
import { VirtualClock } from '../time/virtual-clock.ts'
import { Simulation } from './memory-api.ts'
import { partnerKey } from '../builders/partner-key-observed.ts'

type Rollout = PartnerKeySpec['rollout']
const { rollout: defaults } = partnerKey().spec
const fast: Rollout = { ...defaults, batch: { percent: 100, interval: '0s' } }
const inBatches: Rollout = { ...defaults, batch: { percent: 10, interval: '30s' } }
const canary: NonNullable<Rollout['canary']> = {
  selector: { matchLabels: { tier: 'internal' } },
  soak: '10m',
  promotion: 'Auto',
}

let clock: VirtualClock
let world: Simulation

beforeEach(() => {
  clock = new VirtualClock()
  world = new Simulation(clock)
})

/** So many tenants with a token of 1:1; the first three are the canary's. */
async function populated(tenants: number): Promise<void> {
  for (let at = 0; at < tenants; at++) {
    world.tenant(`t${at}`, at < 3 ? { labels: { tier: 'internal' } } : {})
  }
  await world.until(['Complete'], { most: tenants })
  await world.turn(tenants, 10_000)
  expect(world.key.status).toMatchObject({ current: '1:1', rollout: { updated: tenants, total: tenants } })
  world.statusWrites.length = 0
  world.events.length = 0
}

/** What each tenant was given after 1:1. */
function moves(): string[] {
  return [...world.minted.values()].map(pairs => pairs.slice(1).join(' '))
}

const rolloutEvents = (): string[] => world.events.map(({ reason }) => reason)

describe('a rollout', () => {
  test('over all at once gives each tenant one new token, and is told at its end without delay', async () => {
    await populated(300)
    world.edit({ keyVersion: 2, rollout: fast })
    const begun = clock.now()
    await world.until(['Complete'], { most: 40, ms: 100 })
    expect(clock.now() - begun).toBeLessThan(2_000)
    expect(new Set(moves())).toEqual(new Set(['1:2']))
    expect(world.key.status).toMatchObject({
      current: '1:2',
      target: '1:2',
      rollout: { progress: '300/300' },
    })
    expect(rolloutEvents()).toEqual(['KeyGenerated', 'RolloutStarted', 'RolloutCompleted'])
  })

  test('is told every 5 s at most while it merely counts', async () => {
    await populated(300)
    world.edit({ keyVersion: 2, rollout: fast })
    const begun = clock.now()
    await world.until(['Complete'], { most: 1, ms: 100 })
    // The spec's edit, the start, the counts, and the end.
    const most = 3 + (clock.now() - begun) / 5_000
    expect(world.statusWrites.length).toBeLessThanOrEqual(Math.ceil(most))
    expect(world.statusWrites.length).toBeGreaterThan(5)
  })

  test('in batches waits between them', async () => {
    await populated(100)
    const begun = clock.now()
    world.edit({ keyVersion: 2, rollout: inBatches })
    await world.until(['Complete'], { most: 100, ms: 500 })
    expect(clock.now() - begun).toBeGreaterThanOrEqual(9 * 30_000)
    expect(new Set(moves())).toEqual(new Set(['1:2']))
  })

  test('of three tenants in ten batches ends with the last of them, and is told at once', async () => {
    for (const name of ['client1', 'client2', 'orders']) world.tenant(name)
    await world.until(['Complete'])
    await world.turn(3, 10_000)
    const begun = clock.now()
    world.edit({ keyVersion: 2, rollout: inBatches })
    await world.until(['Complete'], { most: 3, ms: 500 })
    // Two of the batches have somebody to move, so one interval lies between.
    expect(clock.now() - begun).toBeLessThanOrEqual(32_000)
    expect(moves()).toEqual(['1:2', '1:2', '1:2'])
  })

  test('lets the canary go first, soak, and the others follow', async () => {
    await populated(50)
    world.edit({ keyVersion: 2, rollout: { ...fast, canary } })
    await world.until(['Soaking'])
    expect(moves().filter(pairs => pairs === '1:2')).toHaveLength(3)
    const since = clock.now()
    await world.until(['Complete'])
    expect(clock.now() - since).toBeGreaterThanOrEqual(600_000 - 2_000)
    expect(new Set(moves())).toEqual(new Set(['1:2']))
    expect(rolloutEvents()).toEqual(['KeyGenerated', 'RolloutStarted', 'CanaryDone', 'RolloutCompleted'])
  })

  test('whose canary DataLens refuses stops, lets no other move, and goes back at once', async () => {
    await populated(50)
    world.edit({ keyVersion: 2, rollout: { ...fast, canary } })
    await world.until(['Soaking'])
    world.tenant('t1', { labels: { tier: 'internal' }, annotations: { [annotations.rejected]: '1:2' } })
    await world.until(['Stopped'])
    expect(moves().filter(pairs => pairs !== '')).toHaveLength(3)
    const ready = world.key.status?.conditions?.find(({ type }) => type === 'Ready')
    expect(ready).toMatchObject({ status: 'False', reason: 'RolloutStopped' })
    expect(ready?.message).toContain('tenants/t1')
    expect(world.key.status?.rollout?.failedTenants).toEqual(['tenants/t1'])
    world.edit({ keyVersion: 1 })
    await world.until(['Complete'])
    expect(moves().filter(pairs => pairs !== '')).toEqual(['1:2 1:1', '1:2 1:1', '1:2 1:1'])
    expect(world.key.status?.keys?.map(({ side, version, tokens }) => [side, version, tokens])).toEqual([
      ['DataLens', 1, 50],
      ['Partner', 1, 50],
      ['Partner', 2, 0],
    ])
  })

  test('that cannot move a tenant in time stops, and goes on once that is mended', async () => {
    await populated(20)
    world.stuck.add('tenants/t5')
    world.edit({ keyVersion: 2, rollout: { ...fast, maxFailures: 0 } })
    await world.until(['Stopped'], { ms: 30_000 })
    expect(world.key.status?.rollout?.failedTenants).toEqual(['tenants/t5'])
    world.stuck.clear()
    await world.until(['Complete'])
    expect(new Set(moves())).toEqual(new Set(['1:2']))
  })

  test('paused in mid-course stands still, and goes on from there', async () => {
    await populated(100)
    world.edit({ keyVersion: 2, rollout: inBatches })
    let turns = 0
    await world.until(['Paused'], {
      most: 3,
      ms: 5_000,
      onTurn: () => {
        turns += 1
        if (turns === 30) world.edit({ rollout: { ...inBatches, paused: true } })
      },
    })
    const moved = moves().filter(pairs => pairs === '1:2').length
    expect(moved).toBeGreaterThan(5)
    expect(moved).toBeLessThan(95)
    await world.turn(100, 600_000)
    expect(moves().filter(pairs => pairs === '1:2')).toHaveLength(moved)
    world.edit({ rollout: inBatches })
    await world.until(['Complete'], { ms: 5_000 })
    expect(new Set(moves())).toEqual(new Set(['1:2']))
  })

  test.each([1, 2, 3, 4, 5])(
    'killed anywhere and with its status lost, moves each once (seed %i)',
    async seed => {
      const random = seededRandom(seed)
      await populated(60)
      world.edit({ keyVersion: 2, rollout: inBatches })
      await world.until(['Complete'], {
        most: 2,
        ms: 3_000,
        onTurn: () => {
          if (random() < 0.1) world.restart()
          if (random() < 0.02) world.loseStatus()
        },
      })
      expect(new Set(moves())).toEqual(new Set(['1:2']))
    },
  )

  test('bumped, reverted and bumped again keeps one key a version', async () => {
    await populated(30)
    const canaryAlone: Rollout = { ...fast, canary: { ...canary, promotion: 'Manual' } }
    world.edit({ keyVersion: 2, rollout: canaryAlone })
    await world.until(['AwaitingPromotion'])
    const before = world.key.status?.keys
    world.edit({ keyVersion: 1 })
    world.edit({ keyVersion: 2 })
    await world.until(['AwaitingPromotion'])
    expect(world.key.status?.keys?.map(({ fingerprint }) => fingerprint)).toEqual(
      before?.map(({ fingerprint }) => fingerprint),
    )
    world.edit({ rollout: { ...canaryAlone, promoted: '1:2' } })
    await world.until(['Complete'])
    expect(new Set(moves())).toEqual(new Set(['1:2']))
  })
})

test('at rest nothing is written', async () => {
  await populated(10)
  for (let look = 0; look < 10; look++) {
    world.restart()
    await world.turn(10, 60_000)
  }
  expect(world.statusWrites).toEqual([])
})

test('a PartnerKey that is gone leaves no key in the ring', async () => {
  await populated(1)
  expect(world.keyRing.get('datalens/acme')).toBeDefined()
  world.partnerKeys.store.noteDelete('datalens/acme', 'key-uid')
  world.restart()
  await world.settle()
  expect(world.keyRing.get('datalens/acme')).toBeUndefined()
})
