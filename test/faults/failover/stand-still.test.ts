/**
 * The leader stands still at a call for longer than its lease, and goes on. By then another one has done the work, and
 * the first one sends nothing more: no statement, and no write. In one halt each call of a reconcile is held, each for
 * an object of its own; what has become of it is known when the process goes on, or not, as the seed says.
 * Where several objects are one reconcile, as those that are deleted, each call has a halt of its own. STOP_SEED begins
 * with another seed, and STOP_SEEDS says how many there are.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../builders/seeded-random.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { CallGate, type Fate } from '../../proxies/call-gate.ts'
import { callOf, CrashGate, type Effect } from '../../proxies/crash-gate.ts'
import type { Scenario } from '../../scenarios/crash-course.ts'
import {
  keyBumped,
  newConnection,
  newPartnerKey,
  newTenant,
  tenantDeleted,
} from '../../scenarios/crash-scenarios.ts'
import { eventually } from '../../time/eventually.ts'
import { often } from '../../time/long.ts'
import { settled } from '../../watchers/settled.ts'
import { Contenders } from './contenders.ts'
import { sentOnGoingOn } from './going-on.ts'

/** So many calls have to be reached within one lease. */
const pace = { leaseMs: 6_000, renewDeadlineMs: 5_500, retryMs: 400 }
const firstSeed = Number(process.env['STOP_SEED'] ?? 1)
const count = Number(process.env['STOP_SEEDS'] ?? often({ usual: 1, long: 20 }))
const seeds = Array.from({ length: count }, (_, at) => firstSeed + at)
const courses = often({
  usual: [newTenant],
  long: [newTenant, newConnection, newPartnerKey, keyBumped, tenantDeleted],
})
const fates: readonly Fate[] = ['answered', 'lost', 'cut']

let world: World
let contenders: Contenders
let runs = 0

beforeAll(async () => {
  world = await startWorld()
  await world.connect({ sweep: { grace: '0s', limit: 100_000 }, dropAfter: '0s' })
  const tenants = { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true }
  await world.apply(world.partnerKey('acme', { tenants }))
  contenders = await Contenders.open(world, pace, ['--workers', '32'])
})
afterAll(async () => {
  await contenders?.close()
  await world?.close()
})

for (const seed of seeds) {
  const course = courses[seed % courses.length] ?? newTenant
  test(`${course.name}, stopped at each call, STOP_SEED=${seed}`, { timeout: 1_200_000 }, async () => {
    await standsStill(course(world), seededRandom(seed))
  })
}

test('each process led once', () => {
  expect(contenders.history.violations()).toEqual([])
})

async function standsStill(scenario: Scenario, random: () => number): Promise<void> {
  const { calls, state } = await undisturbed(scenario)
  const halts = scenario.oneAtATime ? calls.map(call => [call]) : [calls]
  const reached: string[] = []
  for (const halt of halts) reached.push(...(await haltsAt(scenario, { calls: halt, state }, random)))
  expect(reached.length).toBeGreaterThan(1)
  const where = reached.map(what => what.slice(0, 100)).join('\n  ')
  process.stdout.write(`${scenario.name}: went on and sent nothing after a halt at\n  ${where}\n`)
}

/** One halt, with all of these calls under way. @returns those that were */
async function haltsAt(
  scenario: Scenario,
  { calls, state }: { readonly calls: readonly Effect[]; readonly state: unknown },
  random: () => number,
): Promise<readonly string[]> {
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
  if (reached.length === 0) {
    await gate.open()
    return reached
  }
  contenders.standStill(leader)
  try {
    await gate.open()
    const next = await contenders.leadsInsteadOf(leader)
    for (const id of ids) await comesToItsEnd(scenario, id, state)
    expect(await sentOnGoingOn(world, contenders, { former: leader, present: next })).toEqual([])
  } finally {
    // Where that failed, it would stand in the way of all that follow.
    await leader.operator.kill('SIGKILL')
  }
  return reached
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
  await eventually(() => scenario.isDone(id), { what, deadlineMs: 90_000 }).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${JSON.stringify(await scenario.state(id), null, 1)}`)
  })
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
