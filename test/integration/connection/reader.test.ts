/** The reader, made and tried, on a real API server and a real engine. */
import { beforeEach, describe, expect, test } from 'vitest'
import { dataOf } from '../../../src/api/core-objects.ts'
import { labels } from '../../../src/api/labels.ts'
import { newReaderMemory } from '../../../src/clickhouse-connection/reader/memory.ts'
import { verifyReader } from '../../../src/clickhouse-connection/reader/verify.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import type { Rig } from '../../clickhouse-connection/rig.ts'
import { useRigs } from './rigs.ts'

const never = new AbortController().signal
const rigs = useRigs()
const { open, changes } = rigs
let rig: Rig

describe('a managed reader', () => {
  beforeEach(async () => {
    rig = await open()
  })

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
      const before = (await rigs.clickHouse.statistics()).total
      rig.clock.skip(10_000)
      await rig.run()
      return (await rigs.clickHouse.statistics()).total - before
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
    await rigs.clickHouse.setFault(at, fault)
    await expect(rig.sync()).rejects.toThrow()
    expect(rig.woken.lookAgain).toContain(10_000)
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
    rig = await open()
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
      databases: { readable: [rig.database('open')], unreadable: rig.database('shut') },
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
  rig = await open({ reader: { management: 'External' } })
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

test('dry-run shows what would be done and changes nothing', async () => {
  rig = await open({}, { observing: true })
  expect(await changes(() => rig.sync())).toEqual([])
  expect(await rig.readerSecret()).toBeUndefined()
  expect((await rig.status()).short('Ready')).toBe('False Observing')
  expect((await rig.status()).message('Ready')).toContain('create the user')
})
