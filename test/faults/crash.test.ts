/**
 * Nothing half-made: the operator is ended with SIGKILL at each of its external calls,
 * and started again. Whatever the moment, it must end in the very state that an undisturbed run ends in.
 */
import { afterAll, beforeAll, test } from 'vitest'
import { CrashCourse } from '../scenarios/crash-course.ts'
import {
  keyBumped,
  newConnection,
  newPartnerKey,
  newTenant,
  tenantDeleted,
} from '../scenarios/crash-scenarios.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import { startWorld, type World } from '../cluster/world.ts'

let world: World
let course: CrashCourse
let history: SecretHistory

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  history = await SecretHistory.start(world)
  course = await CrashCourse.open(world)
  await world.connect({ sweep: { grace: '0s', limit: 100_000 }, dropAfter: '0s' })
  const tenants = { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true }
  await world.apply(world.partnerKey('acme', { tenants }))
})
afterAll(async () => {
  await history.close()
  await world.close()
  await course.close()
})

test.each([
  ['a connection’s first reconcile', newConnection],
  ['a PartnerKey’s first reconcile', newPartnerKey],
  ['a tenant’s first reconcile', newTenant],
  ['a bump of the key version', keyBumped],
  ['a tenant’s deletion', tenantDeleted],
])('%s, stopped at each call, ends the same', { timeout: 400_000 }, (_name, make) => course.play(make(world)))

test('no invariant is broken in the end, and no Secret ever held a wrong token', async () => {
  process.stdout.write(`stopped by SIGKILL, and went on to the same end:\n  ${course.covered.join('\n  ')}\n`)
  await expectInvariants(world, {
    history,
    departed: course.ids.filter(id => id.includes('zqd')).map(id => `${id}_db`),
    readers: ['datalens'],
  })
})
