/** No link half-made: as crash.test.ts, for embeds. */
import { afterAll, beforeAll, test } from 'vitest'
import { CrashCourse } from '../scenarios/crash-course.ts'
import { linkDue, newEmbed, paramsChanged, secretRenamed } from '../scenarios/embed-crash-scenarios.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { LinkHistory } from '../watchers/link-history.ts'
import { startWorld, type World } from '../cluster/world.ts'

let world: World
let course: CrashCourse
let history: LinkHistory

beforeAll(async () => {
  world = await startWorld({ replicas: 0 })
  history = await LinkHistory.start(world)
  course = await CrashCourse.open(world)
})
afterAll(async () => {
  await history.close()
  await world.close()
  await course.close()
})

test.each([
  ['an embed’s first reconcile', newEmbed],
  ['a refresh', linkDue],
  ['a change of the parameters', paramsChanged],
  ['a move to another name', secretRenamed],
])('%s, stopped at each call, ends the same', { timeout: 300_000 }, (_name, make) =>
  course.play(make({ world, history })),
)

test('no invariant is broken in the end, and no Secret ever held a link that did not fit', async () => {
  process.stdout.write(`stopped by SIGKILL, and went on to the same end:\n  ${course.covered.join('\n  ')}\n`)
  await history.caughtUp()
  await expectInvariants(world, { history, replicas: [] })
})
