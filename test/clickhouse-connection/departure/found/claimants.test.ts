import { describe, expect, test } from 'vitest'
import type { PartnerKey } from '../../../../src/api/partner-key.ts'
import { type Claim, claimOn } from '../../../../src/clickhouse-connection/departure/found/claimants.ts'
import { doubtMs, Doubts } from '../../../../src/clickhouse-connection/departure/found/doubts.ts'
import { builtPartnerKey } from '../../../builders/partner-key.ts'
import { builtTenant } from '../../../builders/tenant.ts'

const database = 'client_1'
const named = builtTenant({ spec: { database, partnerKeyRef: { name: 'acme', namespace: 'datalens' } } })
const admitting = builtPartnerKey({})
const letting = (databases: string, namespaces: PartnerKey['spec']['tenants']['namespaces']): PartnerKey =>
  builtPartnerKey({ spec: { tenants: { ...admitting.spec.tenants, namespaces, databases: [databases] } } })
const refusing = letting('other_*', { from: 'All' })
const selecting = letting('client_*', { from: 'Selector', selector: { matchLabels: { a: 'b' } } })

const strangers = builtTenant({ spec: { database, partnerKeyRef: { name: 'acme', namespace: 'stranger' } } })

function claim(key: PartnerKey | undefined, tenants = [named]): Claim {
  return claimOn(database, 'datalens', {
    tenants: { byIndex: () => tenants },
    partnerKeys: { get: () => key },
    namespaces: undefined,
  })
}

describe('who claims a database', () => {
  test.each<readonly [string, Claim, Claim]>([
    ['nobody names it', claim(admitting, []), 'none'],
    ['a tenant that may have it', claim(admitting), 'certain'],
    ['a tenant that is surely refused', claim(refusing), 'none'],
    ['a tenant whose namespace cannot be read', claim(selecting), 'certain'],
    ['a tenant whose PartnerKey is not there', claim(undefined), 'doubtful'],
    ['a tenant whose key is of another namespace, and lets all in', claim(admitting, [strangers]), 'none'],
    [
      'a tenant whose key would be of another namespace, and is not there',
      claim(undefined, [strangers]),
      'none',
    ],
    ['such a one, and one that may have it', claim(admitting, [strangers, named]), 'certain'],
  ])('%s', (_what, found, expected) => {
    expect(found).toBe(expected)
  })

  test('the surest of several counts', () => {
    const tenants = [
      builtTenant({ spec: { database, partnerKeyRef: { name: 'gone', namespace: 'datalens' } } }),
      named,
    ]
    const partnerKeys = { get: (key: string) => (key.endsWith('/acme') ? admitting : undefined) }
    const all = { tenants: { byIndex: () => tenants }, partnerKeys, namespaces: undefined }
    expect(claimOn(database, 'datalens', all)).toBe('certain')
    expect(claimOn(database, 'datalens', { ...all, tenants: { byIndex: () => tenants.toReversed() } })).toBe(
      'certain',
    )
  })
})

describe('a doubt', () => {
  const day = 24 * 3_600_000
  const graceMs = 600_000
  const at = (elapsed: number) => ({ elapsed, graceMs })

  test('keeps a database however long it was claimed before, and not for ever', () => {
    const doubts = new Doubts()
    expect(doubts.keeps(database, 'certain', at(0))).toBe(true)
    expect(doubts.keeps(database, 'doubtful', at(100 * day))).toBe(true)
    expect(doubts.keeps(database, 'doubtful', at(100 * day + doubtMs - 1))).toBe(true)
    expect(doubts.keeps(database, 'doubtful', at(100 * day + doubtMs))).toBe(false)
  })

  test('begins anew once it was cleared up', () => {
    const doubts = new Doubts()
    expect(doubts.keeps(database, 'doubtful', at(0))).toBe(true)
    expect(doubts.keeps(database, 'certain', at(doubtMs))).toBe(true)
    expect(doubts.keeps(database, 'doubtful', at(doubtMs + 1))).toBe(true)
    expect(doubts.keeps(database, 'none', at(doubtMs + 2))).toBe(false)
  })

  test('keeps what a tenant claimed that nobody saw go, for the grace', () => {
    const doubts = new Doubts()
    doubts.noteMissing(database, 100, 10)
    expect(doubts.keeps(database, 'none', at(100 + graceMs - 1))).toBe(true)
    expect(doubts.keeps(database, 'none', at(100 + graceMs))).toBe(false)
    expect(doubts.keeps('another', 'none', at(100))).toBe(false)
  })

  test('is of one database', () => {
    const doubts = new Doubts()
    doubts.keeps('a', 'doubtful', at(0))
    expect(doubts.keeps('b', 'doubtful', at(doubtMs))).toBe(true)
    expect(doubts.keeps('a', 'doubtful', at(doubtMs))).toBe(false)
  })
})

/** A look that does not show the database. After it the doubt lasts as long as it did before, or it is forgotten. */
const looks = [
  { what: 'of all endpoints', complete: true, agoMs: 1, missing: 'known', doubt: 'forgotten' },
  {
    what: 'of all, at the end of the grace',
    complete: true,
    agoMs: 600_000,
    missing: 'forgotten',
    doubt: 'forgotten',
  },
  { what: 'of some', complete: false, agoMs: 1, missing: 'known', doubt: 'known' },
  { what: 'of some, after the grace', complete: false, agoMs: 600_000, missing: 'known', doubt: 'known' },
] as const

describe.each(looks)('a look $what without the database', ({ complete, agoMs, ...expected }) => {
  const look = { complete, elapsed: agoMs, graceMs: 600_000 }

  test('and a tenant that a list lacks', () => {
    const doubts = new Doubts()
    doubts.noteMissing(database, 0, 10)
    doubts.forgetOthers(new Set(['another']), look)
    // By a grace that was made longer since, it shows what is remembered.
    const kept = doubts.keeps(database, 'none', { elapsed: agoMs, graceMs: 900_000 })
    expect(kept ? 'known' : 'forgotten').toBe(expected.missing)
  })

  test('and a claim in doubt', () => {
    const doubts = new Doubts()
    doubts.keeps(database, 'doubtful', { elapsed: 0, graceMs: 1 })
    doubts.forgetOthers(new Set(['another']), look)
    const begunAnew = doubts.keeps(database, 'doubtful', { elapsed: doubtMs, graceMs: 1 })
    expect(begunAnew ? 'forgotten' : 'known').toBe(expected.doubt)
  })
})
