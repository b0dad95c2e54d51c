/**
 * A copy of the cluster, made from a snapshot of its etcd, is started beside it on the same ClickHouse: it has the same
 * installation id, and its objects are of yesterday. Then what docs/troubleshooting.md says of it is done.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findCondition } from '../../../src/api/conditions.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { eventually } from '../../time/eventually.ts'

vi.setConfig({ testTimeout: 200_000, hookTimeout: 200_000 })
const forever = new AbortController().signal

let world: World
let copy: World
let copied: RunningOperator

beforeAll(async () => {
  world = await startWorld({ own: true })
  copy = await startWorld({ own: true, clickhouse: world.environment.clickhouse })
  // Whoever counts as gone would go at once.
  await world.connect({ sweep: { grace: '0s', limit: 1_000 } })
  await world.namespace('tenants')
  await world.apply(world.partnerKey(), aTenant('paying'), aTenant('leaving'))
  await world.startOperator()
  for (const name of ['paying', 'leaving']) await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
})
afterAll(async () => {
  await copy?.close()
  await world?.close()
})

const aTenant = (name: string): object => world.tenant(name, { database: `client_${name}` })

async function connectionOf(of: World) {
  return (await of.connections.get('datalens/default', forever)) ?? expect.fail('there is no connection')
}

async function readyIs(of: World, status: string, reason: string): Promise<string> {
  return await eventually(
    async () => {
      const ready = findCondition((await connectionOf(of)).status?.conditions, 'Ready')
      if (ready?.status === status && ready.reason === reason) return ready.message
      throw new Error(`Ready is ${ready?.status} ${ready?.reason}: ${ready?.message}`)
    },
    { what: `the connection is ${status} ${reason}`, deadlineMs: 90_000, everyMs: 250 },
  )
}

async function grantsAre(...databases: readonly string[]): Promise<void> {
  await eventually(
    async () => {
      expect(await world.grants()).toEqual(databases.map(name => `client_${name}`))
      return true
    },
    { what: 'the grants', deadlineMs: 60_000 },
  )
}

async function changes(since: number): Promise<readonly string[]> {
  const statements = (await world.clickhouse.statements()).slice(since)
  return statements.filter(({ verb }) => /^(CREATE|ALTER|DROP|GRANT|REVOKE)/.test(verb)).map(({ sql }) => sql)
}

test('both notice the other, and neither changes anything', async () => {
  const backup = join(world.environment.directory, 'snapshot')
  await world.plane.backUpEtcd(backup)
  const before = (await connectionOf(world)).status?.epochs?.at(-1)
  await world.apply(aTenant('since'))
  await world.tenantIs('tenants/since', 'True', 'Ready')
  await world.tenants.mergePatch('tenants/leaving', { spec: { access: 'Withheld' } }, forever)
  await grantsAre('paying', 'since')
  await eventually(async () => (await connectionOf(world)).status?.epochs?.at(-1) !== before, {
    what: 'it is on record that something was changed',
    deadlineMs: 60_000,
  })

  await copy.plane.restoreEtcd(backup)
  const since = (await world.clickhouse.statements()).length
  copied = await copy.startOperator()
  for (const each of [copy, world]) {
    const message = await readyIs(each, 'False', 'OperatedElsewhere')
    expect(message).toContain((await world.namespaces.get('/kube-system', forever))?.metadata.uid)
  }
  await world.apply(aTenant('late'))
  await world.tenantIs('tenants/late', 'False', 'ConnectionNotReady')
  await grantsAre('paying', 'since')
  expect(await changes(since)).toEqual([])
  expect((await world.judge('tenants', 'since-datalens')).ok).toBe(true)
})

test('the copy is stopped, and the other goes on by itself', async () => {
  const since = (await world.clickhouse.statements()).length
  await copied.stop()
  await readyIs(world, 'True', 'Ready')
  await world.tenantIs('tenants/late', 'True', 'Ready')
  await grantsAre('late', 'paying', 'since')
  expect((await changes(since)).filter(sql => !sql.includes('client_late'))).toEqual([])
})
