/**
 * This release over a former one, and back: by the program and the manifests of a former state of this project, on a
 * real API server. No token is minted anew, no right is lost, nothing calls for anybody.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../deploy/manifests.ts'
import { eventually } from '../../time/eventually.ts'
import { reconciles } from '../../watchers/operator-metrics.ts'
import { settled } from '../../watchers/settled.ts'
import { TokenWatch } from '../../watchers/token-watch.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { belongingsOf, stillThere, type Belongings } from './belongings.ts'
import { ConditionWatch } from './condition-watch.ts'
import { pairsOf, raiseFleet } from './fleet.ts'
import { applyRelease, builtRelease, formerReleases, type Release } from './former.ts'

const forever = new AbortController().signal

describe.each(formerReleases)('from $commit, before $before', former => {
  let world: World
  let release: Release
  let operator: RunningOperator
  let conditions: ConditionWatch
  let tokens: TokenWatch
  let sizes: Readonly<Record<string, number>>
  let before: Belongings

  const startFormer = () =>
    world.startOperator({ program: release.program, args: former.electsLeader ? ['--leader-elect'] : [] })
  const startThis = () => world.startOperator({ args: ['--leader-elect'] })

  /** Where the former one asks who leads, the next starts beside it; else it comes once that has ended. */
  async function replaceBy(start: () => Promise<RunningOperator>): Promise<void> {
    if (!former.electsLeader) expect(await operator.stop()).toBe(0)
    const next = await start()
    if (former.electsLeader) expect(await operator.stop()).toBe(0)
    operator = next
    await looked()
  }

  /** Waits until the operator has looked at all there is, and has nothing left to do. */
  async function looked(): Promise<void> {
    for (const [controller, count] of Object.entries(sizes))
      await eventually(async () => (await reconciles(operator, controller)) >= count, {
        what: `it has looked at all ${controller}`,
        deadlineMs: 60_000,
      })
    await settled(() => belongingsOf(world), { forMs: 12_000 })
  }

  beforeAll(async () => {
    world = await startWorld({ own: true })
    release = await builtRelease(former)
    await applyRelease(world, release.checkout)
    operator = await startFormer()
    sizes = await raiseFleet(world)
    before = await settled(() => belongingsOf(world))
    conditions = await ConditionWatch.start(world)
    tokens = await TokenWatch.start(world)
  })
  afterAll(async () => {
    await conditions?.close()
    await tokens?.close()
    await world?.close()
  })

  test('the custom resources of this release go over those of the former one, which works on', async () => {
    await applyRelease(world, root)
    await world.apply(world.tenant('between', { database: 'client_between' }))
    await world.tenantIs('tenants/between', 'True', 'Ready')
    expect(stillThere(before, await belongingsOf(world))).toEqual(stillThere(before, before))
    expect(conditions.problems).toEqual([])
    before = await settled(() => belongingsOf(world))
  })

  test('this release goes on with all that there is, and sends ClickHouse nothing', async () => {
    await replaceBy(startThis)
    expect(await belongingsOf(world)).toEqual(before)
    expect(conditions.problems).toEqual([])
    expect((await pairsOf(world)).toSorted()).toEqual(['1:1', '1:1', '1:1', '1:2', '1:2', '1:2'])
  })

  test('the former one goes on with that, and with what this one made', async () => {
    await world.apply(world.tenant('newer', { database: 'client_newer' }))
    await world.tenantIs('tenants/newer', 'True', 'Ready')
    before = await settled(() => belongingsOf(world))
    await replaceBy(startFormer)
    expect(await belongingsOf(world)).toEqual(before)
    expect(conditions.problems).toEqual([])
  })

  test('forward again, the rollout that was held is finished, and everybody was moved once', async () => {
    await replaceBy(startThis)
    expect(await belongingsOf(world)).toEqual(before)
    const rollout = { batch: { percent: 100, interval: '0s' } }
    await world.partnerKeys.mergePatch('datalens/acme', { spec: { rollout } }, forever)
    await eventually(async () => (await pairsOf(world)).every(pair => pair === '1:2'), {
      what: 'everybody has moved',
      deadlineMs: 60_000,
    })
    await world.tenants.mergePatch('tenants/withheld', { spec: { access: 'Granted' } }, forever)
    await world.tenantIs('tenants/withheld', 'True', 'Ready')
    expect(await world.sqlAsReader('SELECT count() FROM client_a.t')).toEqual([['0']])
    expect(tokens.mintedTwice('tenants')).toEqual([])
    expect(tokens.problems()).toEqual([])
    expect(conditions.problems).toEqual([])
  })
})
