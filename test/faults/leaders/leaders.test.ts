/**
 * Three operators with elections, each with its own ways to ClickHouse and to the API server, and its own wall clock.
 * Whatever happens, at most one works: judge.ts says what that means. WALK_SEED repeats the walk, WALK_STEPS makes it
 * longer (docs/testing.md).
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../time/eventually.ts'
import { often } from '../../time/long.ts'
import { wrongAtRest } from './at-rest.ts'
import { timing } from './replica.ts'
import { hourMs, Scene } from './scene.ts'
import { stepsOf, type Step } from './steps.ts'
import { Walker } from './walker.ts'

const seed = Number(process.env['WALK_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const count = Number(process.env['WALK_STEPS'] ?? often({ usual: 200, long: 10_000 }))

const forever = new AbortController().signal
const leadLost = 4

let scene: Scene

beforeAll(async () => {
  scene = await Scene.start()
})
afterAll(() => scene?.close())
afterEach(() => expect(scene.wrong).toEqual([]))

test('clocks that differ by an hour, and jump by eight days and back: the same one leads, and nothing goes', async () => {
  const { world, replicas } = scene
  const drop = (name: string): object =>
    world.tenant(name, { database: name, deletionPolicy: 'Drop', confirmDrop: name })
  await world.apply(drop('x'), drop('y'), drop('z'), world.tenant('stays', { database: 'stays' }))
  for (const name of ['x', 'y', 'z', 'stays']) await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
  await world.sql('CREATE TABLE x.orders ENGINE = MergeTree ORDER BY x AS SELECT 42 AS x')
  await world.tenants.delete('tenants/x', {}, forever)
  await eventually(async () => (await world.marks())['x']?.includes('retired'), { what: 'x is retired' })
  for (const name of ['y', 'z']) await world.tenants.delete(`tenants/${name}`, {}, forever)
  await scene.connectionIs('SweepHeld', 'True')
  const look = async (): Promise<unknown> => [
    await scene.lead(),
    await world.marks(),
    await world.grants(),
    await world.sql('SELECT x FROM x.orders'),
  ]
  const before = await look()
  for (const hours of [8 * 24, 0]) {
    for (const replica of replicas) replica.setClock(hours * hourMs)
    await scene.letTimePass()
    expect(await look()).toEqual(before)
  }
})

test('cut off from ClickHouse, and not from the API server: it says so, and the lead stays where it is', async () => {
  const before = await scene.lead()
  const heal = (await scene.leader()).cutFromClickHouse()
  await scene.connectionIs('Reachable', 'False')
  await scene.letTimePass()
  expect(await scene.lead()).toEqual(before)
  heal()
  await scene.connectionIs('Reachable', 'True')
  expect(await scene.lead()).toEqual(before)
})

test('cut off from the API server, and not from ClickHouse: it ends, and what the next one does stands', async () => {
  const { world } = scene
  await scene.letAllLeave()
  await world.apply(world.tenant('leaves', { database: 'leaves' }))
  await world.tenantIs('tenants/leaves', 'True', 'Ready')
  const old = await scene.leader()
  const { process } = old
  const before = old.endings.length
  // With its answer it would go on, and grant.
  const matching = /CREATE DATABASE .under_way/
  await world.clickhouse.setFault(0, { kind: 'delay', ms: timing.leaseMs, matching, times: 1 })
  await world.apply(world.tenant('under-way', { database: 'under_way' }))
  await eventually(async () => (await world.clickhouse.heldBack(0)) > 0, { what: 'a statement under way' })
  old.api.inject({ kind: 'half-open' })
  old.api.cutAll()
  await world.apply(
    world.tenant('stays', { database: 'stays', access: 'Withheld' }),
    world.tenant('new', { database: 'new' }),
  )
  await world.tenants.delete('tenants/leaves', {}, forever)
  await eventually(() => old.endings.length > before, { what: 'the end of the old one' })
  expect(old.endings[before]).toBe(leadLost)
  old.api.heal()
  for (const name of ['new', 'under-way']) await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
  const taken = async (): Promise<boolean> => {
    const grants = await world.grants()
    return !grants.includes('stays') && !grants.includes('leaves')
  }
  await eventually(taken, { what: 'the access that is taken', deadlineMs: 60_000 })
  expect(scene.leaders.at(-1)).not.toBe(process)
})

test(`a walk of ${count} steps with WALK_SEED=${seed}: at most one works at any time`, {
  timeout: 180_000 + count * 500,
}, async () => {
  await scene.letAllLeave()
  const walker = new Walker(scene)
  const steps = stepsOf(seed, count)
  for (const [index, step] of steps.entries()) {
    await walker.take(step)
    await pace()
    if (index % 250 === 0) judge(steps.slice(0, index + 1))
  }
  await walker.settle()
  await atRest()
  judge(steps)
  const before = await scene.lead()
  await scene.letTimePass()
  expect(await scene.lead()).toEqual(before)
})

/** Elections take time, and how many have asked for the Lease tells how much of it: a lease is some hundred steps. */
async function pace(): Promise<void> {
  const before = scene.record.leaseRequests
  const asked = (): boolean => scene.record.leaseRequests > before
  await eventually(asked, { deadlineMs: 40, everyMs: 10 }).catch(() => undefined)
}

/** Fails with the seed, the place in the walk, and what is wrong. */
function judge(taken: readonly Step[]): void {
  const { wrong } = scene
  if (wrong.length === 0) return
  const tail = taken.slice(-60).map(step => JSON.stringify(step))
  throw new Error(
    `WALK_SEED=${seed}, ${taken.length} steps:\n${wrong.slice(0, 20).join('\n')}\nafter\n${tail.join('\n')}`,
  )
}

async function atRest(): Promise<void> {
  const look = async (): Promise<boolean> => {
    const wrong = await wrongAtRest(scene.world)
    if (wrong.length === 0) return true
    await scene.look()
    throw new Error(wrong.join('\n'))
  }
  await eventually(look, { what: `WALK_SEED=${seed}, at rest`, deadlineMs: 120_000, everyMs: 500 })
}
