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

  test('keeps a database however long it was claimed before, and not for ever', () => {
    const doubts = new Doubts()
    expect(doubts.keeps(database, 'certain', 0)).toBe(true)
    expect(doubts.keeps(database, 'doubtful', 100 * day)).toBe(true)
    expect(doubts.keeps(database, 'doubtful', 100 * day + doubtMs - 1)).toBe(true)
    expect(doubts.keeps(database, 'doubtful', 100 * day + doubtMs)).toBe(false)
  })

  test('begins anew once it was cleared up', () => {
    const doubts = new Doubts()
    expect(doubts.keeps(database, 'doubtful', 0)).toBe(true)
    expect(doubts.keeps(database, 'certain', doubtMs)).toBe(true)
    expect(doubts.keeps(database, 'doubtful', doubtMs + 1)).toBe(true)
    expect(doubts.keeps(database, 'none', doubtMs + 2)).toBe(false)
  })

  test('is of one database, and forgotten with it', () => {
    const doubts = new Doubts()
    doubts.keeps('a', 'doubtful', 0)
    expect(doubts.keeps('b', 'doubtful', doubtMs)).toBe(true)
    doubts.forgetOthers(new Set(['b']))
    expect(doubts.keeps('a', 'doubtful', doubtMs)).toBe(true)
  })
})
