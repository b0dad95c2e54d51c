/** Two YAML files become a working token, on a real API server and a real engine, under deploy/'s ServiceAccount. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf } from '../../src/api/core-objects.ts'
import { annotations, labels } from '../../src/api/labels.ts'
import { alerts } from '../../src/monitoring/alerts.ts'
import { rows } from '../../src/monitoring/dashboard/dashboard.ts'
import { selectorsIn } from '../monitoring/selectors.ts'
import { eventually } from '../time/eventually.ts'
import { metricOf } from '../watchers/operator-metrics.ts'
import { labelsTold } from '../watchers/scraped.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

const forever = new AbortController().signal
const startedAt = Date.now()
/** Without what picks out operators, as Prometheus adds those labels. */
const dashboardQueries = rows
  .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries))
  .map(({ expr }) => expr.replaceAll(/\$of,? ?/g, ''))
let world: World
let operator: RunningOperator

beforeAll(async () => {
  world = await startWorld()
  operator = await world.startOperator()
  await world.connect()
  await world.apply(world.partnerKey())
  await world.namespace('tenants')
})
afterAll(() => world.close())

describe('from YAML to a token', () => {
  test('a tenant gets a database, a grant, and a Secret whose token opens exactly that database', async () => {
    await world.apply(
      world.tenant('one', { database: 'client_one' }),
      world.tenant('two', { database: 'client_two' }),
    )
    const tenant = await world.tenantIs('tenants/one', 'True', 'Ready')
    await world.tenantIs('tenants/two', 'True', 'Ready')
    expect(tenant.status?.token?.pair).toBe('1:1')

    expect(await world.judge('tenants', 'one-datalens')).toEqual({
      ok: true,
      database: 'client_one',
      dataLensKeyVersion: '1',
      partnerKeyVersion: '1',
    })
    await world.sql('CREATE TABLE client_one.t (x UInt8) ENGINE = MergeTree ORDER BY x')
    await world.sql('INSERT INTO client_one.t VALUES (1), (2)')
    expect(await world.sqlAsReader('SELECT count() FROM client_one.t')).toEqual([['2']])
    await expect(world.sqlAsReader('SELECT * FROM system.users')).rejects.toThrow()
    expect(await world.grants()).toEqual(expect.arrayContaining(['client_one', 'client_two']))
  })

  test('the Secret tells what it is and whose', async () => {
    const secret = await world.secrets.get('tenants/one-datalens', forever)
    const tenant = await world.tenants.get('tenants/one', forever)
    expect(secret?.type).toBe('lenskeeper.dev/connector-token')
    expect(Object.keys(secret?.data ?? {}).sort()).toEqual([
      'dataLensKeyVersion',
      'database',
      'partnerKeyVersion',
      'token',
    ])
    expect(secret?.metadata.labels).toMatchObject({
      [labels.managedBy]: 'lenskeeper',
      [labels.tenant]: 'one',
      [labels.partnerKey]: 'acme',
    })
    expect(secret?.metadata.annotations?.[annotations.owner]).toBe('ConnectorTenant/tenants/one')
    expect(secret?.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([tenant?.metadata.uid])
  })

  test('conditions and columns say so', async () => {
    const table = await world.kubectl(['get', 'ctenant', '-n', 'tenants'])
    expect(table).toMatch(/NAME\s+DATABASE\s+KEY\s+DL:PK\s+READY\s+REASON\s+AGE/)
    expect(table).toMatch(/one\s+client_one\s+acme\s+1:1\s+True\s+Ready/)
    await eventually(
      async () =>
        /default\s+1\/1\s+ReaderVerified\s+NothingToSweep\s+NothingRefused\s+True\s+Ready\s+\S+\s+2\d\.\S+\s+datalens\s+2\s+0/.test(
          await world.kubectl(['get', 'chconn', '-n', 'datalens', '-o', 'wide']),
        ),
      { what: 'the connection counts its databases' },
    )
    expect(await world.kubectl(['get', 'pkey', '-n', 'datalens'])).toMatch(/acme\s+1:1\s+Complete/)
  })
})

describe('what it is watched by', () => {
  test('the alerts and the dashboard ask for what a running operator tells', async () => {
    const told = await labelsTold(operator)
    const asked = [...alerts.map(({ expr }) => expr), ...dashboardQueries].flatMap(selectorsIn)
    expect(asked.length).toBeGreaterThan(50)
    expect(asked.map(({ metric }) => metric).filter(metric => !told.has(metric))).toEqual([])
    const unknown = asked.flatMap(({ metric, matchers }) => {
      const labels = told.get(metric) ?? new Set()
      return labels.size === 0 ? [] : matchers.map(({ label }) => label).filter(label => !labels.has(label))
    })
    expect(unknown).toEqual([])
  })

  test('the connection is ready, and was synced just now', async () => {
    const of = { connection: 'datalens/default' }
    expect(await metricOf(operator, 'lenskeeper_connection_ready', of)).toBe(1)
    const synced = await metricOf(operator, 'lenskeeper_connection_last_sync_timestamp_seconds', of)
    expect(synced).toBeGreaterThan(startedAt / 1000)
  })
})

describe('a Secret that was tampered with is put right with the same token', () => {
  const token = async (name = 'one-datalens'): Promise<string | undefined> => {
    const secret = await world.secrets.get(`tenants/${name}`, forever)
    return secret === undefined ? undefined : dataOf(secret, 'token')
  }

  test('an edited field', async () => {
    const before = await token()
    await world.secrets.mergePatch('tenants/one-datalens', { data: { database: 'eA==' } }, forever)
    await eventually(async () => {
      const secret = await world.secrets.get('tenants/one-datalens', forever)
      return secret !== undefined && dataOf(secret, 'database') === 'client_one'
    })
    expect(await token()).toBe(before)
  })

  test('a token swapped for another tenant’s is made anew, as whose it was cannot be known', async () => {
    const other = await token('two-datalens')
    await world.secrets.mergePatch(
      'tenants/one-datalens',
      { data: { token: Buffer.from(other ?? '').toString('base64') } },
      forever,
    )
    await eventually(async () => (await token()) !== other)
    expect(await world.judge('tenants', 'one-datalens')).toMatchObject({ ok: true, database: 'client_one' })
  })

  test('a deleted Secret comes back', async () => {
    await world.secrets.delete('tenants/one-datalens', {}, forever)
    await eventually(() => token())
    expect(await world.judge('tenants', 'one-datalens')).toMatchObject({ ok: true, database: 'client_one' })
  })

  test('a Secret renamed in the spec keeps its token', async () => {
    const before = await token('two-datalens')
    await world.tenants.mergePatch('tenants/two', { spec: { secret: { name: 'my-token' } } }, forever)
    await eventually(
      async () => (await token('my-token')) === before && (await token('two-datalens')) === undefined,
    )
    await world.tenantIs('tenants/two', 'True')
  })

  test('a Secret of that name that is not ours is left alone', async () => {
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'taken', namespace: 'tenants' },
      stringData: { mine: 'yes' },
    })
    await world.apply(world.tenant('three', { database: 'client_three', secret: { name: 'taken' } }))
    await world.tenantIs('tenants/three', 'False', 'SecretConflict')
    expect(Object.keys((await world.secrets.get('tenants/taken', forever))?.data ?? {})).toEqual(['mine'])
  })
})

describe('access', () => {
  test('withheld and granted again, with the same token', async () => {
    await world.tenants.mergePatch('tenants/one', { spec: { access: 'Withheld' } }, forever)
    await world.tenantIs('tenants/one', 'True', 'AccessWithheld')
    await expect(world.sqlAsReader('SELECT count() FROM client_one.t')).rejects.toThrow()
    await world.tenants.mergePatch('tenants/one', { spec: { access: 'Granted' } }, forever)
    await world.tenantIs('tenants/one', 'True', 'Ready')
    expect(await world.sqlAsReader('SELECT count() FROM client_one.t')).toEqual([['2']])
  })

  test('a grant revoked by hand comes back within a sync', async () => {
    await world.sql('REVOKE SELECT ON client_one.* FROM datalens')
    await eventually(async () => (await world.grants()).includes('client_one'), { deadlineMs: 40_000 })
  })
})

describe('coming and going', () => {
  test('a deleted tenant loses access and Secret, the data stay; applied again it works again', async () => {
    await world.tenants.delete('tenants/one', {}, forever)
    await eventually(async () => !(await world.grants()).includes('client_one'))
    await eventually(async () => (await world.secrets.get('tenants/one-datalens', forever)) === undefined, {
      deadlineMs: 60_000,
    })
    expect(Object.keys(await world.marks())).toContain('client_one')
    await world.apply(world.tenant('one', { database: 'client_one' }))
    await world.tenantIs('tenants/one', 'True', 'Ready')
    expect(await world.sqlAsReader('SELECT count() FROM client_one.t')).toEqual([['2']])
  })

  test('a database that vanished is reported and not made anew', async () => {
    await world.sql('DROP DATABASE client_two')
    await world.tenantIs('tenants/two', 'False', 'DatabaseLost')
    expect(Object.keys(await world.marks())).not.toContain('client_two')
    await world.kubectl(['annotate', 'ctenant', 'two', '-n', 'tenants', 'lenskeeper.dev/recreate=client_two'])
    await world.tenantIs('tenants/two', 'True')
  })

  test('a PartnerKey that comes later is waited for', async () => {
    await world.apply(
      world.tenant('late', {
        database: 'client_late',
        partnerKeyRef: { name: 'later', namespace: 'datalens' },
      }),
    )
    await world.tenantIs('tenants/late', 'False', 'PartnerKeyNotFound')
    await world.apply(world.partnerKey('later'))
    await world.tenantIs('tenants/late', 'True', 'Ready')
  })
})

test('a bumped key version mints every tenant anew', async () => {
  await world.partnerKeys.mergePatch(
    'datalens/acme',
    { spec: { keyVersion: 2, rollout: { batch: { percent: 100, interval: '0s' } } } },
    forever,
  )
  await eventually(
    async () =>
      (await world.judge('tenants', 'one-datalens')).ok &&
      (await world.tenants.get('tenants/one', forever))?.status?.token?.pair === '1:2',
    { deadlineMs: 60_000 },
  )
  expect(await world.judge('tenants', 'one-datalens')).toMatchObject({
    ok: true,
    partnerKeyVersion: '2',
    database: 'client_one',
  })
})

test('a connection that is deleted is told to its tenants, who come back with it', async () => {
  const connection = await world.connections.get('datalens/default', forever)
  if (connection === undefined) throw new Error('it is there')
  const confirmed = { annotations: { 'lenskeeper.dev/confirm-deletion': 'default' } }
  await world.connections.mergePatch('datalens/default', { metadata: confirmed }, forever)
  await world.connections.delete('datalens/default', {}, forever)
  await world.tenantIs('tenants/one', 'False', 'ConnectionNotReady')
  await world.tenants.mergePatch('tenants/one', { spec: { access: 'Withheld' } }, forever)
  await eventually(async () => {
    const tenant = await world.tenants.get('tenants/one', forever)
    return tenant?.status?.observedGeneration === tenant?.metadata.generation
  })
  await world.connect(connection.spec)
  await world.tenantIs('tenants/one', 'True', 'AccessWithheld')
  await world.tenants.mergePatch('tenants/one', { spec: { access: 'Granted' } }, forever)
  await world.tenantIs('tenants/one', 'True', 'Ready')
})

test('nothing secret was logged, and it stops as asked', async () => {
  const secret = await world.secrets.get('tenants/one-datalens', forever)
  const key = await world.secrets.get('datalens/acme-partner-v1', forever)
  const reader = await world.secrets.get('datalens/default-reader', forever)
  const log = operator.log()
  for (const value of [
    dataOf(secret!, 'token')!,
    dataOf(key!, 'private.pem')!.slice(40, 120),
    dataOf(reader!, 'password')!,
    world.environment.clickhouse.password,
  ]) {
    expect(value.length).toBeGreaterThan(8)
    expect(log).not.toContain(value)
  }
  expect(await operator.stop()).toBe(0)
})
