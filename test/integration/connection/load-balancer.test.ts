/** A load balancer is put before the servers of a fleet, and taken away again. Nobody hears that data are lost. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findCondition } from '../../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { dataOf } from '../../../src/api/core-objects.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { untilReadyIs } from '../../cluster/until-ready-is.ts'
import { always, inTurn, LoadBalancer } from '../../proxies/load-balancer.ts'
import { follow } from '../../watchers/follow.ts'

vi.setConfig({ testTimeout: 180_000 })
const forever = new AbortController().signal
const deadlineMs = 120_000
let world: World
let balancer: LoadBalancer

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  balancer = await LoadBalancer.start(world.environment.clickhouse.endpoints, always(0))
})
afterAll(async () => {
  await world?.close()
  await balancer?.close()
})

async function connectionIs(status: 'True' | 'False', reason: string) {
  return await untilReadyIs(world.connections, 'datalens/default', { status, reason, deadlineMs })
}

test('a balancer between: told on the connection, and no tenant is lost, made unready or served by half', async () => {
  const reasons = new Map<string, Set<string>>()
  const note = ({ object }: { readonly object: ConnectorTenant }): void => {
    const { name } = object.metadata
    const told = reasons.get(name) ?? new Set()
    const ready = findCondition(object.status?.conditions, 'Ready')
    reasons.set(name, ready === undefined ? told : told.add(`${ready.status} ${ready.reason}`))
  }
  const ending = new AbortController()
  await world.connect({ endpoints: [balancer.url] })
  await world.namespace('tenants')
  await world.apply(world.partnerKey(), world.tenant('served', { database: 'client_served' }))
  const { ended } = await follow(
    world.tenants.listWatch({ namespace: 'tenants' }),
    { note, onGap: 'relist' },
    ending.signal,
  )
  await world.startOperator()
  await world.tenantIs('tenants/served', 'True', 'Ready', deadlineMs)
  reasons.clear()
  const secretName = 'served-datalens'
  const token = async (name: string) => {
    const secret = await world.secrets.get(`tenants/${name}`, forever)
    return secret === undefined ? undefined : dataOf(secret, 'token')
  }
  const before = await token(secretName)
  expect(before).toBeDefined()

  balancer.choose = inTurn
  await connectionIs('False', 'SeveralServers')
  await world.apply(world.tenant('late', { database: 'client_late' }))
  await world.tenantIs('tenants/late', 'False', 'ConnectionNotReady', deadlineMs)
  expect(Object.keys({ ...(await world.marks(0)), ...(await world.marks(1)) })).toEqual(['client_served'])
  expect([...(reasons.get('served') ?? [])]).not.toContain('False DatabaseLost')
  expect((await world.tenants.get('tenants/served', forever))?.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'True' }),
  )

  // As the message says: one address for each.
  const { endpoints } = world.environment.clickhouse
  await world.kubectl([
    'patch',
    'chconn',
    'default',
    '-n',
    'datalens',
    '--type=merge',
    '-p',
    JSON.stringify({ spec: { endpoints } }),
  ])
  await connectionIs('True', 'Ready')
  await world.tenantIs('tenants/late', 'True', 'Ready', deadlineMs)
  await world.tenantIs('tenants/served', 'True', 'Ready', deadlineMs)
  for (const replica of [0, 1])
    expect(Object.keys(await world.marks(replica))).toEqual(['client_late', 'client_served'])
  expect(await token(secretName)).toBe(before)
  ending.abort()
  await ended
  const told = [...reasons.values()].flatMap(each => [...each])
  expect(told.filter(reason => /DatabaseLost|DatabaseOwnedElsewhere|DatabaseUnmarked/.test(reason))).toEqual(
    [],
  )
})
