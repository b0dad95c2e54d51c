/**
 * Two operators with elections: one works, the other takes over, and one that only thinks that it leads does nothing.
 * The times that this takes are tested with a virtual clock (test/runtime/leadership); leaders that are killed, replaced
 * or halted in the middle of their work are in the folder beside.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '../../src/api/object.ts'
import { eventually } from '../time/eventually.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'
import { metricOf } from '../watchers/operator-metrics.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

interface LeaseLike extends KubeObject {
  readonly spec: { readonly holderIdentity: string; readonly leaseTransitions: number }
}

/** An operator with its own way to the API server. */
interface Replica {
  readonly operator: RunningOperator
  readonly proxy: FaultProxy
}

const leadLost = 4
const flags = [
  '--leader-elect',
  '--leader-elect-lease-duration=6s',
  '--leader-elect-renew-deadline=5500ms',
  '--leader-elect-retry-period=300ms',
]

let world: World
const replicas: Replica[] = []

beforeAll(async () => {
  world = await startWorld()
  await world.connect()
  await world.namespace('tenants')
  await world.apply(world.partnerKey())
})
afterAll(async () => {
  await Promise.all(replicas.map(({ proxy }) => proxy.close()))
  await world?.close()
})

async function start(args: readonly string[] = flags): Promise<Replica> {
  const proxy = await FaultProxy.start(await world.operatorKubeconfig())
  const operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath, args })
  const replica = { operator, proxy }
  replicas.push(replica)
  return replica
}

async function leads({ operator }: Replica): Promise<void> {
  const what = `operator ${operator.pid} leads`
  await eventually(async () => (await metricOf(operator, 'lenskeeper_leader')) === 1, {
    what,
    deadlineMs: 60_000,
  })
}

async function lease(): Promise<LeaseLike> {
  const args = ['get', 'lease', 'lenskeeper', '--namespace', 'lenskeeper-system', '--output', 'json']
  return JSON.parse(await world.kubectl(args)) as LeaseLike
}

async function ended({ operator }: Replica): Promise<number | null> {
  await eventually(() => operator.exitCode !== undefined, { what: 'its end', deadlineMs: 60_000 })
  return operator.exitCode ?? null
}

async function statementsAbout(name: string): Promise<readonly string[]> {
  const statements = await world.clickhouse.statements()
  return statements.filter(({ sql }) => sql.includes(name)).map(({ sql }) => sql)
}

describe('two operators', () => {
  let one: Replica
  let other: Replica

  test('one works; the other is ready, and writes nothing', async () => {
    one = await start()
    await leads(one)
    other = await start()
    await world.apply(world.tenant('first', { database: 'first' }))
    await world.tenantIs('tenants/first', 'True', 'Ready')
    expect([await metricOf(other.operator, 'lenskeeper_leader'), other.proxy.writes()]).toEqual([0, []])
    expect((await fetch(`${other.operator.url}/readyz`)).status).toBe(200)
    const { metadata, spec } = await lease()
    expect(spec.leaseTransitions).toBe(0)
    const events = await world.kubectl([
      'get',
      'events.events.k8s.io',
      '--namespace',
      'lenskeeper-system',
      '--output',
      'json',
    ])
    const { items } = JSON.parse(events) as { readonly items: readonly Record<string, unknown>[] }
    expect(items.filter(({ reason }) => reason === 'LeaderElection')).toMatchObject([
      {
        regarding: { kind: 'Lease', uid: metadata.uid },
        note: expect.stringContaining(spec.holderIdentity) as string,
      },
    ])
  })

  test('SIGTERM while calls hang: they are aborted, the lead is given up, and the other does what is left', async () => {
    const posts = { method: 'POST', path: /\/namespaces\/tenants\/secrets$/ }
    one.proxy.inject({ kind: 'half-open' }, posts)
    await world.clickhouse.setFault(0, { kind: 'hang', matching: /CREATE DATABASE .at_clickhouse/ })
    await world.apply(
      world.tenant('at-api', { database: 'at_api' }),
      world.tenant('at-clickhouse', { database: 'at_clickhouse' }),
    )
    const hang = async (): Promise<boolean> =>
      one.proxy.requests(posts).some(({ fault }) => fault === 'half-open') &&
      (await world.clickhouse.heldBack(0)) > 0
    await eventually(hang, { what: 'both calls hang' })
    expect(await one.operator.stop()).toBe(0)
    await leads(other)
    expect((await lease()).spec.leaseTransitions).toBe(1)
    const log = one.operator.log()
    expect(log).toContain('"the lead was given up"')
    // As it would say had it waited for the deadlines of these calls.
    expect(log).not.toContain('"reconcile failed"')
    await world.clickhouse.setFault(0)
    for (const name of ['at-api', 'at-clickhouse']) await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
  })

  test('one that is cut off from the API server, and not from ClickHouse, stops; what the next one does stands', async () => {
    const next = await start()
    other.proxy.inject({ kind: 'half-open' })
    other.proxy.cutAll()
    await world.apply(
      world.tenant('first', { database: 'first', access: 'Withheld' }),
      world.tenant('late', { database: 'late' }),
    )
    expect(await ended(other)).toBe(leadLost)
    await leads(next)
    await world.tenantIs('tenants/late', 'True', 'Ready')
    await eventually(async () => !(await world.grants()).includes('first'), { what: 'the withheld access' })
    one = next
  })

  test('a Lease that is deleted is made again by the leader; one that a stranger takes is left to them for its time', async () => {
    const { metadata, spec } = await lease()
    await world.kubectl(['delete', 'lease', 'lenskeeper', '--namespace', 'lenskeeper-system'])
    const again = await eventually(lease, { what: 'the Lease' })
    expect([again.metadata.uid === metadata.uid, again.spec]).toMatchObject([
      false,
      { holderIdentity: spec.holderIdentity, leaseTransitions: spec.leaseTransitions },
    ])
    const stranger = JSON.stringify({ spec: { holderIdentity: 'stranger', leaseDurationSeconds: 1 } })
    const patch = [
      'patch',
      'lease',
      'lenskeeper',
      '--namespace',
      'lenskeeper-system',
      '--type=merge',
      '--patch',
      stranger,
    ]
    await world.kubectl(patch)
    expect(await ended(one)).toBe(leadLost)
    expect(one.operator.log()).toContain('stranger has taken it')
    other = await start()
    await leads(other)
    expect(await other.operator.stop()).toBe(0)
  })
})

test('without elections, too, an operator that does not hear from the API server sends nothing to ClickHouse', async () => {
  const { operator, proxy } = await start([
    '--leader-elect-renew-deadline=1s',
    '--leader-elect-retry-period=100ms',
  ])
  // Longer than the silence may last.
  await world.clickhouse.setFault(0, { kind: 'delay', ms: 3_000, matching: /CREATE DATABASE .alone/ })
  await world.apply(world.tenant('alone', { database: 'alone' }))
  await eventually(async () => (await world.clickhouse.heldBack(0)) > 0, { what: 'the first statement' })
  proxy.inject({ kind: 'half-open' })
  proxy.cutAll()
  const refused = { code: 'aborted' }
  await eventually(
    async () => (await metricOf(operator, 'lenskeeper_clickhouse_statements_total', refused)) > 0,
    { what: 'a statement that is held back' },
  )
  expect((await statementsAbout('alone')).filter(sql => sql.startsWith('GRANT'))).toEqual([])
  proxy.heal()
  proxy.cutAll()
  await world.tenantIs('tenants/alone', 'True', 'Ready')
})
