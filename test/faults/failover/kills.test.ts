/**
 * The leader is killed in the middle of an onboarding, of a rotation and of a sweep, at a call that the seed chooses;
 * then all operators are replaced in order, while tenants come. The next one goes on: in time, to the same end as
 * without a kill, and nothing is done twice. KILL_SEED begins with another seed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../builders/seeded-random.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { often } from '../../time/long.ts'
import { expectInvariants } from '../../watchers/invariants.ts'
import { TokenWatch } from '../../watchers/token-watch.ts'
import { Contenders, defaultPace } from './contenders.ts'
import { Group } from './group.ts'
import { KillCourse } from './kill-course.ts'
import { rollingUpdate } from './rolling-update.ts'

const quick = { leaseMs: 4_000, renewDeadlineMs: 3_500, retryMs: 400 }
const firstSeed = Number(process.env['KILL_SEED'] ?? 1)
/** All seeds with a short lease, as only what takes a lease takes longer with another one; and one with the defaults. */
const rounds = [
  { lease: 'a short lease', pace: quick, seeds: often({ usual: 1, long: 20 }) },
  { lease: 'the default lease', pace: defaultPace, seeds: 1 },
].slice(0, often({ usual: 1, long: 2 }))
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
  beforeAll(async () => {
    contenders = await Contenders.open(world, pace)
    if (course.groups.length === 0) await course.playUndisturbed(contenders)
  })
  afterAll(() => contenders?.close())

  test.each(Array.from({ length: seeds }, (_, at) => firstSeed + at))(
    'killed in mid-course, KILL_SEED=%i',
    { timeout: 400_000 },
    async seed => {
      await course.play(contenders, `lease${pace.leaseMs}seed${seed}`, seededRandom(seed))
    },
  )

  test('a rolling update under load', { timeout: 400_000 }, async () => {
    const group = new Group(world, `update${pace.leaseMs}`, 0)
    await group.open()
    const { tenants, longestWait, exitCodes } = await rollingUpdate(contenders, group, watch)
    const gaps = contenders.history.handovers()
    const told = gaps.map(ms => (ms / 1_000).toFixed(1)).join(' and ')
    process.stdout.write(
      `${tenants.length} tenants came; nobody led for ${told} s; one waited for ${longestWait.toFixed(1)} s\n`,
    )
    expect(exitCodes).toEqual([0, 0])
    expect(gaps.length).toBeGreaterThan(0)
    expect(Math.max(...gaps)).toBeLessThan(handoverMs)
    expect(watch.writes(group.name)).toEqual({ 1: tenants.length })
    const databases = tenants.map(tenant => group.databaseOf(tenant)).toSorted()
    for (const verb of ['CREATE', 'GRANT']) {
      expect((await databasesIn(verb)).filter(name => name.startsWith(`${group.name}_`)).toSorted()).toEqual(
        databases,
      )
    }
  })

  test('each process led once, and in time', () => {
    process.stdout.write(`${course.report()}\n`)
    expect(contenders.history.violations()).toEqual([])
    expect(Math.max(...course.takeovers.map(({ led }) => led))).toBeLessThan(takeoverS)
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
