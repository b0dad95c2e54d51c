/** Hours in the life of embeds: the real controller, on objects in memory, under a virtual clock. */
import { describe, expect, test } from 'vitest'
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import { keyOf } from '../../src/api/object.ts'
import { parseCompact } from '../../src/embed/token/compact.ts'
import { builtEmbed, newSigningKey, offeredKey } from '../builders/embed.ts'
import { EmbedRig } from './rig.ts'

const hourMs = 3_600_000
const pem = newSigningKey()

/** @param count embeds with a lifetime of one hour */
function rigWith(count: number) {
  const writes: { readonly at: number; readonly kind: 'secret' | 'status'; readonly key: string }[] = []
  const rig: EmbedRig = new EmbedRig({
    onWrite(object) {
      const kind = 'spec' in object ? 'status' : 'secret'
      writes.push({ at: rig.clock.now(), kind, key: keyOf(object) })
    },
  })
  rig.signingKeys.put(offeredKey(pem))
  for (let at = 0; at < count; at++) {
    rig.put(builtEmbed({ metadata: { name: `lobby-${at}`, uid: `uid-${at}` } }))
  }
  writes.length = 0
  return { rig, writes }
}

const expOf = (secret: Secret | undefined): number =>
  Number(parseCompact(dataOf(secret ?? ({} as Secret), 'token') ?? '')?.payload['exp'])

describe('120 embeds with a lifetime of one hour', () => {
  const count = 120
  const minutes = 90

  test('two writes a refresh and none between; half of refreshBefore is left at any time; a restart changes no moment', async () => {
    const { rig, writes } = rigWith(count)
    await rig.run(0)
    expect(writes).toHaveLength(2 * count)
    const plannedAt = new Map(
      rig.embeds.store.list().map(embed => [embed.metadata.name, embed.status?.refreshAt]),
    )
    writes.length = 0

    for (let minute = 0; minute < minutes; minute++) {
      if (minute === 20) rig.restart()
      const before = new Map(rig.secrets.store.list().map(secret => [secret.metadata.name, secret]))
      await rig.run(60_000)
      for (const secret of before.values()) {
        // The lowest that a minute saw: what was there at its end, if it is unchanged, and at its begin otherwise.
        const isSame = rig.secret(secret.metadata.name) === secret
        const at = isSame ? rig.clock.now() : rig.clock.now() - 60_000
        expect(expOf(secret) - at / 1000).toBeGreaterThanOrEqual(450)
      }
    }

    const refreshed = writes.filter(({ kind }) => kind === 'secret')
    expect(writes.filter(({ kind }) => kind === 'status')).toHaveLength(refreshed.length)
    const first = new Map<string, number>()
    for (const { key, at } of refreshed) if (!first.has(key)) first.set(key, at)
    expect(first.size).toBe(count)
    for (const [name, planned] of plannedAt)
      expect(first.get(`tenants/${name}-embed`)).toBe(Date.parse(planned ?? ''))
    const perMinute = Map.groupBy(refreshed, ({ at }) => Math.floor(at / 60_000))
    const busiest = Math.max(...[...perMinute.values()].map(list => list.length))
    expect(busiest).toBeLessThanOrEqual((3 * refreshed.length) / minutes)
  })

  test('after a stop that was longer than the lifetime, each is made once, and is good', async () => {
    const { rig, writes } = rigWith(50)
    await rig.run(0)
    await rig.clock.advance(3 * hourMs)
    writes.length = 0
    rig.restart()
    await rig.run(0)
    expect(writes).toHaveLength(100)
    for (const secret of rig.secrets.store.list())
      expect(expOf(secret) * 1000).toBeGreaterThan(rig.clock.now())
    await rig.run(0)
    expect(writes).toHaveLength(100)
  })

  test('a restart, whenever it happens, writes nothing', async () => {
    const { rig, writes } = rigWith(20)
    await rig.run(0)
    for (let at = 0; at < 12; at++) {
      await rig.run(hourMs / 12)
      writes.length = 0
      rig.restart()
      await rig.run(0)
      expect(writes).toEqual([])
    }
  })
})

describe('clocks', () => {
  test('a token of a clock that was ahead is replaced at once', async () => {
    const { rig } = rigWith(1)
    const ahead = new EmbedRig()
    ahead.signingKeys.put(offeredKey(pem))
    ahead.put(rig.embed('lobby-0'))
    await ahead.clock.advance(2 * hourMs)
    await ahead.look('tenants/lobby-0')
    const secret = ahead.secret('lobby-0-embed')
    if (secret === undefined) throw new Error('there is no Secret')
    rig.secrets.put(secret)
    await rig.look('tenants/lobby-0')
    expect(expOf(rig.secret('lobby-0-embed'))).toBe(rig.clock.now() / 1000 - 30 + 3600)
  })

  test('no look is further away than half of refreshBefore, as timers stand still while a machine sleeps', async () => {
    const { rig } = rigWith(1)
    for (let at = 0; at < 20; at++) {
      const outcome = await rig.look('tenants/lobby-0')
      expect(outcome).toMatchObject({ kind: 'recheck' })
      const afterMs = outcome.kind === 'recheck' ? outcome.afterMs : Number.NaN
      expect(afterMs).toBeLessThanOrEqual(450_000)
      await rig.clock.advance(afterMs)
    }
  })
})
