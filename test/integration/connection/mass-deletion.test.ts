/** Many tenants that leave at once, on a real API server and a real engine. */
import { beforeEach, describe, expect, test } from 'vitest'
import { annotations } from '../../../src/api/labels.ts'
import type { Rig } from '../../clickhouse-connection/rig.ts'
import { useRigs } from './rigs.ts'

const rigs = useRigs()
const { open, changes } = rigs
let rig: Rig

describe('a mass deletion', () => {
  const names = Array.from({ length: 8 }, (_, at) => `t${at}`)

  beforeEach(async () => {
    rig = await open({ sweep: { limit: 3 } })
    await rig.sync()
    for (const name of names) await rig.tenant(name)
    await rig.sync()
    for (const name of names) await rig.deleteTenant(name)
    await rig.sync()
  })

  test('cuts nobody off, and applied again all is as before', async () => {
    const { short, message } = await rig.status()
    expect(short('SweepHeld')).toBe('True SweepHeld')
    expect(message('SweepHeld')).toMatch(
      new RegExp(
        `kubectl -n ${rig.namespace} annotate --overwrite chconn default \\S+/confirm-sweep=8-[0-9a-f]{8}$`,
      ),
    )
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
    await rig.confirm()
    await rig.restart()
    await rig.sync()
    rig.clock.skip(11 * 60_000)
    await rig.sync()
    expect([await rig.grants(0), await rig.grants(1)]).toEqual([[], []])
    expect((await rig.status()).short('SweepHeld')).toBe('False NothingToSweep')
  })

  test.each([
    ['by its name', () => rig.confirm(), 'says something else'],
    [
      'by its number',
      () => rig.edit({ metadata: { annotations: { [annotations.confirmSweep]: '8' } } }),
      'had this number before these waited',
    ],
  ])(
    'that was confirmed %s confirms no other, though it is the same and the annotation stays',
    async (_by, confirm, told) => {
      await confirm()
      await rig.sync()
      expect(await rig.grants()).toEqual([])
      for (const name of names) {
        await rig.applyTenant(name)
        await rig.sql(`GRANT SELECT ON ${rig.database(name)}.* TO ${rig.reader}`)
      }
      await rig.sync()
      for (const name of names) await rig.deleteTenant(name)
      await rig.sync()
      expect((await rig.status()).short('SweepHeld')).toBe('True SweepHeld')
      await rig.restart()
      await rig.sync()
      rig.clock.skip(11 * 60_000)
      await rig.sync()
      expect(await rig.grants()).toEqual(names)
      expect((await rig.status()).message('SweepHeld')).toContain(told)
    },
  )

  test.each([false, true])(
    'is none that an annotation confirms for a connection that was made anew, unseen: %s',
    async unseen => {
      await rig.confirm()
      await rig.replaceConnection({ unseen })
      await rig.sync()
      rig.clock.skip(11 * 60_000)
      await rig.sync()
      expect(await rig.grants()).toEqual(names)
    },
  )

  test('one that trickles in is held, too, before anybody has lost anything', async () => {
    for (const name of names) await rig.applyTenant(name)
    await rig.sync()
    for (const name of names.slice(0, 4)) {
      await rig.deleteTenant(name)
      await rig.refresh()
      await rig.run()
    }
    await rig.sync()
    expect(await rig.grants()).toEqual(names)
    expect((await rig.status()).short('SweepHeld')).toBe('True SweepHeld')
  })

  test('those that left before a restart count', async () => {
    for (const name of names) await rig.applyTenant(name)
    await rig.sync()
    for (const name of names.slice(0, 2)) {
      await rig.deleteTenant(name)
      await rig.sync()
      rig.clock.skip(60_000)
      await rig.sync()
    }
    expect(await rig.grants()).toEqual(names.slice(2))
    const { status } = await rig.status()
    expect(status?.recentDepartures?.map(({ tenant }) => tenant)).toEqual(
      names.slice(0, 2).map(name => `${rig.namespace}/${name}`),
    )
    await rig.restart()
    await rig.sync()
    for (const name of names.slice(2, 4)) await rig.deleteTenant(name)
    await rig.sync()
    expect(await rig.grants()).toEqual(names.slice(2))
    expect((await rig.status()).short('SweepHeld')).toBe('True SweepHeld')
    rig.clock.skip(11 * 60_000)
    await rig.sync()
    expect(await rig.grants()).toEqual(names.slice(4))
    rig.clock.skip(11 * 60_000)
    await rig.sync()
    expect((await rig.status()).status?.recentDepartures).toBeUndefined()
  })

  test.each(['the same process', 'another process'])(
    'those that left count for a connection that was made anew: %s',
    async which => {
      for (const name of names) await rig.applyTenant(name)
      await rig.sync()
      for (const name of names.slice(0, 2)) await rig.deleteTenant(name)
      await rig.sync()
      rig.clock.skip(60_000)
      await rig.sync()
      expect(await rig.grants()).toEqual(names.slice(2))
      if (which === 'another process') await rig.restart()
      await rig.replaceConnection()
      await rig.sync()
      for (const name of names.slice(2, 4)) await rig.deleteTenant(name)
      await rig.sync()
      rig.clock.skip(60_000)
      await rig.sync()
      expect(await rig.grants()).toEqual(names.slice(2))
      rig.clock.skip(11 * 60_000)
      await rig.sync()
      rig.clock.skip(60_000)
      await rig.sync()
      expect(await rig.grants()).toEqual(names.slice(4))
      expect((await rig.status()).status?.waitsUntil).toBeUndefined()
    },
  )
})
