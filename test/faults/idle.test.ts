/** Idle means idle: what is as it should be costs no write, and looking at it costs the same for 30 as for 300. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { annotations } from '../../src/api/labels.ts'
import { dataOf } from '../../src/api/core-objects.ts'
import { eventually } from '../time/eventually.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { metricOf, reconciles } from '../watchers/operator-metrics.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import { settled } from '../watchers/settled.ts'
import { sideBySide } from '../scenarios/side-by-side.ts'
import { allTenantsReady, createTenants } from '../scenarios/tenants.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

vi.setConfig({ testTimeout: 400_000 })

const forever = new AbortController().signal
const few = 30
const many = 300
const resyncs = 10

let world: World
let proxy: FaultProxy
let history: SecretHistory
let operator: RunningOperator
let queriesOfFew = 0

beforeAll(async () => {
  world = await startWorld()
  proxy = await FaultProxy.start(await world.operatorKubeconfig())
  history = await SecretHistory.start(world)
  operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath })
  // So seldom that every look in here is one that the test asked for.
  await world.connect({ syncInterval: '1h' })
  await world.apply(world.partnerKey())
  await world.namespace('tenants')
})
afterAll(async () => {
  await history.close()
  await world.close()
  await proxy.close()
})

test(`${few} tenants: ten forced resyncs write nothing`, async () => {
  await tenantsUpTo(few)
  queriesOfFew = await queriesOfResyncs(few)
})

test(`${many} tenants: ten forced resyncs write nothing, and ask ClickHouse no more than ${few} did`, async () => {
  await tenantsUpTo(many)
  const queries = await queriesOfResyncs(many)
  process.stdout.write(
    `ClickHouse queries a resync: ${queriesOfFew} with ${few} tenants, ${queries} with ${many}\n`,
  )
  expect(queries).toBeGreaterThan(0)
  expect(queries).toBeLessThanOrEqual(queriesOfFew)
})

test('a restart re-mints nothing and writes nothing', async () => {
  const before = await tokens()
  expect(before.size).toBe(many)
  await operator.stop()
  proxy.forget()
  const { access, ddl } = await world.clickhouse.statistics()
  operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath })
  await allLookedAt(many)
  expect(writes()).toEqual([])
  expect(await world.clickhouse.statistics()).toMatchObject({ access, ddl })
  expect(await metricOf(operator, 'lenskeeper_tokens_minted_total')).toBe(0)
  expect(await tokens()).toEqual(before)
})

test('no invariant is broken', () => expectInvariants(world, { history }))

async function tenantsUpTo(count: number): Promise<void> {
  const have = (await world.tenants.list({}, forever)).length
  await createTenants(
    world,
    Array.from({ length: count - have }, (_, index) => `t${have + index}`),
  )
  await allTenantsReady(world, count)
  await settled(() => writes().length)
}

/**
 * Has all objects looked at again, ten times, and expects no write.
 * @returns the most queries that a round took: one that comes close after another shares its reading, and takes fewer
 */
async function queriesOfResyncs(count: number): Promise<number> {
  // The connection's status tells how many databases there are; its next look writes that.
  await resyncAll('first', count)
  await settled(() => writes().length)
  proxy.forget()
  const { ddl, access } = await world.clickhouse.statistics()
  const queries: number[] = []
  for (let round = 0; round < resyncs; round++) {
    const before = await world.clickhouse.statistics()
    await resyncAll(`round ${round}`, count)
    queries.push((await world.clickhouse.statistics()).queries - before.queries)
  }
  expect(writes()).toEqual([])
  expect(await world.clickhouse.statistics()).toMatchObject({ ddl, access })
  return Math.max(...queries)
}

/** Resolves when every object has been looked at anew. */
async function resyncAll(name: string, count: number): Promise<void> {
  const looks = await looksTaken()
  await resync(`${name} of ${count}`)
  await eventually(
    async () => {
      const now = await looksTaken()
      const allTenants = now.tenants >= looks.tenants + count
      return allTenants && now.connections > looks.connections && now.partnerKeys > looks.partnerKeys
    },
    { what: 'every object has been looked at again', deadlineMs: 60_000 },
  )
}

async function resync(value: string): Promise<void> {
  const patch = { metadata: { annotations: { [annotations.resync]: value } } }
  await world.connections.mergePatch('datalens/default', patch, forever)
  await world.partnerKeys.mergePatch('datalens/acme', patch, forever)
  const tenants = await world.tenants.list({}, forever)
  await sideBySide(tenants, 16, ({ metadata }) =>
    world.tenants.mergePatch(`${metadata.namespace}/${metadata.name}`, patch, forever),
  )
}

async function looksTaken() {
  const [tenants, connections, partnerKeys] = await Promise.all(
    ['tenants', 'connections', 'partner keys'].map(controller => reconciles(operator, controller)),
  )
  return { tenants: tenants ?? 0, connections: connections ?? 0, partnerKeys: partnerKeys ?? 0 }
}

async function allLookedAt(count: number): Promise<void> {
  await eventually(
    async () => {
      const { tenants, connections, partnerKeys } = await looksTaken()
      return tenants >= count && connections > 0 && partnerKeys > 0
    },
    { what: 'every object has been looked at', deadlineMs: 60_000 },
  )
  await settled(looksTaken, { forMs: 2_000 })
}

/** Without the lease, which is renewed at rest too. */
function writes(): readonly string[] {
  return proxy.writes().filter(call => !call.includes('/leases'))
}

async function tokens(): Promise<ReadonlyMap<string, string | undefined>> {
  const labelSelector = 'lenskeeper.dev/tenant'
  const secrets = await world.secrets.list({ namespace: 'tenants', labelSelector }, forever)
  return new Map(secrets.map(secret => [secret.metadata.name, dataOf(secret, 'token')]))
}
