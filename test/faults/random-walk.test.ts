/**
 * A random walk over a few tenants, namespaces and databases, on two replicas. Steps do not wait for one another's
 * effects; now and then the walk pauses, and then everything must be as it should, and must have been all along.
 * WALK_SEED repeats a walk, WALK_STEPS makes it longer (docs/testing.md).
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../time/eventually.ts'
import { often } from '../time/long.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { wrongEver, wrongNow } from './random-walk/oracle.ts'
import { stepsOf, type Step } from './random-walk/steps.ts'
import { Walker } from './random-walk/walker.ts'

const seed = Number(process.env['WALK_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const count = Number(process.env['WALK_STEPS'] ?? often({ usual: 1_200, long: 10_000 }))
const stepsARound = 170

let world: World
let history: SecretHistory
let walker: Walker

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  await world.connect({ sweep: { grace: '0s', limit: 100_000 } })
  const tenants = { namespaces: { from: 'All' }, databases: ['walk*'], allowDrop: true }
  await world.apply(world.partnerKey('acme', { tenants }))
  await world.namespace('left')
  await world.namespace('right')
  history = await SecretHistory.start(world)
  const start = (): Promise<RunningOperator> => world.startOperator()
  walker = new Walker(world, start, await start())
  await world.apply(world.tenant('first', { database: 'walk_first' }, 'left'))
  await world.tenantIs('left/first', 'True', 'Ready', 120_000)
})
afterAll(async () => {
  await history?.close()
  await world?.close()
})

test(`a walk of ${count} steps with WALK_SEED=${seed} keeps every database with its owner`, {
  timeout: 60_000 + count * 200,
}, async () => {
  const steps = stepsOf(seed, count)
  for (let from = 0; from < count; from += stepsARound) {
    walker.round += 1
    const round = steps.slice(from, from + stepsARound)
    for (const step of round) await walker.take(step)
    await walker.settle()
    await atRest(from, round)
  }
  const swaps = new Set(
    steps.flatMap(step => (step.kind === 'swapSecrets' ? [`${step.tenant}-datalens`] : [])),
  )
  const told = new Set<string>()
  const again = (token: { key: string; token: string }): boolean => {
    const known = told.has(token.token)
    told.add(token.token)
    return known && swaps.has(token.key)
  }
  expect(await wrongEver(walker, history, again)).toEqual([])
  expect((await history.tokens()).length).toBeGreaterThan(count / 100)
})

/** Fails with the seed, the place in the walk, and what is wrong. */
async function atRest(from: number, round: readonly Step[]): Promise<void> {
  let wrong: readonly string[] = []
  const look = async (): Promise<boolean> => {
    wrong = await wrongNow(walker)
    if (wrong.length > 0) await walker.look()
    return wrong.length === 0
  }
  await eventually(look, { deadlineMs: 60_000, everyMs: 400 }).catch(() => {
    const tail = round.slice(-40).map(step => JSON.stringify(step))
    throw new Error(
      `WALK_SEED=${seed}, steps ${from} to ${from + round.length}:\n${wrong.join('\n')}\nafter\n${tail.join('\n')}`,
    )
  })
}
