/** A rotation of both sides goes on from wherever the operator was killed, and makes no token twice. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../time/eventually.ts'
import { often } from '../time/long.ts'
import { Rotation } from '../scenarios/rotation.ts'
import { seededRandom } from '../builders/seeded-random.ts'
import { TokenWatch } from '../watchers/token-watch.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

const size = 500
/** Of each side's rotation. */
const kills = often({ usual: 6, long: 11 })
const seed = 20_260_501
let world: World
let watch: TokenWatch
let operator: RunningOperator

beforeAll(async () => {
  world = await startWorld()
  watch = await TokenWatch.start(world)
  operator = await world.startOperator()
  await world.connect()
})
afterAll(async () => {
  await watch.close()
  await world.close()
})

test(`${size} tenants, both sides rotated, the operator killed ${2 * kills} times`, {
  timeout: 400_000,
}, async () => {
  const random = seededRandom(seed)
  const batch = { percent: 3, interval: '0s' }
  const rotation = await Rotation.open(world, watch, {
    name: 'kill',
    tenants: size,
    spec: { rollout: { batch } },
  })

  await rotation.set({ keyVersion: 2 })
  const first = await killAlong('1:2', points(kills, random))
  await rotation.completes('1:2')
  await rotation.set({ keyVersion: 3, dataLens: rotation.dataLens(2) })
  const second = await killAlong('2:3', points(kills, random))
  await rotation.completes('2:3')
  // The last kill of each may come after the end.
  expect(first + second).toBeGreaterThanOrEqual(2 * kills - 2)

  expect(watch.holding('kill')).toEqual({ '2:3': size })
  expect(watch.tokens('kill')).toHaveLength(3 * size)
  expect(watch.mintedTwice('kill')).toEqual([])
  expect(watch.writes('kill')).toEqual({ 3: size })
  expect(watch.problems()).toEqual([])
})

/** How many tenants have moved at each kill: none at the first, and never so many that little is left to do. */
function points(count: number, random: () => number): readonly number[] {
  const drawn = Array.from({ length: count - 1 }, () => Math.floor(random() * size * 0.9))
  return [0, ...drawn.sort((a, b) => a - b)]
}

/** @returns how many of the kills found the rotation under way */
async function killAlong(pair: string, moved: readonly number[]): Promise<number> {
  let underWay = 0
  for (const point of moved) {
    const what = `${point} tenants have moved to ${pair}`
    await eventually(() => (watch.holding('kill')[pair] ?? 0) >= point, {
      what,
      deadlineMs: 60_000,
      everyMs: 5,
    })
    await operator.kill('SIGKILL')
    if ((watch.holding('kill')[pair] ?? 0) < size) underWay += 1
    operator = await world.startOperator()
  }
  return underWay
}
