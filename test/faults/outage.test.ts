/**
 * ClickHouse away, in part or whole, and the API server in trouble: whoever was served stays served, whoever
 * leaves is gone at once and loses access when that can be done, and all mends itself.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { findCondition, type Condition } from '../../src/api/conditions.ts'
import { eventually } from '../time/eventually.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { metricOf, reconciles } from '../watchers/operator-metrics.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import { pairOfToken } from '../../src/tenancy/pair.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

vi.setConfig({ testTimeout: 300_000 })

const forever = new AbortController().signal
const replicas = [0, 1, 2]

let world: World
let proxy: FaultProxy
let history: SecretHistory
let operator: RunningOperator
const departed: string[] = []
let round = 0
let readySince: string | undefined

beforeAll(async () => {
  world = await startWorld({ replicas: replicas.length, own: true })
  proxy = await FaultProxy.start(await world.operatorKubeconfig())
  history = await SecretHistory.start(world)
  operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath })
  await world.connect({ sweep: { limit: 1000 } })
  await world.apply(world.partnerKey())
  await world.namespace('tenants')
})
afterAll(async () => {
  await history.close()
  await world.close()
  await proxy.close()
})

/** Names of this test's own, so that no test depends on what another left. */
const own = (name: string): string => `${name}-${round}`
const databaseOf = (name: string): string => own(name).replaceAll('-', '_')

async function add(name: string): Promise<void> {
  await world.apply(world.tenant(own(name), { database: databaseOf(name) }))
}

async function remove(name: string): Promise<void> {
  departed.push(databaseOf(name))
  await world.tenants.delete(`tenants/${own(name)}`, {}, forever)
}

beforeEach(async () => {
  round += 1
  for (const name of ['stays', 'leaves']) await add(name)
  await world.tenantIs(`tenants/${own('leaves')}`, 'True', 'Ready')
  const stays = await world.tenantIs(`tenants/${own('stays')}`, 'True', 'Ready')
  readySince = findCondition(stays.status?.conditions, 'Ready')?.lastTransitionTime
  await world.sql(`CREATE TABLE ${databaseOf('stays')}.t (x UInt8) ENGINE = MergeTree ORDER BY x`)
})
afterEach(async () => {
  await connectionSays('Reachable', 'True')
  await expectInvariants(world, { history, departed })
})

describe('ClickHouse', () => {
  test('one of three endpoints is gone: who is served stays so, who is new waits, who leaves is gone', async () => {
    await world.clickhouse.stopReplica(2)
    await connectionSays('Reachable', 'False')
    await connectionSays('Ready', 'True')
    const status = (await world.connections.get('datalens/default', forever))?.status
    expect(status?.reachableEndpoints).toBe('2/3')

    await add('late')
    await world.tenantIs(`tenants/${own('late')}`, 'False', 'ConnectionNotReady')
    // Renewing goes on. Whoever holds no token needs every endpoint, also one that had a token before.
    await world.secrets.delete(`tenants/${own('leaves')}-datalens`, {}, forever)
    await world.tenantIs(`tenants/${own('leaves')}`, 'False', 'ConnectionNotReady')
    const rollout = { batch: { percent: 100, interval: '0s' } }
    await world.partnerKeys.mergePatch('datalens/acme', { spec: { keyVersion: 2, rollout } }, forever)
    await eventually(async () => pairOfToken(atob((await secretOf('stays')) ?? ''))?.partner === 2)
    expect(await secretOf('leaves')).toBeUndefined()
    await remove('leaves')
    expect(await world.tenants.get(`tenants/${own('leaves')}`, forever)).toBeUndefined()
    await grantIs('leaves', false, [0, 1])
    await staysReady()
    expect(await secretOf('late')).toBeUndefined()

    await world.clickhouse.startReplica(2)
    await world.tenantIs(`tenants/${own('late')}`, 'True', 'Ready')
    await grantIs('leaves', false, replicas)
  })

  test('one endpoint comes back empty: it is filled, by everybody and for the same reader', async () => {
    const token = await secretOf('stays')
    await world.clickhouse.emptyReplica(1)
    await grantIs('stays', true, replicas)
    await eventually(async () => (await world.sqlAsReader('SELECT 1 AS a', 1)).length === 1)
    const marks = await Promise.all(replicas.map(replica => world.marks(replica)))
    expect(marks[1]?.[databaseOf('stays')]).toBe(marks[0]?.[databaseOf('stays')])
    await staysReady()
    expect(await secretOf('stays')).toBe(token)
    await eventually(async () => Object.keys(await world.marks(1)).includes(databaseOf('leaves')))
  })

  test('one endpoint answers nothing for a while: nothing is lost and nobody becomes unready', async () => {
    world.clickhouse.freezeReplica(0)
    await connectionSays('Reachable', 'False')
    await remove('leaves')
    await add('late')
    await world.tenantIs(`tenants/${own('late')}`, 'False', 'ConnectionNotReady')
    await grantIs('leaves', false, [1, 2])
    await staysReady()
    world.clickhouse.thawReplica(0)
    await world.tenantIs(`tenants/${own('late')}`, 'True', 'Ready')
    await grantIs('leaves', false, replicas)
  })

  test('all of it is gone: conditions say so, and it recovers by itself', async () => {
    const token = await secretOf('stays')
    const before = await world.tenants.get(`tenants/${own('stays')}`, forever)
    await Promise.all(replicas.map(replica => world.clickhouse.killReplica(replica)))
    const ready = await connectionSays('Ready', 'False')
    expect(ready.reason).toBe('Unreachable')
    await add('late')
    await world.tenantIs(`tenants/${own('late')}`, 'False', 'ConnectionNotReady')
    await remove('leaves')
    expect(await world.tenants.get(`tenants/${own('leaves')}`, forever)).toBeUndefined()
    await eventually(async () => (await secretOf('leaves')) === undefined)
    // Not a single status is written for those that are served.
    const after = await world.tenants.get(`tenants/${own('stays')}`, forever)
    expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion)
    // Nor does a restart meanwhile change anything.
    await operator.kill('SIGKILL')
    operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath })

    await Promise.all(replicas.map(replica => world.clickhouse.startReplica(replica)))
    await world.tenantIs(`tenants/${own('late')}`, 'True', 'Ready')
    await connectionSays('Ready', 'True')
    expect(await secretOf('stays')).toBe(token)
    // The operator that saw it go was killed, so the grace has to pass. A person may shorten it.
    await world.connections.mergePatch(
      'datalens/default',
      { spec: { sweep: { grace: '0s', limit: 1000 } } },
      forever,
    )
    await grantIs('leaves', false, replicas)
  })

  test('answers that are lost, refused or say that it is busy are tried again until they are true', async () => {
    await world.clickhouse.setFault(
      0,
      { kind: 'loseAnswer', matching: /CREATE DATABASE/, times: 1 },
      { kind: 'error', code: 202, symbol: 'TOO_MANY_SIMULTANEOUS_QUERIES', matching: /^GRANT/, times: 2 },
    )
    await world.clickhouse.setFault(
      1,
      { kind: 'drop', matching: /CREATE DATABASE/, times: 1 },
      { kind: 'loseAnswer', matching: /^GRANT/, times: 1 },
    )
    await world.clickhouse.setFault(2, { kind: 'error', code: 159, matching: /CREATE DATABASE/, times: 1 })
    await add('late')
    await world.tenantIs(`tenants/${own('late')}`, 'True', 'Ready')
    await world.clickhouse.setFault(0, { kind: 'loseAnswer', matching: /^REVOKE/, times: 1 })
    await remove('late')
    await grantIs('late', false, replicas)
    for (const replica of replicas) await world.clickhouse.setFault(replica)
  })
})

describe('the API server', () => {
  afterEach(() => proxy.heal())

  /** Whatever happened, a tenant that comes now is served, and one that goes loses its access. */
  async function goesOn(): Promise<void> {
    await add('late')
    await world.tenantIs(`tenants/${own('late')}`, 'True', 'Ready')
    if (await world.tenants.get(`tenants/${own('leaves')}`, forever)) await remove('leaves')
    await grantIs('leaves', false, replicas)
    await staysReady()
  }

  test('crashes and comes back', async () => {
    await world.plane.restartApiServer({ graceMs: 0 })
    await goesOn()
  })

  test('cuts every watch and connection, again and again', async () => {
    for (let time = 0; time < 5; time++) {
      proxy.cutAll()
      await eventually(() => proxy.openWatches > 0)
    }
    proxy.endWatches()
    await goesOn()
  })

  test('answers 429 and 500 to everything for a while, in the middle of work', async () => {
    proxy.inject({ kind: 'status', status: 429, retryAfterSeconds: 1 }, { method: ['POST', 'PATCH'] }, 6)
    proxy.inject({ kind: 'status', status: 500 }, {}, 12)
    proxy.cutAll()
    await goesOn()
  })

  test('takes the token for expired, and then not', async () => {
    proxy.inject({ kind: 'status', status: 401 }, {}, 15)
    proxy.cutAll()
    await goesOn()
  })

  test('tells of a Secret that went with its tenant before it tells of the tenant: no token is made anew', async () => {
    const watched = { watch: true, path: /\/connectortenants$/ }
    proxy.inject({ kind: 'mute' }, watched)
    proxy.cutAll()
    await eventually(() => proxy.requests(watched).some(({ fault }) => fault === 'mute'))
    const minted = await metricOf(operator, 'lenskeeper_tokens_minted_total')
    const looks = await reconciles(operator, 'tenants')
    await remove('leaves')
    await eventually(async () => (await secretOf('leaves')) === undefined)
    await eventually(async () => (await reconciles(operator, 'tenants')) > looks)
    expect(await metricOf(operator, 'lenskeeper_tokens_minted_total')).toBe(minted)
    proxy.heal()
    proxy.cutAll()
    await goesOn()
    expect(await secretOf('leaves')).toBeUndefined()
  })

  test('carries writes out and loses the answers', async () => {
    proxy.inject({ kind: 'lost-answer' }, { method: ['POST', 'PUT', 'PATCH'] }, 5)
    await goesOn()
    const labelSelector = `lenskeeper.dev/tenant=${own('late')}`
    expect(await world.secrets.list({ namespace: 'tenants', labelSelector }, forever)).toHaveLength(1)
  })
})

async function connectionSays(type: 'Ready' | 'Reachable', status: Condition['status']): Promise<Condition> {
  return await eventually(
    async () => {
      const connection = await world.connections.get('datalens/default', forever)
      const found = findCondition(connection?.status?.conditions, type)
      if (found?.status === status && found.message !== '') return found
      throw new Error(`it is ${found?.status} ${found?.reason}: ${found?.message}`)
    },
    { what: `the connection is ${type}=${status}`, deadlineMs: 90_000 },
  )
}

async function grantIs(name: string, there: boolean, on: readonly number[]): Promise<void> {
  await eventually(
    async () => {
      const grants = await Promise.all(on.map(replica => world.grants(replica)))
      return grants.every(granted => granted.includes(databaseOf(name)) === there)
    },
    { what: `${databaseOf(name)} may ${there ? '' : 'not '}be read`, deadlineMs: 90_000 },
  )
}

/** Ready all the time: had it been unready meanwhile, the transition time would be another. */
async function staysReady(): Promise<void> {
  const tenant = await world.tenants.get(`tenants/${own('stays')}`, forever)
  const ready = findCondition(tenant?.status?.conditions, 'Ready')
  expect(ready).toMatchObject({ status: 'True', reason: 'Ready' })
  expect(ready?.lastTransitionTime).toBe(readySince)
}

async function secretOf(name: string): Promise<string | undefined> {
  const secret = await world.secrets.get(`tenants/${own(name)}-datalens`, forever)
  return secret?.data?.['token']
}
