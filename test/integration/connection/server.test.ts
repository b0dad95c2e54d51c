/** The account and the endpoints of the server, as they fail and come back. */
import { describe, expect, test } from 'vitest'
import { accountRights } from '../../../src/clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../../src/clickhouse/statements.ts'
import { builtPartnerKey } from '../../builders/partner-key.ts'
import type { Rig } from '../../clickhouse-connection/rig.ts'
import { always, inTurn, LoadBalancer } from '../../proxies/load-balancer.ts'
import { eventually } from '../../time/eventually.ts'
import { settled } from '../../watchers/settled.ts'
import { admin, useRigs } from './rigs.ts'

const forever = new AbortController().signal
const rigs = useRigs()
const { open } = rigs
let rig: Rig

describe('the operator’s account', () => {
  test('a wrong password is not tried again and again; a corrected Secret is, at once', async () => {
    rig = await open()
    await rig.putSecret('clickhouse-operator', { username: admin.username, password: 'wrong' })
    await rig.sync()
    const total = async (): Promise<number> => (await rigs.clickHouse.statistics()).total
    // What was sent beside the refused one may still be on its way.
    const before = await settled(total, { forMs: 1_000 })
    const { short } = await rig.status()
    expect(short('Ready')).toBe('False AuthenticationFailed')
    expect(short('Stalled')).toBe('True AuthenticationFailed')
    for (let run = 0; run < 5; run++) expect(await rig.run()).toEqual({ kind: 'recheck', afterMs: 600_000 })
    expect(await total()).toBe(before)
    await rig.putSecret('clickhouse-operator', admin)
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    expect((await rig.status()).short('Stalled')).toBeUndefined()
  })

  test('a missing Secret is named; one that is replaced stops nobody meanwhile', async () => {
    rig = await open()
    await rig.deleteSecret('clickhouse-operator')
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('False CredentialsMissing')
    // What never went well counts from the first look, also after a restart.
    expect(rig.syncedAt).toBeDefined()
    const before = rig.clock.now()
    await rig.restart()
    expect(rig.syncedAt).toBeUndefined()
    await rig.sync()
    const firstLook = rig.syncedAt
    expect(firstLook).toBeGreaterThan(before)
    await rig.run()
    expect(rig.syncedAt).toBe(firstLook)
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

  test.each([
    ['is missing on', undefined, /CREATE USER `[^`]+` IDENTIFIED WITH sha256_password BY '<[^>]*>'/],
    ['has another password on', 'other', /ALTER USER `[^`]+` IDENTIFIED WITH sha256_password BY '<[^>]*>'/],
  ])('an account that %s one endpoint of two is mended there', async (_what, password, statement) => {
    rig = await open()
    const user = `operator_${rig.reader}`
    const wanted = { mode: 'managed', readerUser: rig.reader, allowDrop: false, patterns: [] } as const
    const giveRights = async (at: number): Promise<void> => {
      for (const right of accountRights(wanted)) await rig.sql(grantRight(right, user), at)
    }
    for (const [at, own] of ['p', password].entries()) {
      if (own === undefined) continue
      await rig.sql(`CREATE USER ${user} IDENTIFIED WITH sha256_password BY '${own}'`, at)
      await giveRights(at)
    }
    await rig.putSecret('clickhouse-operator', { username: user, password: 'p' })
    await rig.sync()
    const { short, status, message } = await rig.status()
    expect(short('Ready')).toBe('False AccountDiffers')
    expect(short('Reachable')).toBe('False AccountDiffers')
    expect(short('Stalled')).toBeUndefined()
    expect(status?.reachableEndpoints).toBe('1/2')
    expect(message('Ready')).not.toContain('Correct the Secret')
    const [told] = statement.exec(message('Ready')) ?? []
    await rig.sql((told ?? '').replace(/<[^>]*>/, 'p'), 1)
    if (password === undefined) await giveRights(1)
    // A refused account is tried once a minute; another process tries it at once.
    await rig.restart()
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    expect((await rig.status()).status?.reachableEndpoints).toBe('2/2')
  })

  test.each([
    ['allow_ddl = 0', 'allow_ddl = 1'],
    ['readonly = 1', 'readonly = 0'],
  ])('an account that %s forbids its work is told that, and no GRANT', async (found, needed) => {
    rig = await open()
    const user = `operator_${rig.reader}`
    const wanted = {
      mode: 'managed',
      readerUser: rig.reader,
      allowDrop: false,
      patterns: ['client_*'],
    } as const
    for (const at of [0, 1]) {
      await rig.sql(`CREATE USER ${user} IDENTIFIED WITH sha256_password BY 'p'`, at)
      for (const right of accountRights(wanted)) await rig.sql(grantRight(right, user), at)
      await rig.sql(`ALTER USER ${user} SETTINGS ${found}`, at)
    }
    const { dataLens: _unanswered, ...spec } = builtPartnerKey().spec
    await rig.partnerKeys.create({ metadata: { name: 'acme', namespace: rig.namespace }, spec }, forever)
    await rig.putSecret('clickhouse-operator', { username: user, password: 'p' })
    await rig.sync().catch(() => undefined)
    const { short, message } = await rig.status()
    expect(short('Ready')).toBe('False AccountRestricted')
    expect(short('Reachable')).toBe('False AccountRestricted')
    expect(message('Ready')).toContain(found)
    expect(message('Ready')).not.toContain('GRANT')
    const [told] = /ALTER USER `[^`]+` SETTINGS [a-z_]+ = \d/.exec(message('Ready')) ?? []
    expect(told).toContain(needed)
    for (const at of [0, 1]) await rig.sql(told ?? '', at)
    await rig.sync()
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    // On one endpoint alone: that concerns nobody who is served. Another process asks at once.
    await rig.sql(`ALTER USER ${user} SETTINGS ${found}`, 1)
    await rig.restart()
    await rig.sync().catch(() => undefined)
    const partly = await rig.status()
    expect(partly.short('Ready')).toBe('True Ready')
    expect(partly.short('Reachable')).toBe('False AccountRestricted')
    expect(partly.message('Reachable')).toContain(needed)
    expect(partly.status?.reachableEndpoints).toBe('1/2')
  })

  test('the statements for missing rights are told, and are enough', async () => {
    rig = await open({}, {})
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
    rig = await open()
    await rig.sync()
    await rig.tenant('a')
    await rig.sync()
    await rigs.clickHouse.stopReplica(1)
    await rig.sync()
    const { short, status } = await rig.status()
    expect(short('Ready')).toBe('True Ready')
    expect(short('Reachable')).toBe('False PartlyReachable')
    expect(status?.reachableEndpoints).toBe('1/2')
    expect(status?.endpoints).toMatchObject([
      { reachable: true, databases: 1 },
      { reachable: false, databases: 1 },
    ])
    await rigs.clickHouse.startReplica(1)
    rig.woken.tenants.length = 0
    rig.woken.databases.length = 0
    await backAgain()
    expect((await rig.status()).short('Reachable')).toBe('True Reachable')
    expect(rig.woken.tenants).toEqual([true])
    // Tenants of this rig have no status, so none counts as left the way it wants to be.
    expect(rig.wokenDatabases).toEqual(['a'])
  })

  test('all are away and come back', async () => {
    rig = await open()
    await rig.sync()
    await rigs.clickHouse.setFault(0, { kind: 'refuse' })
    await rigs.clickHouse.setFault(1, { kind: 'refuse' })
    await rig.sync()
    const { short, message } = await rig.status()
    expect(short('Ready')).toBe('False Unreachable')
    expect(message('Ready')).toMatch(
      /\. (See whether|Nothing takes connections) .* It is tried again by itself\.$/,
    )
    expect(short('ReaderVerified')).toBe('Unknown Blocked')
    await rigs.clickHouse.setFault(0)
    await rigs.clickHouse.setFault(1)
    await backAgain()
    expect((await rig.status()).short('Ready')).toBe('True Ready')
  })

  test('one comes back empty: the reader is made with the same password, the tenants are told', async () => {
    rig = await open()
    await rig.sync()
    await rig.tenant('a')
    await rig.sync()
    const password = await rig.readerSecret()
    await rigs.clickHouse.emptyReplica(1)
    rig.woken.databases.length = 0
    await backAgain()
    expect((await rig.readerSecret())?.data).toEqual(password?.data)
    expect((await rig.status()).short('ReaderVerified')).toBe('True ReaderVerified')
    expect(rig.wokenDatabases).toEqual(['a'])
  })

  test('one is replaced: nothing is done there until the former one stays away, also over a restart', async () => {
    rig = await open()
    await rig.sync()
    const [former] = (await rig.status()).status?.endpoints?.map(({ server }) => server).slice(1) ?? []
    expect(former).toMatch(/^[0-9a-f-]{36}$/)
    await rigs.clickHouse.emptyReplica(1)
    await eventually(
      async () => {
        await rig.refresh()
        await rig.run().catch(() => undefined)
        return (await rig.status()).short('Reachable') === 'False ServerChanged'
      },
      { what: 'it is seen', everyMs: 200 },
    )
    const held = (await rig.status()).status?.endpoints?.[1]
    expect(held).toMatchObject({ reachable: false, otherServers: [former] })
    expect(held?.server).toBeUndefined()
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    await rig.restart()
    await rig.refresh()
    await rig.run()
    expect((await rig.status()).short('Reachable')).toBe('False ServerChanged')
    expect(await rig.sync()).toMatchObject({ kind: 'recheck' })
    expect((await rig.status()).short('Reachable')).toBe('True Reachable')
    const settled = (await rig.status()).status?.endpoints?.[1]
    expect(settled).toMatchObject({ reachable: true, otherServers: [former] })
    expect(settled?.server).not.toBe(former)
  })

  test('several behind one address: refused by name, and what was found outlives the operator', async () => {
    const balancer = await LoadBalancer.start(rigs.clickHouse.endpoints, inTurn)
    try {
      rig = await open({ endpoints: [balancer.url] })
      await rig.sync()
      const { short, message, status } = await rig.status()
      expect(short('Ready')).toBe('False SeveralServers')
      expect(short('Reachable')).toBe('False SeveralServers')
      expect(message('Ready')).toContain(new URL(balancer.url).host)
      expect(message('Ready')).toContain('Write the address of each replica by itself in spec.endpoints')
      expect(status?.reachableEndpoints).toBe('0/1')
      const version = (await rig.status()).connection?.metadata.resourceVersion
      for (let run = 0; run < 5; run++) await rig.sync()
      expect((await rig.status()).connection?.metadata.resourceVersion).toBe(version)
      // By chance one of them answers for a while, when the operator has just been started anew.
      balancer.choose = always(0)
      await rig.restart()
      await rig.sync()
      expect((await rig.status()).short('Ready')).toBe('False SeveralServers')
      expect(await rigs.changes(() => rig.sync())).toEqual([])
      rig.clock.skip(600_000)
      for (let look = 0; look < 3; look++) {
        rig.clock.skip(5_000)
        await rig.sync()
      }
      expect((await rig.status()).short('Ready')).toBe('True Ready')
    } finally {
      await balancer.close()
    }
  })

  test('two addresses of one server: the second counts as none', async () => {
    const [first = ''] = rigs.clickHouse.endpoints
    const balancer = await LoadBalancer.start([first], always(0))
    try {
      rig = await open({ endpoints: [first, balancer.url] })
      await rig.sync()
      const { short, message, status } = await rig.status()
      expect(short('Ready')).toBe('False SameServer')
      expect(message('Ready')).toContain(`${new URL(balancer.url).host} leads to the same server as`)
      expect(status?.reachableEndpoints).toBe('1/2')
    } finally {
      await balancer.close()
    }
  })

  test('what is changed by hand wakes the tenant concerned and no other', async () => {
    rig = await open()
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
