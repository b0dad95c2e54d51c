/**
 * The leader stands still at a call for longer than its lease, and goes on. By then another one has done the work, and
 * the first one sends nothing more: no statement, and no write. In one halt each call of a reconcile is held, each for
 * an object of its own; what has become of it is known when the process goes on, or not, as the seed says.
 * STOP_SEED begins with another seed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../builders/seeded-random.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { CallGate, type Fate } from '../../proxies/call-gate.ts'
import { callOf, CrashGate } from '../../proxies/crash-gate.ts'
import type { Scenario } from '../../scenarios/crash-course.ts'
import { keyBumped, newConnection, newPartnerKey, newTenant } from '../../scenarios/crash-scenarios.ts'
import { eventually } from '../../time/eventually.ts'
import { often } from '../../time/long.ts'
import { metricOf } from '../../watchers/operator-metrics.ts'
import { settled } from '../../watchers/settled.ts'
import { Contenders, exitLeadLost, type Contender } from './contenders.ts'

/** So many calls have to be reached within one lease. */
const pace = { leaseMs: 6_000, renewDeadlineMs: 5_500, retryMs: 400 }
const firstSeed = Number(process.env['STOP_SEED'] ?? 1)
const seeds = Array.from({ length: often({ usual: 1, long: 20 }) }, (_, at) => firstSeed + at)
const courses = [newTenant, newConnection, newPartnerKey, keyBumped]
const fates: readonly Fate[] = ['answered', 'lost', 'cut']

let world: World
let contenders: Contenders
let runs = 0

beforeAll(async () => {
  world = await startWorld()
  await world.connect()
  await world.apply(world.partnerKey())
  contenders = await Contenders.open(world, pace, ['--workers', '32'])
})
afterAll(async () => {
  await contenders?.close()
  await world?.close()
})

for (const seed of seeds) {
  const course = courses[seed % often({ usual: 1, long: courses.length })] ?? newTenant
  test(`${course.name}, stopped at each call, STOP_SEED=${seed}`, { timeout: 400_000 }, async () => {
    await standsStill(course(world), seededRandom(seed))
  })
}

test('each process led once', () => {
  expect(contenders.history.violations()).toEqual([])
})

async function standsStill(scenario: Scenario, random: () => number): Promise<void> {
  const { calls, state } = await undisturbed(scenario)
  const ids = calls.map(() => nextId(scenario))
  await scenario.prepare(ids)
  const { leader } = await contenders.ready()
  const held = calls.map((call, at) => {
    const fate = fates[Math.floor(random() * fates.length)] ?? 'answered'
    return { call: callOf(call, ids[at] ?? ''), fate }
  })
  const gate = await CallGate.close(world, leader.proxy, held)
  const reached: string[] = []
  // Who is held early in its course must not be in the way of who is held late.
  for (const [at, id] of [...ids.entries()].toReversed()) {
    await scenario.act(id)
    // What others ask for, of several at once, is none of its own calls.
    const isHeld = async (): Promise<boolean> => (await gate.waiting()) > reached.length
    await eventually(async () => (await isHeld()) || (await scenario.isDone(id)), { what: `${id} is held` })
    if (await isHeld()) reached.push(calls[at]?.what ?? '')
  }
  expect(reached.length).toBeGreaterThan(1)
  contenders.standStill(leader)
  await gate.open()
  const next = await contenders.leadsInsteadOf(leader)
  for (const id of ids) await comesToItsEnd(scenario, id, state)
  expect(await sentOnGoingOn(leader, next)).toEqual([])
  const where = reached.map(what => what.slice(0, 100)).join('\n  ')
  process.stdout.write(`${scenario.name}: went on and sent nothing after a halt at\n  ${where}\n`)
}

/** What the former leader sends when it goes on, until it has ended. The present one stands still meanwhile. */
async function sentOnGoingOn(former: Contender, present: Contender): Promise<readonly string[]> {
  await eventually(async () => (await metricOf(present.operator, 'lenskeeper_reconciles_running')) === 0, {
    what: 'nothing is under way',
  })
  contenders.standStill(present)
  const sent = async (): Promise<readonly string[]> => [
    ...former.proxy.writes(),
    ...(await world.clickhouse.statements()).map(({ sql }) => sql),
  ]
  const before = (await sent()).length
  contenders.goOn(former)
  await eventually(() => former.operator.exitCode === exitLeadLost, { what: 'it has lost the lead' })
  const all = await sent()
  contenders.goOn(present)
  return all.length === before ? [] : all
}

async function undisturbed(scenario: Scenario) {
  const { leader } = await contenders.ready()
  const gate = new CrashGate(world, leader.proxy)
  const id = nextId(scenario)
  await scenario.prepare([id])
  await gate.reset()
  await scenario.act(id)
  await eventually(() => scenario.isDone(id), { what: `${scenario.name} undisturbed`, deadlineMs: 60_000 })
  const concern = scenario.also === undefined ? { id } : { id, also: scenario.also }
  const calls = await settled(() => gate.calls(concern), { forMs: 1_000 })
  return { calls, state: await scenario.state(id) }
}

async function comesToItsEnd(scenario: Scenario, id: string, state: unknown): Promise<void> {
  const what = `${scenario.name}, ${id}`
  await eventually(() => scenario.isDone(id), { what, deadlineMs: 90_000 })
  const sameEnd = async (): Promise<true> => {
    expect(await scenario.state(id), what).toEqual(state)
    return true
  }
  await eventually(sameEnd, { what, deadlineMs: 60_000, everyMs: 500 })
}

function nextId({ letter }: Scenario): string {
  runs += 1
  return `zs${letter}${runs}z`
}
