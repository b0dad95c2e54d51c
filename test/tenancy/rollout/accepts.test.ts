import { describe, expect, test } from 'vitest'
import { confirmedKey, isAccepted, isConfirmed } from '../../../src/tenancy/rollout/accepts.ts'

const entry = { keyVersion: 2, fingerprint: 'SHA256:B' }
const spec = (...accepts: (typeof entry)[]) => ({
  dataLens: { keyVersion: 1, publicKey: 'PEM', accepts },
})
const unpinned = { dataLens: { keyVersion: 1, publicKey: 'PEM' } }

describe('the keys that DataLens has confirmed', () => {
  test.each([
    ['this very key', spec(entry), 'SHA256:B', { confirmed: true, accepted: true }],
    [
      'among others',
      spec({ keyVersion: 1, fingerprint: 'SHA256:A' }, entry),
      'SHA256:B',
      { confirmed: true, accepted: true },
    ],
    ['another key of the version', spec(entry), 'SHA256:C', { confirmed: false, accepted: false }],
    [
      'the key under another version',
      spec({ ...entry, keyVersion: 1 }),
      'SHA256:B',
      { confirmed: false, accepted: false },
    ],
    ['a key that is not at hand', spec(entry), undefined, { confirmed: false, accepted: false }],
    ['not at hand, and not named', spec(), undefined, { confirmed: false, accepted: false }],
    ['without accepts', unpinned, 'SHA256:B', { confirmed: false, accepted: true }],
    ['without accepts, not at hand', unpinned, undefined, { confirmed: false, accepted: true }],
    ['before DataLens has answered', {}, 'SHA256:B', { confirmed: false, accepted: true }],
  ] as const)('%s', (_, of, fingerprint, { confirmed, accepted }) => {
    expect(isConfirmed(of, 2, fingerprint)).toBe(confirmed)
    expect(isAccepted(of, 2, fingerprint)).toBe(accepted)
  })

  test('the entry of a version', () => {
    expect(confirmedKey(spec(entry), 2)).toEqual(entry)
    expect(confirmedKey(spec(entry), 1)).toBeUndefined()
    expect(confirmedKey(unpinned, 2)).toBeUndefined()
  })
})
