/**
 * A reverted commit deletes 300 tenants. Nobody is cut off before a person has confirmed it, whatever happens to
 * the operator meanwhile, and applying them again leaves every token working: the new ones and those already pasted.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { annotations } from '../../src/api/labels.ts'
import { findCondition, type Condition } from '../../src/api/conditions.ts'
import { eventually } from '../time/eventually.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { reconciles } from '../watchers/operator-metrics.ts'
import { SecretHistory, type TokenVersion } from '../watchers/secret-history.ts'
import { settled } from '../watchers/settled.ts'
import { allTenantsReady, createTenants, deleteTenants } from '../scenarios/tenants.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

vi.setConfig({ testTimeout: 300_000 })

const forever = new AbortController().signal
const count = 300
const names = Array.from({ length: count }, (_, index) => `t${index}`)
const databases = names.map(name => `client_${name}`).sort()

let world: World
let history: SecretHistory
let operator: RunningOperator

beforeAll(async () => {
  world = await startWorld()
  history = await SecretHistory.start(world)
  operator = await world.startOperator()
  // Without a grace, nothing but the limit keeps the operator from acting.
  await world.connect({ sweep: { grace: '0s' } })
  await world.apply(world.partnerKey())
  await world.namespace('tenants')
  await createTenants(world, names)
  await allTenantsReady(world, count)
})
afterAll(async () => {
  await history.close()
  await world.close()
})

test('all are deleted at once: the sweep is held, and nobody is cut off', async () => {
  await deleteTenants(world, names)
  // The watch tells of them one by one, so the number grows.
  await eventually(async () =>
    (await sweepIs('True')).message.startsWith(`${count} tenants of namespace tenants are`),
  )
  await eventually(async () => (await tokenSecrets()) === 0, {
    what: 'the Secrets are collected',
    deadlineMs: 120_000,
    everyMs: 500,
  })
  await nobodyWasCutOff()
})

test('another number than the one that is held confirms nothing', async () => {
  await confirm(String(count - 1))
  await resyncConnection('wrong number')
  await sweepIs('True')
  await nobodyWasCutOff()
})

test('an operator that was killed and remembers nothing holds them too', async () => {
  await operator.kill('SIGKILL')
  operator = await world.startOperator()
  await resyncConnection('restarted')
  await settled(async () => (await connection())?.status)
  await sweepIs('True')
  await nobodyWasCutOff()
})

test('applied again, every tenant has a token, and every token that was pasted before still opens', async () => {
  const pasted = await history.tokens()
  expect(opened(pasted)).toEqual(databases)
  await createTenants(world, names)
  await allTenantsReady(world, count)
  await sweepIs('False')
  await nobodyWasCutOff()
  const tokens = await history.tokens()
  // Their Secrets went with the tenants, so these are other tokens, for the same databases.
  expect(opened(tokens.slice(count))).toEqual(databases)
  for (const { token, database } of [pasted[0], pasted.at(-1)].filter(version => version !== undefined)) {
    expect(await world.judgeText(token)).toMatchObject({ ok: true, database })
    expect(
      await world.sqlAsReader(`SELECT count() FROM system.tables WHERE database = '${database}'`),
    ).toEqual([['0']])
  }
  await expectInvariants(world, { history })
})

test('confirmed with the right number, all of them lose their access, and no data', async () => {
  await deleteTenants(world, names)
  await sweepIs('True')
  // The watch tells of them one by one, so perhaps not all of them are held yet.
  await confirm(String(count))
  await eventually(async () => (await world.grants()).length === 0, {
    what: 'no grant is left',
    deadlineMs: 60_000,
  })
  await sweepIs('False')
  expect(Object.keys(await world.marks()).sort()).toEqual(databases)
  await expectInvariants(world, { history, departed: databases })
})

test('even then, applying them again gives everybody access to what was theirs', async () => {
  await createTenants(world, names)
  await allTenantsReady(world, count)
  expect(await world.grants()).toEqual(databases)
  expect(opened((await history.tokens()).slice(2 * count))).toEqual(databases)
  await expectInvariants(world, { history })
})

async function nobodyWasCutOff(): Promise<void> {
  const statements = await world.clickhouse.statements()
  expect(statements.filter(({ verb }) => verb === 'REVOKE').map(({ sql }) => sql)).toEqual([])
  expect(await world.grants()).toEqual(databases)
}

async function connection() {
  return await world.connections.get('datalens/default', forever)
}

async function sweepIs(status: Condition['status']): Promise<Condition> {
  return await eventually(
    async () => {
      const held = findCondition((await connection())?.status?.conditions, 'SweepHeld')
      if (held?.status === status) return held
      throw new Error(`SweepHeld is ${held?.status}: ${held?.message}`)
    },
    { what: `SweepHeld is ${status}`, deadlineMs: 60_000 },
  )
}

async function confirm(what: string): Promise<void> {
  const patch = { metadata: { annotations: { [annotations.confirmSweep]: what } } }
  await world.connections.mergePatch('datalens/default', patch, forever)
}

async function resyncConnection(value: string): Promise<void> {
  const before = await reconciles(operator, 'connections')
  const patch = { metadata: { annotations: { [annotations.resync]: value } } }
  await world.connections.mergePatch('datalens/default', patch, forever)
  await eventually(async () => (await reconciles(operator, 'connections')) > before)
}

async function tokenSecrets(): Promise<number> {
  const labelSelector = 'lenskeeper.dev/tenant'
  return (await world.secrets.list({ namespace: 'tenants', labelSelector }, forever)).length
}

function opened(tokens: readonly TokenVersion[]): readonly string[] {
  return tokens.map(({ database }) => database ?? '').sort()
}
