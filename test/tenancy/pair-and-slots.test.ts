import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPair, parsePair, samePair } from '../../src/tenancy/pair.ts'
import { slotOf } from '../../src/tenancy/slots.ts'

describe('a pair of key versions', () => {
  it.each([
    '',
    ':',
    '1',
    '1:',
    ':1',
    '0:1',
    '1:0',
    '01:1',
    '1:2:3',
    '+1:1',
    '1.0:1',
    ' 1:1',
    '1:1\n',
    '1:2147483648',
    '１:1',
  ])('does not read %j', text => {
    expect(parsePair(text)).toBeUndefined()
  })

  it('reads what it writes', () => {
    const versions = fc.integer({ min: 1, max: 2_147_483_647 })
    fc.assert(
      fc.property(versions, versions, (dataLens, partner) => {
        const pair = { dataLens, partner }
        expect(parsePair(formatPair(pair))).toEqual(pair)
      }),
    )
    expect(formatPair({ dataLens: 1, partner: 2 })).toBe('1:2')
  })

  it('is the same only when both versions are', () => {
    expect(samePair({ dataLens: 1, partner: 2 }, { dataLens: 1, partner: 2 })).toBe(true)
    expect(samePair({ dataLens: 1, partner: 2 }, { dataLens: 2, partner: 1 })).toBe(false)
    expect(samePair({ dataLens: 1, partner: 2 }, undefined)).toBe(false)
  })
})

describe('slots', () => {
  it('never change from release to release', () => {
    const names = ['acme', 'acme-1', 'acme-2', 'b', 'client-1234383']
    expect(names.map(name => slotOf('tenants', name))).toEqual([600, 644, 41, 821, 99])
  })

  it('tell namespace and name apart', () => {
    expect(slotOf('a', 'b-c')).not.toBe(slotOf('a-b', 'c'))
  })

  it('spread neighbouring names evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0)
    for (let at = 0; at < 10_000; at++) {
      const slot = slotOf('tenants', `client-${at}`)
      expect(slot).toBeGreaterThanOrEqual(0)
      expect(slot).toBeLessThan(1000)
      const tenth = Math.floor(slot / 100)
      counts[tenth] = (counts[tenth] ?? 0) + 1
    }
    for (const count of counts) {
      expect(count).toBeGreaterThan(850)
      expect(count).toBeLessThan(1150)
    }
  })
})
