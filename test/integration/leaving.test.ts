/**
 * Whatever is deleted, in whatever order, with the operator or ClickHouse up or down: nothing hangs, and once both
 * are up all is as the policies say.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import { dataOf } from '../../src/api/core-objects.ts'
import { deployFolder } from '../../src/dev/environment-files.ts'
import { olderMark } from '../builders/older-mark.ts'
import { eventually } from '../time/eventually.ts'
import { startForgetfulProxy } from '../proxies/forgetful-proxy.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type OperatorFlags, type World } from '../cluster/world.ts'

const forever = new AbortController().signal
const deadlineMs = 60_000
const connectionSpec = { sweep: { grace: '0s', limit: 1000 }, dropAfter: '1h' }

let world: World
let history: SecretHistory
let operator: RunningOperator

const start = async (flags: OperatorFlags = {}): Promise<void> => {
  operator = await world.startOperator(flags)
}

const acme = () =>
  world.partnerKey('acme', {
    tenants: { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true },
  })

const strict = (allowDrop: boolean) =>
  world.partnerKey('strict', { tenants: { namespaces: { from: 'All' }, databases: ['*'], allowDrop } })

beforeAll(async () => {
  world = await startWorld({ own: true })
  await world.connect(connectionSpec)
  await world.apply(acme())
  await world.namespace('tenants')
  history = await SecretHistory.start(world)
  await start()
  await aTenant('first')
})
afterAll(async () => {
  await history?.close()
  await world?.close()
})

const databaseOf = (name: string): string => `leave_${name.replaceAll('-', '_')}`
const dropSpec = (name: string) => ({ deletionPolicy: 'Drop', confirmDrop: databaseOf(name) })

/** A tenant that is served, with a table of one row. */
async function aTenant(name: string, spec: object = {}, namespace = 'tenants'): Promise<void> {
  await world.apply(world.tenant(name, { database: databaseOf(name), ...spec }, namespace))
  await world.tenantIs(`${namespace}/${name}`, 'True', 'Ready', deadlineMs)
  await world.sql(`CREATE TABLE ${databaseOf(name)}.orders (x UInt8) ENGINE = MergeTree ORDER BY x`)
  await world.sql(`INSERT INTO ${databaseOf(name)}.orders VALUES (42)`)
}

const remove = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) await world.tenants.delete(`tenants/${name}`, {}, forever)
}

const token = async (name: string, namespace = 'tenants'): Promise<string | undefined> => {
  const secret = await world.secrets.get(`${namespace}/${name}-datalens`, forever)
  return secret === undefined ? undefined : dataOf(secret, 'token')
}

async function isCutOff(...names: readonly string[]): Promise<void> {
  await eventually(
    async () => {
      const grants = await world.grants()
      for (const name of names) {
        expect(grants).not.toContain(databaseOf(name))
        expect(await token(name)).toBeUndefined()
      }
      return true
    },
    { what: `${names.join()} lost access`, deadlineMs, everyMs: 300 },
  )
}

const state = async (name: string): Promise<string> => {
  const mark = (await world.marks())[databaseOf(name)] ?? ''
  return /state=(\w+ onDelete=\w+)/.exec(mark)?.[1] ?? mark
}

const isRetired = async (...names: readonly string[]): Promise<void> => {
  for (const name of names)
    await eventually(async () => (await state(name)) === 'retired onDelete=Drop', { deadlineMs, what: name })
}

const rowsOf = (name: string) => world.sql(`SELECT x FROM ${databaseOf(name)}.orders`)
const readable = (name: string) => world.sqlAsReader(`SELECT x FROM ${databaseOf(name)}.orders`)

/** Has the operator take full looks at the server; each decides on all who are gone. */
async function syncs(count: number): Promise<void> {
  const taken = async (): Promise<number> =>
    (await world.clickhouse.statements()).filter(({ sql }) => /FROM system\.grants/.test(sql)).length
  const before = await taken()
  const look = async (): Promise<boolean> => {
    const resync = { metadata: { annotations: { 'lenskeeper.dev/resync': String(performance.now()) } } }
    await world.connections.mergePatch('datalens/default', resync, forever)
    return (await taken()) >= before + count
  }
  await eventually(look, { what: `${count} syncs`, deadlineMs: 120_000, everyMs: 1_200 })
}

describe('a tenant', () => {
  test('with Retain loses access and Secret; data and mark stay', async () => {
    await aTenant('retain')
    await remove('retain')
    await isCutOff('retain')
    expect(await state('retain')).toBe('owned onDelete=Retain')
    expect(await rowsOf('retain')).toEqual([['42']])
  })

  test('with Drop is retired, and has everything back when it returns in time', async () => {
    await aTenant('returns', dropSpec('returns'))
    expect(await state('returns')).toBe('owned onDelete=Drop')
    await remove('returns')
    await isCutOff('returns')
    await isRetired('returns')
    expect(await rowsOf('returns')).toEqual([['42']])
    await world.apply(world.tenant('returns', { database: databaseOf('returns'), ...dropSpec('returns') }))
    await world.tenantIs('tenants/returns', 'True', 'Ready', deadlineMs)
    expect(await state('returns')).toBe('owned onDelete=Drop')
    expect(await readable('returns')).toEqual([['42']])
  })

  test('with Drop, after dropAfter, has no tables left; the empty database keeps the name', async () => {
    await aTenant('emptied', dropSpec('emptied'))
    const database = databaseOf('emptied')
    await world.sql(`CREATE TABLE ${database}.big (x UInt64) ENGINE = MergeTree ORDER BY x`)
    await world.sql(`INSERT INTO ${database}.big SELECT number FROM numbers(100000)`)
    await world.sql(`CREATE VIEW ${database}.seen AS SELECT x FROM ${database}.orders`)
    await remove('emptied')
    await isRetired('emptied')
    const tables = async () =>
      (await world.sql(`SELECT name FROM system.tables WHERE database = '${database}'`)).length
    // What the mark says holds: nobody's time to come back is taken away by a shorter dropAfter.
    await world.connections.mergePatch('datalens/default', { spec: { dropAfter: '0s' } }, forever)
    await syncs(2)
    expect(await tables()).toBe(3)
    const older = olderMark((await world.marks())[database] ?? '', 3_600_000)
    await world.sql(`ALTER DATABASE ${database} MODIFY COMMENT '${older}'`)
    await syncs(1)
    await eventually(async () => (await tables()) === 0, { deadlineMs })
    await world.connections.mergePatch('datalens/default', { spec: { dropAfter: '1h' } }, forever)
    expect(await state('emptied')).toBe('retired onDelete=Drop')
    const dropped = (await world.clickhouse.statements()).filter(({ sql }) => /^(DROP|TRUNCATE)/.test(sql))
    expect(dropped.every(({ sql }) => !sql.includes('DROP DATABASE'))).toBe(true)
    expect(dropped.filter(({ sql }) => sql.includes(database))).toHaveLength(3)

    await world.apply(world.tenant('thief', { database }))
    await world.tenantIs('tenants/thief', 'False', 'NameRetired', deadlineMs)
    await world.apply(world.tenant('emptied', { database }))
    await world.tenantIs('tenants/emptied', 'True', 'Ready', deadlineMs)
    expect(await state('emptied')).toBe('owned onDelete=Retain')
    await remove('thief')
  })

  test('whose Drop is taken back, by its author or by the platform, leaves its data', async () => {
    await world.apply(strict(true))
    const partnerKeyRef = { name: 'strict', namespace: 'datalens' }
    await aTenant('milder', dropSpec('milder'))
    await aTenant('forbidden', { ...dropSpec('forbidden'), partnerKeyRef })
    expect(await state('forbidden')).toBe('owned onDelete=Drop')
    await world.tenants.mergePatch('tenants/milder', { spec: { deletionPolicy: 'Retain' } }, forever)
    await world.apply(strict(false))
    await world.tenantIs('tenants/forbidden', 'False', 'DropNotAllowed', deadlineMs)
    for (const name of ['milder', 'forbidden'])
      await eventually(async () => (await state(name)) === 'owned onDelete=Retain', {
        deadlineMs,
        what: name,
      })
    await remove('milder', 'forbidden')
    await isCutOff('milder', 'forbidden')
    for (const name of ['milder', 'forbidden']) {
      expect(await state(name)).toBe('owned onDelete=Retain')
      expect(await rowsOf(name)).toEqual([['42']])
    }
  })

  test('whose name comes back with another database does not hold the former one by an old status', async () => {
    await aTenant('replaced')
    const { database } = (await world.tenants.get('tenants/replaced', forever))?.status ?? {}
    expect(database?.name).toBe(databaseOf('replaced'))
    await remove('replaced')
    const spec = { database: databaseOf('replacing'), suspend: true }
    await world.apply(world.tenant('replaced', spec))
    const status = { database, conditions: [] }
    await world.tenants.patchStatus(
      'tenants/replaced',
      [{ op: 'add', path: '/status', value: status }],
      forever,
    )
    await isCutOff('replaced')
    expect(await state('replaced')).toBe('owned onDelete=Retain')
    expect(await rowsOf('replaced')).toEqual([['42']])
  })

  test('deleted while the operator is down loses access when it is back', async () => {
    await aTenant('while-down')
    await aTenant('while-down-drop', dropSpec('while-down-drop'))
    await operator.kill('SIGKILL')
    await remove('while-down', 'while-down-drop')
    await eventually(async () => (await token('while-down')) === undefined, { deadlineMs })
    await start()
    await isCutOff('while-down', 'while-down-drop')
    await isRetired('while-down-drop')
    expect(await state('while-down')).toBe('owned onDelete=Retain')
  })

  test('deleted while ClickHouse is down is gone at once, and loses access when it is back', async () => {
    await aTenant('server-down')
    await aTenant('server-down-drop', dropSpec('server-down-drop'))
    await world.clickhouse.stopReplica(0)
    await remove('server-down', 'server-down-drop')
    await eventually(async () => (await token('server-down-drop')) === undefined, { deadlineMs })
    expect(await world.tenants.get('tenants/server-down', forever)).toBeUndefined()
    await world.clickhouse.startReplica(0)
    await isCutOff('server-down', 'server-down-drop')
    await isRetired('server-down-drop')
  })
})

describe('a namespace', () => {
  test.each(['up', 'down'])('with its tenants goes, the operator being %s', async how => {
    const namespace = await world.namespace(`going-${how}`)
    await aTenant(`there-${how}`, {}, namespace)
    await aTenant(`there-drop-${how}`, dropSpec(`there-drop-${how}`), namespace)
    if (how === 'down') await operator.kill('SIGKILL')
    await world.kubectl(['delete', 'namespace', namespace, '--timeout=60s'])
    if (how === 'down') await start()
    await isCutOff(`there-${how}`, `there-drop-${how}`)
    await isRetired(`there-drop-${how}`)
    expect(await state(`there-${how}`)).toBe('owned onDelete=Retain')
  })
})

describe('a PartnerKey', () => {
  const confirm = async (kind: string, name: string): Promise<void> => {
    await world.kubectl([
      'annotate',
      '--overwrite',
      kind,
      name,
      '-n',
      'datalens',
      `lenskeeper.dev/confirm-deletion=${name}`,
    ])
  }

  test('deleted takes nothing along: tenants keep token and access, and applied again it mends all', async () => {
    const before = await token('first')
    await confirm('partnerkey', 'acme')
    await world.kubectl(['delete', 'partnerkey', 'acme', '-n', 'datalens', '--timeout=30s'])
    await world.tenantIs('tenants/first', 'False', 'PartnerKeyNotFound', deadlineMs)
    await syncs(2)
    expect(await readable('first')).toEqual([['42']])
    await world.apply(acme())
    await world.tenantIs('tenants/first', 'True', 'Ready', deadlineMs)
    expect(await token('first')).toBe(before)
  })

  test('deleted together with its tenants', async () => {
    await world.apply(
      world.partnerKey('brief', {
        tenants: { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true },
      }),
    )
    const partnerKeyRef = { name: 'brief', namespace: 'datalens' }
    await aTenant('of-brief', { partnerKeyRef })
    await aTenant('of-brief-drop', { partnerKeyRef, ...dropSpec('of-brief-drop') })
    await confirm('partnerkey', 'brief')
    await Promise.all([
      world.kubectl(['delete', 'partnerkey', 'brief', '-n', 'datalens', '--timeout=30s']),
      remove('of-brief', 'of-brief-drop'),
    ])
    await isCutOff('of-brief', 'of-brief-drop')
    await isRetired('of-brief-drop')
    expect(await world.secrets.get('datalens/brief-partner-v1', forever)).toBeDefined()
  })

  test('and its connection deleted with tenants: what is due is done once the connection is there again', async () => {
    await aTenant('with-all', dropSpec('with-all'))
    await confirm('clickhouseconnection', 'default')
    await confirm('partnerkey', 'acme')
    await Promise.all([
      world.kubectl(['delete', 'clickhouseconnection', 'default', '-n', 'datalens', '--timeout=30s']),
      world.kubectl(['delete', 'partnerkey', 'acme', '-n', 'datalens', '--timeout=30s']),
      remove('with-all'),
    ])
    await world.tenantIs('tenants/first', 'False', 'PartnerKeyNotFound', deadlineMs)
    expect(await readable('first')).toEqual([['42']])
    await world.connect(connectionSpec)
    await world.apply(acme())
    await isCutOff('with-all')
    await isRetired('with-all')
    await world.tenantIs('tenants/first', 'True', 'Ready', deadlineMs)
    expect(await readable('first')).toEqual([['42']])
  })
})

describe('an operator that does not see a tenant does not take it for gone', () => {
  test('when its lists are stale', async () => {
    await aTenant('hidden', dropSpec('hidden'))
    const before = await token('hidden')
    await operator.stop()
    const proxy = await startForgetfulProxy(world, tenant => tenant !== 'tenants/first')
    await start({ kubeconfig: proxy.kubeconfigPath })
    // Nor does somebody else get the database of a tenant that the operator does not see.
    await world.partnerKeys.mergePatch(
      'datalens/acme',
      {
        spec: {
          tenants: {
            assignments: [{ database: databaseOf('hidden'), namespace: 'tenants', name: 'heir' }],
          },
        },
      },
      forever,
    )
    await world.apply(world.tenant('heir', { database: databaseOf('hidden') }))
    await syncs(3)
    expect(proxy.forgotten()).toBeGreaterThan(0)
    expect(await token('heir')).toBeUndefined()
    expect(await state('hidden')).toBe('owned onDelete=Drop')
    expect(await readable('hidden')).toEqual([['42']])
    await operator.stop()
    await proxy.close()
    await start()
    await world.tenantIs('tenants/heir', 'False', 'DatabaseOwnedElsewhere', deadlineMs)
    expect(await token('hidden')).toBe(before)
    await remove('heir')
  })

  test('when it is scoped to other namespaces, with Roles alone', async () => {
    const namespace = await world.namespace('beyond')
    await aTenant('beyond', dropSpec('beyond'), namespace)
    const mark = (await world.marks())[databaseOf('beyond')] ?? ''
    const installation = /installation=(\S+)/.exec(mark)?.[1] ?? ''
    await operator.stop()
    for (const watched of ['datalens', 'tenants'])
      await world.kubectl(['apply', '-k', deployFolder(`namespaced/${watched}`)])
    await world.kubectl(['delete', 'clusterrolebinding', 'lenskeeper'])
    await start({ args: ['--watch-namespaces=datalens,tenants', `--installation-id=${installation}`] })
    await aTenant('scoped')
    await remove('scoped')
    await isCutOff('scoped')
    await syncs(2)
    expect((await world.marks())[databaseOf('beyond')]).toBe(mark)
    expect(await readable('beyond')).toEqual([['42']])
    await operator.stop()
    await world.kubectl(['apply', '-k', deployFolder('operator')])
    await start()
    await world.tenantIs('beyond/beyond', 'True', 'Ready', deadlineMs)
  })

  test('when the CRD of tenants is deleted under it, or is not there yet', async () => {
    await world.connections.mergePatch('datalens/default', { spec: { sweep: { grace: '1h' } } }, forever)
    const owned = await world.marks()
    const grants = await world.grants()
    expect(grants).toContain(databaseOf('first'))
    const crd = 'connectortenants.lenskeeper.dev'
    const kept = (await world.tenants.list({}, forever)).map(({ metadata, spec }) => ({
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ConnectorTenant',
      metadata: { name: metadata.name, namespace: metadata.namespace },
      spec,
    }))
    await world.kubectl(['delete', 'crd', crd, '--timeout=30s'])
    await syncs(3)
    expect(await world.grants()).toEqual(grants)
    expect(await world.marks()).toEqual(owned)

    await operator.kill('SIGKILL')
    const starting = start()
    await world.kubectl(['apply', '--server-side', '-k', deployFolder('crds')])
    await starting
    await syncs(2)
    expect(await world.grants()).toEqual(grants)
    expect(await world.marks()).toEqual(owned)
    await world.apply(...kept)
    await world.tenantIs('tenants/first', 'True', 'Ready', 120_000)
    expect(await readable('first')).toEqual([['42']])
  })

  test('when all CRDs are deleted at once', async () => {
    const owned = await world.marks()
    const grants = await world.grants()
    await world.kubectl(['delete', '-k', deployFolder('crds'), '--timeout=60s'])
    await eventually(async () => (await token('first')) === undefined, { deadlineMs })
    expect(await world.grants()).toEqual(grants)
    await world.kubectl(['apply', '--server-side', '-k', deployFolder('crds')])
    const spec = { ...connectionSpec, sweep: { grace: '1h', limit: 1000 } }
    await eventually(() => world.connect(spec).then(() => true), { deadlineMs })
    await world.apply(acme())
    await syncs(3)
    expect(await world.grants()).toEqual(grants)
    expect(await world.marks()).toEqual(owned)
    await world.apply(world.tenant('first', { database: databaseOf('first') }))
    await world.tenantIs('tenants/first', 'True', 'Ready', 120_000)
    expect(await world.judge('tenants', 'first-datalens')).toMatchObject({ database: databaseOf('first') })
  })
})

test('at the end the conditions are sound, and no Secret ever held a token of somebody else’s', async () => {
  const departed = Object.keys(await world.marks())
  expect(await history.violations()).toEqual([])
  expect(departed.length).toBeGreaterThan(5)
  expect(
    findCondition((await world.connections.get('datalens/default', forever))?.status?.conditions, 'Ready')
      ?.status,
  ).toBe('True')
})
