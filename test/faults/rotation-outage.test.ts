/** ClickHouse is away while tokens are to be made anew: nobody is passed by, and nothing is taken for a failure. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import { dataOf } from '../../src/api/core-objects.ts'
import { eventually } from '../time/eventually.ts'
import { reconciles } from '../watchers/operator-metrics.ts'
import { atOnce, Rotation } from '../scenarios/rotation.ts'
import { TokenWatch } from '../watchers/token-watch.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

vi.setConfig({ testTimeout: 240_000 })

const forever = new AbortController().signal
const size = 60
let world: World
let watch: TokenWatch
let operator: RunningOperator
let rotation: Rotation

beforeAll(async () => {
  world = await startWorld()
  watch = await TokenWatch.start(world)
  operator = await world.startOperator({ args: ['--workers', '2'] })
  await world.connect()
  // Longer than an outage here takes, and short enough that whoever is passed by stops the rollout.
  const spec = { rollout: { ...atOnce, progressDeadline: '30s' } }
  rotation = await Rotation.open(world, watch, { name: 'away', tenants: size, spec })
})
afterAll(async () => {
  await watch.close()
  await world.close()
})

const connectionIs = (status: 'True' | 'False') =>
  eventually(
    async () => {
      const connection = await world.connections.get('datalens/default', forever)
      return findCondition(connection?.status?.conditions, 'Reachable')?.status === status
    },
    { what: `Reachable is ${status}`, deadlineMs: 90_000 },
  )

async function expectUndisturbed(pair: string): Promise<void> {
  await rotation.completes(pair, 90_000)
  expect(watch.holding('away')).toEqual({ [pair]: size })
  expect(watch.mintedTwice('away')).toEqual([])
  expect((await rotation.events()).filter(event => event.startsWith('RolloutStopped'))).toEqual([])
}

test('a bump while it is away: all who were looked at meanwhile move as soon as it is back', async () => {
  await world.clickhouse.stopReplica(0)
  await connectionIs('False')
  const before = await reconciles(operator, 'tenants')
  await rotation.set({ keyVersion: 2 })
  const { rollout } = await rotation.reaches(
    ({ rollout: now }) => now?.message?.includes('ClickHouse cannot be used') === true,
    'it says what holds it up',
  )
  expect(rollout.phase).toBe('Rolling')
  await world.tenants.mergePatch('away/t7', { spec: { secret: { name: 'renamed' } } }, forever)
  await eventually(async () => (await reconciles(operator, 'tenants')) >= before + size, {
    what: 'every tenant was looked at',
    deadlineMs: 60_000,
  })
  expect(watch.holding('away')).toEqual({ '1:1': size })

  await world.clickhouse.startReplica(0)
  await rotation.completes('1:2', 90_000)
  const renamed = await eventually(() => world.secrets.get('away/renamed', forever))
  expect(dataOf(renamed, 'token')).toMatch(/^1:2:/)
  expect(watch.mintedTwice('away')).toEqual([])
})

test('away and back in mid-course: it goes on from there', async () => {
  await rotation.set({ keyVersion: 3 })
  await eventually(() => watch.holders('away', '1:3').length > 0, { what: 'some have moved', everyMs: 2 })
  await world.clickhouse.stopReplica(0)
  await connectionIs('False')
  await world.clickhouse.startReplica(0)
  await expectUndisturbed('1:3')
})
