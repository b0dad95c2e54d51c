/**
 * The leader is killed, or stands still, in the middle of an onboarding, of a rotation and of a sweep, at a call that
 * the seed chooses; then all operators are replaced in order, while tenants come. The next one goes on: in time, to the
 * same end as without that, and nothing is done twice; who stood still sends nothing more. KILL_SEED begins with another
 * seed, and KILL_SEEDS says how many there are.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../builders/seeded-random.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { often } from '../../time/long.ts'
import { expectInvariants } from '../../watchers/invariants.ts'
import { TokenWatch } from '../../watchers/token-watch.ts'
import { Contenders, defaultPace } from './contenders.ts'
import { Group } from './group.ts'
import { KillCourse, report, type Mishaps, type Takeover } from './kill-course.ts'
import { rollingUpdate } from './rolling-update.ts'

/** In hours, the machine has other things to do now and then, and nobody should lose a lead by that. */
const quick = often({
  usual: { leaseMs: 4_000, renewDeadlineMs: 3_500, retryMs: 400 },
  long: { leaseMs: 8_000, renewDeadlineMs: 7_500, retryMs: 400 },
})
const firstSeed = Number(process.env['KILL_SEED'] ?? 1)
const count = Number(process.env['KILL_SEEDS'] ?? often({ usual: 1, long: 20 }))
/** All seeds with a short lease, as only what takes a lease takes longer with another one; and a few with the defaults. */
const rounds = [
  { lease: 'a short lease', pace: quick, seeds: count },
  { lease: 'the default lease', pace: defaultPace, seeds: Math.min(count, 3) },
].slice(0, often({ usual: 1, long: 2 }))
/** One in each stage that a group goes through. */
const courses = often<readonly Mishaps[]>({
  usual: [{ onboarding: 'killed', rotation: 'killed', sweep: 'halted' }],
  long: [
    { onboarding: 'killed', rotation: 'killed', sweep: 'killed' },
    { onboarding: 'halted', rotation: 'halted', sweep: 'halted' },
  ],
})
/** As it is promised, with the defaults. */
const takeoverS = 20
const handoverMs = 5_000

let world: World
let watch: TokenWatch
let course: KillCourse

beforeAll(async () => {
  world = await startWorld()
  watch = await TokenWatch.start(world)
  course = new KillCourse(world, watch)
  await world.connect({ sweep: { grace: '0s', limit: 100_000 }, dropAfter: '0s' })
})
afterAll(async () => {
  await watch?.close()
  await world?.close()
})

describe.each(rounds)('with $lease', ({ pace, seeds }) => {
  let contenders: Contenders
  const takeovers: Takeover[] = []
  beforeAll(async () => {
    contenders = await Contenders.open(world, pace)
    if (course.groups.length === 0) await course.playUndisturbed(contenders)
  })
  afterAll(() => contenders?.close())

  const plays = Array.from({ length: seeds }, (_, at) => firstSeed + at).flatMap(seed =>
    courses.map(mishaps => ({ seed, mishaps })),
  )
  const title =
    'in an onboarding $mishaps.onboarding, in a rotation $mishaps.rotation, in a sweep $mishaps.sweep, KILL_SEED=$seed'
  test.each(plays)(title, { timeout: 400_000 }, async ({ seed, mishaps }) => {
    const name = `lease${pace.leaseMs}${mishaps.sweep}${seed}`
    takeovers.push(...(await course.play(contenders, { name, mishaps }, seededRandom(seed))))
  })

  test('a rolling update under load', { timeout: 400_000 }, async () => {
    const group = new Group(world, `update${pace.leaseMs}`, 0)
    await group.open()
    const { tenants, longestWait, exitCodes, handovers } = await rollingUpdate(contenders, group, watch)
    const told = handovers.map(ms => (ms / 1_000).toFixed(1)).join(' and ')
    process.stdout.write(
      `${tenants.length} tenants came; the next one led ${told} s after SIGTERM; one waited for ${longestWait.toFixed(1)} s\n`,
    )
    expect(exitCodes).toEqual([0, 0])
    expect(handovers.length).toBeGreaterThan(0)
    expect(Math.max(...handovers)).toBeLessThan(handoverMs)
    expect(watch.writes(group.name)).toEqual({ 1: tenants.length })
    const databases = tenants.map(tenant => group.databaseOf(tenant)).toSorted()
    for (const verb of ['CREATE', 'GRANT']) {
      expect((await databasesIn(verb)).filter(name => name.startsWith(`${group.name}_`)).toSorted()).toEqual(
        databases,
      )
    }
  })

  test('each process led once, and in time', () => {
    process.stdout.write(`${report(takeovers)}\n`)
    expect(contenders.history.violations()).toEqual([])
    expect(Math.max(...takeovers.map(({ led }) => led))).toBeLessThan(takeoverS)
  })
})

test('nobody lost what was theirs, and what is told is so', async () => {
  const left = new Set(course.groups.flatMap(group => group.leaving.map(tenant => `${group.name}/${tenant}`)))
  const wrong = watch
    .problems()
    .filter(problem => ![...left].some(key => problem === `the Secret of ${key} was deleted`))
  expect(wrong).toEqual([])
  const departed = course.groups.flatMap(group => group.leaving.map(tenant => group.databaseOf(tenant)))
  expect([...new Set(await databasesIn('REVOKE'))].toSorted()).toEqual(departed.toSorted())
  await expectInvariants(world, { departed })
})

/** Of the tests' own, in all statements that begin so. */
async function databasesIn(verb: string): Promise<readonly string[]> {
  const statements = await world.clickhouse.statements()
  return statements
    .filter(({ sql, code }) => sql.startsWith(verb) && code === 0)
    .flatMap(({ sql }) => [...sql.matchAll(/`(\w+_t\d+)`/g)].map(([, database = '']) => database))
}
