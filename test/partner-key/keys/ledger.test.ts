import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entryText, ledgerData, readLedger } from '../../../src/partner-key/keys/ledger.ts'
import { dataLensKeys, ledgerMap, partnerKeys } from '../../builders/partner-key-observed.ts'

const [partner] = partnerKeys
const [dataLens] = dataLensKeys
const good = ledgerData([
  { side: 'Partner', version: 1, fingerprint: partner.fingerprint, publicPem: partner.publicPem },
  { side: 'DataLens', version: 7, fingerprint: dataLens.fingerprint, publicPem: dataLens.publicPem },
])

describe('a ledger', () => {
  test('reads what was written', () => {
    const { entries, damage } = readLedger(good)
    expect(damage).toEqual([])
    expect(entries.map(({ side, version, fingerprint }) => [side, version, fingerprint])).toEqual([
      ['Partner', 1, partner.fingerprint],
      ['DataLens', 7, dataLens.fingerprint],
    ])
    expect(ledgerData(entries)).toEqual(good)
  })

  test('that does not exist, or is empty, is neither damaged nor full', () => {
    expect(readLedger(undefined)).toEqual({ entries: [], damage: [] })
    expect(readLedger({})).toEqual({ entries: [], damage: [] })
  })

  test('with other white space is the same ledger', () => {
    const text = entryText(partner).replaceAll('\n', '\r\n') + '\n\n'
    expect(readLedger({ 'partner.v1': text })).toMatchObject({ damage: [], entries: [{ version: 1 }] })
  })

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const weakPem = weak.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const privatePem = partner.privatePem.reveal()

  test.each<readonly [string, Record<string, string>, string]>([
    ['a strange name', { notes: 'hello' }, '"notes" is not the name of an entry.'],
    ['version 0', { 'partner.v0': entryText(partner) }, '"partner.v0" is not the name of an entry.'],
    ['a leading zero', { 'partner.v01': entryText(partner) }, '"partner.v01" is not the name of an entry.'],
    [
      'a version too large',
      { 'partner.v2147483648': entryText(partner) },
      '"partner.v2147483648" is not the name of an entry.',
    ],
    ['an empty text', { 'partner.v1': '' }, 'partner.v1 does not begin with a fingerprint.'],
    [
      'a key without its fingerprint',
      { 'partner.v1': partner.publicPem },
      'partner.v1 does not begin with a fingerprint.',
    ],
    [
      'a fingerprint without its key',
      { 'partner.v1': `${partner.fingerprint}\n` },
      'partner.v1 holds no usable public key.',
    ],
    [
      'another key under the fingerprint',
      { 'partner.v1': `${partner.fingerprint}\n${dataLens.publicPem}` },
      `partner.v1 says ${partner.fingerprint}, but its key is ${dataLens.fingerprint}.`,
    ],
    [
      'a weak key',
      { 'partner.v1': `${partner.fingerprint}\n${weakPem}` },
      'partner.v1 holds no usable public key.',
    ],
    [
      'a private key',
      { 'partner.v1': `${partner.fingerprint}\n${privatePem}` },
      'partner.v1 holds no usable public key.',
    ],
    [
      'one key twice',
      { 'partner.v1': entryText(partner), 'partner.v2': entryText(partner) },
      'partner.v2 and partner.v1 are the same key.',
    ],
  ])('with %s is damaged, and says where', (_what, data, damage) => {
    expect(readLedger(data).damage).toEqual([damage])
  })

  test('with more entries than anybody rotates to is damaged, and none of them is held', () => {
    const many = Object.fromEntries(Array.from({ length: 513 }, (_, at) => [`partner.v${at + 1}`, 'x']))
    expect(readLedger(many)).toEqual({
      entries: [],
      damage: ['It has 513 entries, and no more than 512 are read.'],
    })
  })

  test('tells of very much damage in a few sentences', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`note-${at}`, 'x']))
    const { damage } = readLedger(many)
    expect([damage.length, damage.at(-1)]).toEqual([9, 'There is more damage: 492 times.'])
  })

  test('keeps its whole entries beside a damaged one', () => {
    const { entries, damage } = readLedger({ ...good, 'partner.v2': 'x' })
    expect(entries).toHaveLength(2)
    expect(damage).toHaveLength(1)
  })

  test('reads any text without throwing, and takes nothing from it', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('partner.v1', 'datalens.v2', '__proto__', 'constructor'),
    )
    const texts = fc.oneof(
      fc.string(),
      fc.string().map(tail => `${partner.fingerprint}\n${tail}`),
      fc.string().map(middle => entryText(partner).replace('MII', middle)),
    )
    fc.assert(
      fc.property(fc.dictionary(names, texts), data => {
        const { entries, damage } = readLedger(data)
        return (
          entries.every(entry => entry.fingerprint === partner.fingerprint) &&
          damage.every(text => text.length < 300)
        )
      }),
    )
  })

  test('fits a ConfigMap with a thousand keys', () => {
    const size = Object.values(ledgerMap([['Partner', 1, partner]]).data ?? {}).join('').length
    expect(size * 1000).toBeLessThan(1_048_576)
  })
})
