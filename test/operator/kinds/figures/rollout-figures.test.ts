import { expect, test } from 'vitest'
import type { PartnerKey } from '../../../../src/api/partner-key.ts'
import { rolloutFigures } from '../../../../src/operator/kinds/figures/rollout-figures.ts'
import { partnerKey } from '../../../builders/partner-key-observed.ts'
import { VirtualClock } from '../../../time/virtual-clock.ts'

const made = (namespace: string, name: string): PartnerKey => {
  const one = partnerKey()
  return { ...one, metadata: { ...one.metadata, namespace, name } }
}

function figuresOf(partnerKeys: readonly PartnerKey[], pairs: readonly string[] = []) {
  const held = new Map(
    Map.groupBy(pairs, pair => pair)
      .entries()
      .map(([pair, { length }]) => [pair, length]),
  )
  return rolloutFigures({
    partnerKeys: { list: () => [...partnerKeys] } as never,
    secrets: { get: () => undefined } as never,
    tally: { held: () => ({ pairs: held, partner: new Map() }) },
    clock: new VirtualClock(),
  })
}

test('of very many PartnerKeys some of each namespace are told of, and how many are not', () => {
  const many = Array.from({ length: 5_000 }, (_, at) => made('hog', `k${at}`))
  const { told, leftOut } = figuresOf([...many, made('shop', 'a'), made('shop', 'b')])
  const keys = [...told].map(({ partnerKey }) => partnerKey)
  expect([keys.length, leftOut]).toEqual([250, 4_752])
  expect(keys).toEqual(expect.arrayContaining(['shop/a', 'shop/b', 'hog/k0']))
})

test('pairs that stand in very many Secrets are counted by themselves, and odd ones together', () => {
  const odd = Array.from({ length: 100 }, (_, at) => `1:${at + 2}`)
  const { told } = figuresOf([made('shop', 'a')], ['1:1', '1:1', ...odd])
  const [figures] = [...told]
  expect(figures?.pairs.size).toBe(17)
  expect([figures?.pairs.get('1:1'), figures?.pairs.get('other')]).toEqual([2, 85])
})
