import { describe, expect, test } from 'vitest'
import type { PartnerKeyReason } from '../../../src/api/reasons.ts'
import { decideKeys } from '../../../src/partner-key/keys/plan.ts'
import {
  dataLensKeys,
  keySecret,
  partnerKeys,
  rememberedKeys,
  seen,
  type Difference,
} from '../../builders/partner-key-observed.ts'

const [first, second, third] = partnerKeys
const [dataLens, otherDataLens] = dataLensKeys
const kinds = (difference: Difference) => decideKeys(seen(difference)).steps.map(({ kind }) => kind)

/** The spec names version 2, of which nothing is there yet. */
const bumped: Difference = { spec: { keyVersion: 2 } }
const withoutLedger: Difference = { ledger: [] }

describe('steps', () => {
  test.each<readonly [string, Difference, readonly string[]]>([
    ['at rest', {}, []],
    ['at the very beginning', { ledger: [], secrets: {} }, ['createKeySecret', 'recordKeys']],
    ['the key Secret was made, the ledger not yet', { ledger: [['DataLens', 1, dataLens]] }, ['recordKeys']],
    ['a bumped version', bumped, ['createKeySecret']],
    [
      'a bumped version whose Secret was made',
      { ...bumped, secrets: { 1: keySecret(1, first), 2: keySecret(2, second) } },
      ['recordKeys'],
    ],
    ['DataLens has answered', { ledger: [['Partner', 1, first]] }, ['recordKeys']],
    ['a lost ledger', withoutLedger, ['recordKeys']],
    [
      'a key Secret without our labels',
      { secrets: { 1: { ...keySecret(1, first), tidy: false } as never } },
      ['tidyKeySecret'],
    ],
    [
      'a ledger without our labels',
      { ledgerMap: { object: { metadata: { name: 'x' } }, tidy: false } },
      ['recordKeys'],
    ],
    ['a brought key', { ...bumped, brought: { kind: 'ok', key: second } }, ['createKeySecret']],
    [
      'a lost key that is brought again',
      { secrets: {}, brought: { kind: 'ok', key: first } },
      ['createKeySecret'],
    ],
  ])('%s', (_what, difference, expected) => {
    const decision = decideKeys(seen(difference))
    expect(decision.steps.map(({ kind }) => kind)).toEqual(expected)
    expect([decision.partner, decision.dataLens]).toEqual([undefined, undefined])
  })

  test('a lost ledger is put back from all key Secrets, the spec and what is remembered', () => {
    const { steps } = decideKeys(
      seen({
        spec: { keyVersion: 2 },
        ledger: [],
        secrets: { 1: keySecret(1, first), 2: keySecret(2, second) },
        remembered: new Map([[5, otherDataLens]]),
        status: rememberedKeys([['DataLens', 5, otherDataLens]]),
      }),
    )
    const [step] = steps
    expect(
      step?.kind === 'recordKeys' && step.entries.map(({ side, version }) => `${side} ${version}`),
    ).toEqual(['Partner 2', 'DataLens 1', 'Partner 1', 'DataLens 5'])
  })

  test('an entry that a person took out, and that no token was made with, stays out', () => {
    const difference: Difference = {
      remembered: new Map([[5, otherDataLens]]),
      status: rememberedKeys([['DataLens', 5, otherDataLens]]),
    }
    expect(kinds(difference)).toEqual([])
    expect(kinds({ ...difference, tokens: { dataLens: { 5: 1 }, partner: {} } })).toEqual(['recordKeys'])
  })
})

describe('problems', () => {
  const broken = { kind: 'broken', name: 'acme-partner-v1', message: 'It has no private.pem.' } as const
  const foreign = { kind: 'foreign', name: 'acme-partner-v1', because: 'its type is Opaque' } as const

  test.each<readonly [string, Difference, 'partner' | 'dataLens', PartnerKeyReason, boolean]>([
    ['the key Secret is gone', { secrets: {} }, 'partner', 'KeyLost', true],
    [
      'the key Secret is gone and the one to bring is missing',
      { secrets: {}, brought: { kind: 'missing', message: 'There is none.' } },
      'partner',
      'KeyLost',
      true,
    ],
    [
      'accepts names a version that has no Secret',
      {
        spec: {
          keyVersion: 2,
          dataLens: {
            keyVersion: 1,
            publicKey: dataLens.publicPem,
            accepts: [{ keyVersion: 2, fingerprint: second.fingerprint }],
          },
        },
      },
      'partner',
      'KeyLost',
      true,
    ],
    [
      'ledger and key Secret are gone, and tenants hold tokens of the version',
      { ledger: [], secrets: {}, tokens: { dataLens: {}, partner: { 1: 3 } } },
      'partner',
      'KeyLost',
      true,
    ],
    [
      'the same, and the ledger holds DataLens’s key again',
      { ledger: [['DataLens', 1, dataLens]], secrets: {}, tokens: { dataLens: {}, partner: { 1: 3 } } },
      'partner',
      'KeyLost',
      true,
    ],
    [
      'ledger and key Secret are gone, and the status knows the version',
      { ledger: [], secrets: {}, status: rememberedKeys([['Partner', 1, first]]) },
      'partner',
      'KeyLost',
      true,
    ],
    [
      'entry and key Secret were removed by hand, and tokens are left',
      {
        ...bumped,
        status: rememberedKeys([['Partner', 2, second]]),
        tokens: { dataLens: {}, partner: { 2: 1 } },
      },
      'partner',
      'KeyLost',
      true,
    ],
    [
      'another key in the Secret',
      { secrets: { 1: keySecret(1, second) } },
      'partner',
      'KeyVersionReused',
      true,
    ],
    [
      'another key is brought for a version that was lost',
      { secrets: {}, brought: { kind: 'ok', key: second } },
      'partner',
      'KeyVersionReused',
      true,
    ],
    [
      'the key of another version is brought',
      { ...bumped, brought: { kind: 'ok', key: first } },
      'partner',
      'KeyInvalid',
      true,
    ],
    [
      'a key is brought that DataLens has not confirmed',
      {
        spec: {
          keyVersion: 2,
          dataLens: {
            keyVersion: 1,
            publicKey: dataLens.publicPem,
            accepts: [{ keyVersion: 2, fingerprint: second.fingerprint }],
          },
        },
        brought: { kind: 'ok', key: third },
      },
      'partner',
      'KeyInvalid',
      true,
    ],
    [
      'what is brought is no key',
      { ...bumped, brought: { kind: 'invalid', message: 'It is a certificate.' } },
      'partner',
      'KeyInvalid',
      true,
    ],
    [
      'what is brought is missing',
      { ...bumped, brought: { kind: 'missing', message: 'There is none.' } },
      'partner',
      'PrivateKeySecretMissing',
      false,
    ],
    [
      'what is brought is not known yet',
      { ...bumped, brought: { kind: 'unknown' } },
      'partner',
      'Progressing',
      false,
    ],
    ['the key Secret is not ours', { secrets: { 1: foreign } }, 'partner', 'SecretConflict', true],
    ['the key Secret holds no key', { secrets: { 1: broken } }, 'partner', 'KeyInvalid', true],
    [
      'a lost ledger, and a key Secret that the status contradicts',
      { ...withoutLedger, status: rememberedKeys([['Partner', 1, second]]) },
      'partner',
      'KeyVersionReused',
      true,
    ],
    [
      'a lost ledger, and a key Secret that tenants’ Secrets contradict',
      { ...withoutLedger, disproved: side => side === 'Partner' },
      'partner',
      'KeyVersionReused',
      true,
    ],
    [
      'DataLens’s key was replaced under its version',
      { spec: { dataLens: { keyVersion: 1, publicKey: otherDataLens.publicPem } } },
      'dataLens',
      'KeyVersionReused',
      true,
    ],
    [
      'DataLens’s key under another version',
      { spec: { dataLens: { keyVersion: 2, publicKey: dataLens.publicPem } } },
      'dataLens',
      'KeyInvalid',
      true,
    ],
    [
      'the partner’s own key for DataLens’s',
      { spec: { dataLens: { keyVersion: 2, publicKey: first.publicPem } } },
      'dataLens',
      'KeyInvalid',
      true,
    ],
    [
      'DataLens’s key is not one',
      { dataLensKey: { kind: 'invalid', message: 'It is damaged.' } },
      'dataLens',
      'KeyInvalid',
      true,
    ],
    [
      'a lost ledger, and another key of DataLens than the status knows',
      {
        ...withoutLedger,
        spec: { dataLens: { keyVersion: 1, publicKey: otherDataLens.publicPem } },
        status: rememberedKeys([['DataLens', 1, dataLens]]),
      },
      'dataLens',
      'KeyVersionReused',
      true,
    ],
    [
      'a lost ledger and status, and another key of DataLens than tokens were made with',
      { ...withoutLedger, disproved: side => side === 'DataLens' },
      'dataLens',
      'KeyVersionReused',
      true,
    ],
    [
      'a damaged ledger',
      { ledgerMap: { object: { metadata: { name: 'x' }, data: { a: 'b' } }, tidy: true } },
      'partner',
      'LedgerDamaged',
      true,
    ],
    [
      'a ledger that is not ours',
      { ledgerMap: { object: undefined, tidy: false, foreign: 'x' } },
      'partner',
      'SecretConflict',
      true,
    ],
  ])('%s', (_what, difference, side, reason, stalled) => {
    const decision = decideKeys(seen(difference))
    expect(decision[side]).toMatchObject({ reason, weight: stalled ? 'stalled' : 'waiting' })
    expect(decision.steps.filter(({ kind }) => kind === 'createKeySecret')).toEqual([])
  })

  test('a new version is generated although a tenant’s Secret pretends to hold a token of it', () => {
    expect(kinds({ ...bumped, tokens: { dataLens: {}, partner: { 2: 1 } } })).toEqual(['createKeySecret'])
  })

  test('with a ledger, what tenants’ Secrets say against a partner key is not heard', () => {
    const secrets = { 1: keySecret(1, first), 2: keySecret(2, second) }
    expect(kinds({ ...bumped, secrets, disproved: side => side === 'Partner' })).toEqual(['recordKeys'])
  })

  test('messages name the keys and what to do', () => {
    const { partner } = decideKeys(seen({ secrets: {} }))
    expect(partner?.message).toContain(first.fingerprint)
    expect(partner?.message).toContain('"acme-partner-v1"')
    expect(partner?.message).toContain('never made anew')
  })
})

describe('keys at hand', () => {
  test('have a Secret and a ledger entry that agree', () => {
    const { atHand } = decideKeys(
      seen({
        ledger: [
          ['Partner', 1, first],
          ['Partner', 2, second],
          ['DataLens', 1, dataLens],
          ['DataLens', 2, otherDataLens],
        ],
        secrets: { 1: keySecret(1, first), 2: keySecret(2, third), 3: keySecret(3, third) },
      }),
    )
    expect([...atHand.partner.keys()]).toEqual([1])
    expect([...atHand.dataLens.keys()]).toEqual([1, 2])
  })

  test('are the ledger’s when the spec brings another under the same version', () => {
    const { atHand } = decideKeys(
      seen({ spec: { dataLens: { keyVersion: 1, publicKey: otherDataLens.publicPem } } }),
    )
    expect(atHand.dataLens.get(1)?.fingerprint).toBe(dataLens.fingerprint)
  })

  test('are the whole ones of a damaged ledger', () => {
    const object = seen().ledgerMap.object
    const data = { ...object?.data, notes: 'x' }
    const { atHand } = decideKeys(
      seen({ ledgerMap: { object: { metadata: { name: 'x' }, data }, tidy: true } }),
    )
    expect([...atHand.partner.keys()]).toEqual([1])
  })
})
