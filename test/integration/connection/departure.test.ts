/** What becomes of tenants that leave, in every order of events, on a real API server and a real engine. */
import { describe, expect, test } from 'vitest'
import type { Rig, RigOptions } from '../../clickhouse-connection/rig.ts'
import { eventually } from '../../time/eventually.ts'
import { useRigs } from './rigs.ts'

const never = new AbortController().signal
const rigs = useRigs()
const { open, changes } = rigs
let rig: Rig

describe('tenants that leave', () => {
  async function ready(spec: object = {}, over: Partial<RigOptions> = {}): Promise<void> {
    rig = await open(spec, over)
    await rig.sync()
  }

  const notSeenTo = /could not be seen to/

  async function runUntilTold(what: RegExp): Promise<void> {
    await rig.refresh()
    for (let run = 0; run < 10; run++) {
      await rig.run()
      if (what.test((await rig.status()).message('Ready'))) return
    }
    throw new Error(`it does not say ${what.source}`)
  }

  /** Tables go by ClickHouse's own clock, in whole seconds, and no test moves that one. */
  async function isEmptied(name: string, at: number): Promise<void> {
    await eventually(
      async () => {
        await rig.run()
        return (await rig.tables(name, at)).length === 0
      },
      { what: `${name} is emptied on endpoint ${at}` },
    )
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
      expect(await rig.comment('a', at)).toMatch(/state=retired onDelete=Drop retiredAt=\S+ dropsAt=/)
      expect(await rig.tables('a', at)).toEqual(['t', 'v'])
    }
    await rig.age('a', 59 * 60_000)
    await rig.sync()
    expect(await rig.tables('a')).toEqual(['t', 'v'])
    await rig.age('a', 60_000)
    await rig.sync()
    for (const at of [0, 1]) {
      expect(await rig.tables('a', at)).toEqual([])
      expect(await rig.comment('a', at)).toMatch(/state=retired/)
    }
    expect(await changes(() => rig.sync())).toEqual([])
  })

  test('by a spec that is another one by now nobody loses anything, and all else goes on', async () => {
    await ready()
    await rig.tenant('a')
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.refresh()
    await rig.run()
    await rig.edit({ spec: { dropAfter: '2h' } })
    await rig.sql(`DROP USER ${rig.reader}`, 1)
    rig.clock.skip(10_000)
    await expect(rig.run()).rejects.toMatchObject({ code: 'stale' })
    expect(await rig.grants(0)).toEqual(['a'])
    expect(await rig.sql(`SELECT name FROM system.users WHERE name = '${rig.reader}'`, 1)).toHaveLength(1)
    expect((await rig.status()).status?.orphans).toMatchObject({ databases: 1 })
    await rig.sync()
    expect(await rig.grants(0)).toEqual([])
  })

  test('more than the limit that fall due are emptied only when a person confirms it, also after a restart', async () => {
    await ready({ sweep: { limit: 2 } })
    const names = ['a', 'b', 'c']
    for (const name of names) await rig.tenant(name, { onDelete: 'Drop' })
    for (const name of names)
      await rig.sql(`CREATE TABLE ${rig.database(name)}.t (x UInt8) ENGINE = MergeTree ORDER BY x`)
    await rig.sync()
    for (const name of names) await rig.deleteTenant(name)
    await rig.sync()
    await rig.confirm()
    await rig.sync()
    await rig.edit({ spec: { dropAfter: '0s' } })
    await rig.sync()
    for (const name of names) await rig.age(name, 168 * 3_600_000)
    await rig.sync()
    await rig.restart()
    await rig.sync()
    for (const name of names) expect(await rig.tables(name)).toEqual(['t'])
    expect((await rig.status()).short('SweepHeld')).toBe('True EmptyingHeld')
    await rig.confirm()
    await rig.sync()
    for (const name of names) expect(await rig.tables(name)).toEqual([])
    const { status, short } = await rig.status()
    expect(short('SweepHeld')).toBe('False NothingToSweep')
    expect(status?.recentEmptyings?.map(({ database }) => database)).toEqual(
      names.map(name => rig.database(name)),
    )
  })

  test('a tenant that is back before its tables are dropped keeps them, though our caches miss it', async () => {
    await ready({ dropAfter: '1h' })
    await rig.tenant('a', { onDelete: 'Drop' })
    await rig.sql(`CREATE TABLE ${rig.database('a')}.t (x UInt8) ENGINE = MergeTree ORDER BY x`)
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.sync()
    await rig.applyTenant('a')
    await rig.age('a', 2 * 3_600_000)
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
      await rigs.clickHouse.setFault(at, { kind, matching: new RegExp(`^${verb}`), times: 1 })
      await rig.deleteTenant('a')
      await runUntilTold(notSeenTo)
      await rig.restart()
      await eventually(() => rig.sync().then(() => true))
      for (const each of [0, 1]) {
        expect(await rig.grants(each)).toEqual([])
        expect(await rig.comment('a', each)).toMatch(/state=retired/)
        await isEmptied('a', each)
      }
    },
  )

  test.each([
    [
      'a table that something else needs',
      /^DROP/,
      { kind: 'error', code: 630, symbol: 'HAVE_DEPENDENT_OBJECTS' },
    ],
    ['a mark that may not be written', /^ALTER DATABASE/, { kind: 'error', code: 497 }],
    ['access that cannot be taken', /^REVOKE/, { kind: 'error', code: 202 }],
  ] as const)('%s holds up no other tenant, gone or alive', async (_, matching, fault) => {
    await ready({ dropAfter: '0s', sweep: { grace: '0s', limit: 1_000 }, syncInterval: '30s' })
    for (const name of ['stuck', 'gone', 'alive']) await rig.tenant(name, { onDelete: 'Drop' })
    await rig.sync()
    await rig.sql(`CREATE TABLE ${rig.database('stuck')}.t (x UInt8) ENGINE = MergeTree ORDER BY x`)
    await rig.sql(`CREATE TABLE ${rig.database('gone')}.t (x UInt8) ENGINE = MergeTree ORDER BY x`)
    const stuck = new RegExp(`${matching.source}.*${rig.database('stuck')}`)
    for (const at of [0, 1]) await rigs.clickHouse.setFault(at, { ...fault, matching: stuck })
    await rig.deleteTenant('stuck')
    await rig.deleteTenant('gone')
    await runUntilTold(notSeenTo)
    expect((await rig.status()).short('Ready')).toBe('True Ready')
    expect((await rig.status()).short('Reconciling')).toBeUndefined()
    // However long that one waits by now, the others are looked at as often as ever.
    for (let round = 0; round < 8; round++) {
      const outcome = await rig.run()
      expect(outcome.kind === 'recheck' && outcome.afterMs <= 30_000).toBe(true)
      rig.clock.skip(outcome.kind === 'recheck' ? outcome.afterMs : 0)
    }
    for (const at of [0, 1]) await isEmptied('gone', at)
    rig.woken.databases.length = 0
    await rig.sql(`REVOKE SELECT ON ${rig.database('alive')}.* FROM ${rig.reader}`)
    await rig.run()
    expect(rig.wokenDatabases).toContain('alive')
    for (const at of [0, 1]) await rigs.clickHouse.setFault(at)
    rig.clock.skip(300_000)
    await rig.sync()
    for (const at of [0, 1]) await isEmptied('stuck', at)
    expect((await rig.status()).message('Ready')).not.toMatch(notSeenTo)
  })

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
    await rigs.clickHouse.setFault(1, { kind: 'refuse' })
    await rig.sync()
    await rig.deleteTenant('a')
    await rig.sync()
    await rigs.clickHouse.setFault(1)
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
    for (let run = 0; run < 5; run++) expect(await changes(() => rig.run())).toEqual([])
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
    expect(await changes(() => runUntilTold(notSeenTo))).toEqual([])
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
    await rigs.clickHouse.setFault(0, {
      kind: 'delay',
      ms: 600_000,
      matching: /WHERE name = 'client_/,
      times: 1,
    })
    rig.clock.skip(5_000)
    const running = changes(() => rig.run())
    await eventually(async () => (await rigs.clickHouse.heldBack(0)) === 1, { everyMs: 10 })
    await rig.sql(`ALTER DATABASE ${rig.database('a')} MODIFY COMMENT '${winners}'`)
    await rigs.clickHouse.setFault(0)
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
