/** The connection's controller on a real API server and a real engine, in every order of events. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dataOf } from '../../src/api/core-objects.ts'
import { annotations, labels } from '../../src/api/labels.ts'
import {
  startEmbeddedClickHouse,
  type EmbeddedClickHouse,
} from '../../src/dev/clickhouse/embedded-clickhouse.ts'
import { newReaderMemory } from '../../src/clickhouse-connection/reader/memory.ts'
import { verifyReader } from '../../src/clickhouse-connection/reader/verify.ts'
import { Redacted } from '../../src/core/redacted.ts'
import { Rig, type RigOptions } from '../clickhouse-connection/rig.ts'
import { adminKubeconfig, eventually } from '../cluster/cluster.ts'
import { applyCrds } from '../cluster/deploy.ts'

const admin = { username: 'admin', password: 'admin-pass' }
const never = new AbortController().signal
let directory: string
let clickHouse: EmbeddedClickHouse
let rig: Rig

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lenskeeper-connection-'))
  clickHouse = await startEmbeddedClickHouse({ directory, replicas: 2, admin })
  await applyCrds()
})
afterAll(async () => {
  await clickHouse.stop()
  await rm(directory, { recursive: true, force: true })
})
afterEach(async () => {
  await rig.close()
  await clickHouse.setFault(0)
  await clickHouse.setFault(1)
})

async function open(spec: object = {}, over: Partial<RigOptions> = {}): Promise<Rig> {
  rig = new Rig({ kubeconfig: adminKubeconfig(), clickHouse, spec: { ...spec }, ...over })
  await rig.connect()
  return rig
}

/** Statements that change something, other than this test's own. */
async function changes(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = (await clickHouse.statements()).length
  await work()
  const after = (await clickHouse.statements()).slice(before)
  return after.map(({ sql }) => sql).filter(sql => /^(CREATE|ALTER|DROP|GRANT|REVOKE)/.test(sql))
}

describe('a managed reader', () => {
  beforeEach(() => open())

  test('is made on every endpoint, Secret first, and verified; then all is quiet', async () => {
    await rig.sync()
    const secret = await rig.readerSecret()
    expect(secret?.metadata.labels?.[labels.managedBy]).toBe('lenskeeper')
    expect(secret?.metadata.ownerReferences).toBeUndefined()
    expect(secret && dataOf(secret, 'username')).toBe(rig.reader)
    expect(secret && dataOf(secret, 'password')).toMatch(/^[A-Za-z0-9_-]{32}$/)
    const { short, status, connection } = await rig.status()
    expect(short('Ready')).toBe('True Ready')
    expect(short('Reachable')).toBe('True Reachable')
    expect(short('ReaderVerified')).toBe('True ReaderVerified')
    expect(status?.reader).toEqual({ user: rig.reader, readonly: 2, grantedDatabases: 0 })
    expect(status?.reachableEndpoints).toBe('2/2')

    const quiet = async (): Promise<number> => {
      const before = (await clickHouse.statistics()).total
      rig.clock.skip(10_000)
      await rig.run()
      return (await clickHouse.statistics()).total - before
    }
    const statements: number[] = []
    expect(await changes(async () => statements.push(await quiet()))).toEqual([])
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await rig.tenant(name)
    await rig.sync()
    const known = await rig.connections.get(rig.key, never)
    expect(await changes(async () => statements.push(await quiet(), await quiet()))).toEqual([])
    expect((await rig.connections.get(rig.key, never))?.metadata.resourceVersion).toBe(
      known?.metadata.resourceVersion,
    )
    expect(connection?.metadata.resourceVersion).not.toBe(known?.metadata.resourceVersion)
    // With tenants there is a database to try; how many there are makes no difference.
    expect(statements[2]).toBe(statements[1])
    expect(statements[1]).toBeLessThanOrEqual((statements[0] ?? 0) + 8)
  })

  test.each([
    ['the first user is not made', 0, { kind: 'drop', matching: /^CREATE USER/, times: 1 }],
    ['the first answer is lost', 0, { kind: 'loseAnswer', matching: /^CREATE USER/, times: 1 }],
    ['the second user is not made', 1, { kind: 'drop', matching: /^CREATE USER/, times: 1 }],
    ['the second answer is lost', 1, { kind: 'loseAnswer', matching: /^CREATE USER/, times: 1 }],
  ] as const)('%s, and the process ends: another ends in the same state', async (_what, at, fault) => {
    await clickHouse.setFault(at, fault)
    await expect(rig.sync()).rejects.toThrow()
    const before = await rig.readerSecret()
    await rig.restart()
    await rig.sync()
    expect((await rig.readerSecret())?.data).toEqual(before?.data)
    expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
  })

  test('keeps its password whatever becomes of the Secret', async () => {
    await rig.sync()
    const secret = await rig.readerSecret()
    const password = (secret && dataOf(secret, 'password')) ?? ''
    await rig.deleteSecret('default-reader')
    await rig.restart()
    expect(await changes(() => rig.sync())).toEqual([])
    expect((await rig.status()).short('ReaderVerified')).toBe('False ReaderPasswordUnknown')
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    await rig.putSecret('default-reader', { username: rig.reader, password: 'another' })
    expect(await changes(() => rig.sync())).toEqual([])
    expect((await rig.status()).short('ReaderVerified')).toBe('False ReaderPasswordMismatch')
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    await rig.putSecret('default-reader', { username: rig.reader, password })
    expect(await changes(() => rig.sync())).toEqual([])
    expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
  })

  test('gets the password of a Secret that was there before', async () => {
    await rig.putSecret('default-reader', { username: rig.reader, password: 'chosen by people' })
    await rig.sync()
    const secret = await rig.readerSecret()
    expect(secret && dataOf(secret, 'password')).toBe('chosen by people')
    expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
  })

  test('a grant of everything is noticed, and that it is gone', async () => {
    await rig.sync()
    await rig.sql(`GRANT SELECT ON *.* TO ${rig.reader}`)
    await rig.sync()
    expect((await rig.status()).short('ReaderVerified')).toBe('False GrantBroaderThanDeclared')
    expect((await rig.status()).message('ReaderVerified')).toContain(
      `REVOKE SELECT ON *.* FROM \`${rig.reader}\``,
    )
    await rig.sql(`REVOKE SELECT ON *.* FROM ${rig.reader}`)
    rig.clock.skip(10_000)
    await rig.sync()
    expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
  })
})

describe('what the reader finds when it tries', () => {
  beforeEach(async () => {
    await open()
    await rig.sync()
    await rig.tenant('open')
    await rig.tenant('shut', { grant: false })
    await rig.sync()
  })

  test('is no fault where a grant was made or taken in the meantime', async () => {
    const server = rig.fleet.get(rig.key) ?? expect.fail('there is no server')
    const { endpoints } = await server.snapshot({ maxAgeMs: 60_000 }, never)
    const secret = await rig.readerSecret()
    const request = {
      endpoints,
      password: new Redacted((secret && dataOf(secret, 'password')) ?? ''),
      databases: { readable: rig.database('open'), unreadable: rig.database('shut') },
      elapsed: 0,
      maxAgeMs: 0,
    }
    const found = async () =>
      (await verifyReader(server, request, newReaderMemory(), never)).map(each =>
        each.kind === 'loggedIn' ? each.login : each.kind,
      )
    const good = { readonly: 2, settingsAccepted: true }
    expect(await found()).toEqual([0, 1].map(() => ({ ...good, opens: true, refuses: true })))
    for (const at of [0, 1]) await rig.sql(`GRANT SELECT ON ${rig.database('shut')}.* TO ${rig.reader}`, at)
    expect(await found()).toEqual([0, 1].map(() => ({ ...good, opens: true })))
    for (const at of [0, 1])
      await rig.sql(`REVOKE SELECT ON ${rig.database('open')}.* FROM ${rig.reader}`, at)
    expect(await found()).toEqual([0, 1].map(() => good))
  })

  test('is one where a right that no tenant has lets it in', async () => {
    await rig.sql(`GRANT SHOW DATABASES ON *.* TO ${rig.reader}`, 1)
    rig.clock.skip(10_000)
    await rig.sync()
    expect((await rig.status()).short('ReaderVerified')).toBe('False GrantBroaderThanDeclared')
    expect((await rig.status()).message('ReaderVerified')).toContain('SHOW GRANTS')
  })
})

test('an external reader is only looked at, and each fault has its statement', async () => {
  await open({ reader: { management: 'External' } })
  await rig.putSecret('default-reader', { username: rig.reader, password: 'external' })
  expect(await changes(() => rig.sync())).toEqual([])
  expect((await rig.status()).short('Ready')).toBe('False ReaderMissing')
  expect((await rig.status()).message('Ready')).toContain(`CREATE USER \`${rig.reader}\``)
  for (const at of [0, 1])
    await rig.sql(`CREATE USER ${rig.reader} IDENTIFIED WITH sha256_password BY 'external'`, at)
  await rig.sync()
  expect((await rig.status()).short('Ready')).toBe('True Ready')
  expect((await rig.status()).short('ReaderVerified')).toBe('False ReaderNotReadOnly')
  expect((await rig.status()).status?.reader?.readonly).toBe(0)
  for (const at of [0, 1]) await rig.sql(`ALTER USER ${rig.reader} SETTINGS readonly = 2`, at)
  rig.clock.skip(10_000)
  await rig.sync()
  expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
})

describe('the operator’s account', () => {
  test('a wrong password is not tried again and again; a corrected Secret is, at once', async () => {
    await open()
    await rig.putSecret('clickhouse-operator', { username: admin.username, password: 'wrong' })
    await rig.sync()
    const before = (await clickHouse.statistics()).total
    const { short } = await rig.status()
    expect(short('Ready')).toBe('False AuthenticationFailed')
    expect(short('Stalled')).toBe('True AuthenticationFailed')
    for (let run = 0; run < 5; run++) expect(await rig.run()).toEqual({ kind: 'recheck', afterMs: 600_000 })
    expect((await clickHouse.statistics()).total).toBe(before)
    await rig.putSecret('clickhouse-operator', admin)
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    expect((await rig.status()).short('Stalled')).toBeUndefined()
  })

  test('a missing Secret is named; one that is replaced stops nobody meanwhile', async () => {
    await open()
    await rig.deleteSecret('clickhouse-operator')
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('False CredentialsMissing')
    await rig.putSecret('clickhouse-operator', admin)
    await rig.sync()
    const server = rig.fleet.get(rig.key)
    await rig.deleteSecret('clickhouse-operator')
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('False CredentialsMissing')
    await rig.putSecret('clickhouse-operator', admin)
    await rig.sync()
    expect(rig.fleet.get(rig.key)).toBe(server)
    expect((await rig.status()).short('Ready')).toBe('True Ready')
  })

  test('the statements for missing rights are told, and are enough', async () => {
    await open({}, {})
    const user = `operator_${rig.reader}`
    for (const at of [0, 1])
      await rig.sql(`CREATE USER ${user} IDENTIFIED WITH plaintext_password BY 'p'`, at)
    await rig.putSecret('clickhouse-operator', { username: user, password: 'p' })
    const seen = new Set<string>()
    await rig.sync()
    for (let round = 0; round < 12; round++) {
      const { short, message } = await rig.status()
      if (short('Ready') === 'True Ready') break
      const statements = message('Ready').match(/GRANT [^;]*? TO `[^`]+`( WITH GRANT OPTION)?/g) ?? []
      const fresh = statements.filter(statement => !seen.has(statement))
      expect(fresh, message('Ready')).not.toEqual([])
      for (const statement of fresh) {
        seen.add(statement)
        for (const at of [0, 1]) await rig.sql(statement, at)
      }
      await rig.sync().catch(() => undefined)
    }
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
  })
})

describe('endpoints come and go', () => {
  test('one is away: who is served stays served; back, it is noticed', async () => {
    await open()
    await rig.sync()
    await rig.tenant('a')
    await rig.sync()
    await clickHouse.stopReplica(1)
    await rig.sync()
    const { short, status } = await rig.status()
    expect(short('Ready')).toBe('True Ready')
    expect(short('Reachable')).toBe('False PartlyReachable')
    expect(status?.reachableEndpoints).toBe('1/2')
    expect(status?.endpoints).toMatchObject([
      { reachable: true, databases: 1 },
      { reachable: false, databases: 1 },
    ])
    await clickHouse.startReplica(1)
    rig.woken.tenants.length = 0
    rig.woken.databases.length = 0
    await backAgain()
    expect((await rig.status()).short('Reachable')).toBe('True Reachable')
    expect(rig.woken.tenants).toEqual([true])
    // Tenants of this rig have no status, so none counts as left the way it wants to be.
    expect(rig.wokenDatabases).toEqual(['a'])
  })

  test('all are away and come back', async () => {
    await open()
    await rig.sync()
    await clickHouse.setFault(0, { kind: 'refuse' })
    await clickHouse.setFault(1, { kind: 'refuse' })
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('False Unreachable')
    await clickHouse.setFault(0)
    await clickHouse.setFault(1)
    await backAgain()
    expect((await rig.status()).short('Ready')).toBe('True Ready')
  })

  test('one comes back empty: the reader is made with the same password, the tenants are told', async () => {
    await open()
    await rig.sync()
    await rig.tenant('a')
    await rig.sync()
    const password = await rig.readerSecret()
    await clickHouse.emptyReplica(1)
    rig.woken.databases.length = 0
    await backAgain()
    expect((await rig.readerSecret())?.data).toEqual(password?.data)
    expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
    expect(rig.wokenDatabases).toEqual(['a'])
  })

  test('what is changed by hand wakes the tenant concerned and no other', async () => {
    await open()
    await rig.sync()
    for (const name of ['a', 'b', 'c', 'd']) await rig.tenant(name)
    await rig.sync()
    rig.woken.databases.length = 0
    await rig.sync()
    expect(rig.wokenDatabases).toEqual([])
    await rig.sql(`REVOKE SELECT ON ${rig.database('a')}.* FROM ${rig.reader}`, 1)
    await rig.sql(`DROP DATABASE ${rig.database('b')}`)
    await rig.sql(`ALTER DATABASE ${rig.database('c')} MODIFY COMMENT ''`)
    await rig.sync()
    expect(rig.wokenDatabases).toEqual(['a', 'b', 'c'])
  })

  async function backAgain(): Promise<void> {
    await eventually(
      async () => {
        await rig.sync().catch(() => undefined)
        return (await rig.status()).short('Reachable') === 'True Reachable'
      },
      { what: 'every endpoint answers again', everyMs: 200 },
    )
  }
})

describe('tenants that leave', () => {
  async function ready(spec: object = {}, over: Partial<RigOptions> = {}): Promise<void> {
    await open(spec, over)
    await rig.sync()
  }

  test('Retain: the access goes on every endpoint, all else stays', async () => {
    await ready()
    await rig.tenant('a')
    await rig.tenant('b')
    await rig.sync()
    const comment = await rig.comment('a')
    await rig.deleteTenant('a')
    await rig.sync()
    for (const at of [0, 1]) expect(await rig.grants(at)).toEqual(['b'])
    expect(await rig.comment('a')).toBe(comment)
    expect(rig.woken.connections).toBeGreaterThan(0)
    expect((await rig.status()).status).toMatchObject({
      databaseCount: 2,
      orphans: { databases: 1, grants: 0 },
    })
    expect(await changes(() => rig.sync())).toEqual([])
  })

  test('Drop: retired at once, emptied after dropAfter; the empty database keeps the name', async () => {
    await ready({ dropAfter: '1h' })
    await rig.tenant('a', { onDelete: 'Drop' })
    await rig.sync()
    for (const at of [0, 1]) {
      await rig.sql(`CREATE TABLE ${rig.database('a')}.t (x UInt8) ENGINE = MergeTree ORDER BY x`, at)
      await rig.sql(`CREATE VIEW ${rig.database('a')}.v AS SELECT x FROM ${rig.database('a')}.t`, at)
    }
    await rig.deleteTenant('a')
    await rig.sync()
    expect(await rig.grants()).toEqual([])
    for (const at of [0, 1]) {
      expect(await rig.comment('a', at)).toMatch(/state=retired onDelete=Drop retiredAt=/)
      expect(await rig.tables('a', at)).toEqual(['t', 'v'])
    }
    rig.clock.skip(59 * 60_000)
    await rig.sync()
    expect(await rig.tables('a')).toEqual(['t', 'v'])
    rig.clock.skip(60_000)
    await rig.sync()
    for (const at of [0, 1]) {
      expect(await rig.tables('a', at)).toEqual([])
      expect(await rig.comment('a', at)).toMatch(/state=retired/)
    }
    expect(await changes(() => rig.sync())).toEqual([])
  })

  test('a tenant that is back before its tables are dropped keeps them, though our caches miss it', async () => {
    await ready({ dropAfter: '1h' })
    await rig.tenant('a', { onDelete: 'Drop' })
    await rig.sql(`CREATE TABLE ${rig.database('a')}.t (x UInt8) ENGINE = MergeTree ORDER BY x`)
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.sync()
    await rig.applyTenant('a')
    rig.clock.skip(2 * 3_600_000)
    expect(await changes(() => rig.run())).toEqual([])
    expect(await rig.tables('a')).toEqual(['t'])
  })

  test.each([
    ['REVOKE', 0, 'drop'],
    ['REVOKE', 1, 'loseAnswer'],
    ['ALTER DATABASE', 0, 'loseAnswer'],
    ['ALTER DATABASE', 1, 'drop'],
    ['DROP', 0, 'drop'],
    ['DROP', 1, 'loseAnswer'],
  ] as const)(
    '%s on endpoint %i: %s, and the process ends: another ends in the same state',
    async (verb, at, kind) => {
      await ready({ dropAfter: '0s', sweep: { grace: '0s' } })
      await rig.tenant('a', { onDelete: 'Drop' })
      await rig.sync()
      const table = `CREATE TABLE ${rig.database('a')}.t (x UInt8) ENGINE = MergeTree ORDER BY x`
      for (const each of [0, 1]) await rig.sql(table, each)
      await clickHouse.setFault(at, { kind, matching: new RegExp(`^${verb}`), times: 1 })
      await rig.deleteTenant('a')
      await expect(rig.sync()).rejects.toThrow()
      await rig.restart()
      await eventually(() => rig.sync().then(() => true))
      for (const each of [0, 1]) {
        expect(await rig.grants(each)).toEqual([])
        expect(await rig.comment('a', each)).toMatch(/state=retired/)
        expect(await rig.tables('a', each)).toEqual([])
      }
    },
  )

  test('a deletion that nobody saw waits for the grace', async () => {
    await ready()
    await rig.tenant('a')
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.restart()
    await rig.sync()
    rig.clock.skip(9 * 60_000)
    await rig.sync()
    expect(await rig.grants()).toEqual(['a'])
    rig.clock.skip(60_000)
    await rig.sync()
    expect(await rig.grants()).toEqual([])
  })

  test('an endpoint that was away is seen to when it is back, without grace', async () => {
    await ready()
    await rig.tenant('a')
    await rig.sync()
    await clickHouse.setFault(1, { kind: 'refuse' })
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.sync()
    await clickHouse.setFault(1)
    expect([await rig.grants(0), await rig.grants(1)]).toEqual([[], ['a']])
    await eventually(async () => {
      await rig.sync()
      return (await rig.grants(1)).length === 0
    })
  })

  test('caches that miss a tenant take nothing from it', async () => {
    await ready({ sweep: { grace: '0s' } })
    await rig.tenant('a')
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.refresh()
    await rig.applyTenant('a')
    for (let run = 0; run < 3; run++) expect(await changes(() => rig.run())).toEqual([])
    expect(await rig.grants()).toEqual(['a'])
  })

  test('a tenant that names another database has left the first', async () => {
    await ready()
    await rig.tenant('a')
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.applyTenant('a', rig.database('other'))
    await rig.sync()
    expect(await rig.grants()).toEqual([])
  })

  test.each([
    ['there is no such kind', { plural: 'connectortenantz' }],
    ['there is no such group', { apiVersion: 'lenskeeper.invalid/v1' }],
  ])('when %s, nobody is gone', async (_what, type) => {
    const tenantType = {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ConnectorTenant',
      plural: 'connectortenants',
      namespaced: true,
      ...type,
    }
    await ready({ sweep: { grace: '0s' } }, { tenantType })
    await rig.tenant('a')
    await rig.sync()
    await rig.deleteTenant('a')
    await expect(changes(() => rig.sync())).rejects.toThrow()
    // From then on it is doubted: looked at again, never acted on.
    expect(await changes(() => rig.run())).toEqual([])
    expect(await rig.grants()).toEqual(['a'])
  })

  test('a mark that becomes another’s after the snapshot is left alone', async () => {
    await ready()
    await rig.tenant('a')
    await rig.sync()
    const winners = (await rig.comment('a'))?.replace('/a state', '/winner state') ?? ''
    await rig.deleteTenant('a')
    await rig.refresh()
    await clickHouse.setFault(0, { kind: 'delay', ms: 2_000, matching: /WHERE name = 'client_/, times: 1 })
    const running = changes(() => rig.run())
    await eventually(async () => (await clickHouse.heldBack(0)) === 1, { everyMs: 10 })
    await rig.sql(`ALTER DATABASE ${rig.database('a')} MODIFY COMMENT '${winners}'`)
    // Only this test's own change: neither endpoint has lost anything.
    expect((await running).filter(sql => !sql.startsWith('ALTER DATABASE'))).toEqual([])
    expect([await rig.grants(0), await rig.grants(1)]).toEqual([['a'], ['a']])
  })

  test('suspended or in dry-run, nothing is taken', async () => {
    await ready()
    await rig.tenant('a')
    await rig.sync()
    await rig.edit({ spec: { suspend: true } })
    await rig.deleteTenant('a')
    expect(await changes(() => rig.sync())).toEqual([])
    expect((await rig.status()).short('Ready')).toBe('True Suspended')
    await rig.edit({ spec: { suspend: false } })
    await rig.sync()
    expect(await rig.grants()).toEqual([])
  })

  test('a connection that is deleted takes nothing along', async () => {
    await ready()
    await rig.tenant('a')
    await rig.sync()
    await rig.connections.delete(rig.key, {}, never)
    expect(await changes(() => rig.refresh().then(() => rig.run()))).toEqual([])
    expect(rig.fleet.get(rig.key)).toBeUndefined()
    expect(await rig.grants()).toEqual(['a'])
    expect(await rig.readerSecret()).toBeDefined()
  })
})

describe('a mass deletion', () => {
  const names = Array.from({ length: 8 }, (_, at) => `t${at}`)

  beforeEach(async () => {
    await open({ sweep: { limit: 3 } })
    await rig.sync()
    for (const name of names) await rig.tenant(name)
    await rig.sync()
    for (const name of names) await rig.deleteTenant(name)
    await rig.sync()
  })

  test('cuts nobody off, and applied again all is as before', async () => {
    const { short, message } = await rig.status()
    expect(short('SweepHeld')).toBe('True SweepHeld')
    expect(message('SweepHeld')).toContain('lenskeeper.dev/confirm-sweep: "8"')
    expect(await rig.grants()).toEqual(names)
    for (const name of names) await rig.applyTenant(name)
    expect(await changes(() => rig.sync())).toEqual([])
    expect((await rig.status()).short('SweepHeld')).toBe('False NothingToSweep')
    expect(await rig.grants()).toEqual(names)
  })

  test('goes on once it is confirmed, also after a restart', async () => {
    await rig.edit({ metadata: { annotations: { [annotations.confirmSweep]: '7' } } })
    await rig.sync()
    expect(await rig.grants()).toEqual(names)
    await rig.edit({ metadata: { annotations: { [annotations.confirmSweep]: '8' } } })
    await rig.restart()
    await rig.sync()
    rig.clock.skip(11 * 60_000)
    await rig.sync()
    expect([await rig.grants(0), await rig.grants(1)]).toEqual([[], []])
    expect((await rig.status()).short('SweepHeld')).toBe('False NothingToSweep')
  })

  test('one that trickles in is held, too', async () => {
    for (const name of names) await rig.applyTenant(name)
    await rig.sync()
    for (const name of names.slice(0, 3)) {
      await rig.deleteTenant(name)
      await rig.sync()
    }
    expect(await rig.grants()).toEqual(names.slice(3))
    await rig.deleteTenant(names[3] ?? '')
    await rig.sync()
    expect(await rig.grants()).toEqual(names.slice(3))
    expect((await rig.status()).short('SweepHeld')).toBe('True SweepHeld')
  })
})

test('dry-run shows what would be done and changes nothing', async () => {
  await open({}, { observing: true })
  expect(await changes(() => rig.sync())).toEqual([])
  expect(await rig.readerSecret()).toBeUndefined()
  expect((await rig.status()).short('Ready')).toBe('False Observing')
  expect((await rig.status()).message('Ready')).toContain('create the user')
})
