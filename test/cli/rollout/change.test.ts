import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  pauseChange,
  promoteChange,
  resumeChange,
  rollbackChange,
  type ChangeAnswer,
} from '../../../src/cli/rollout/change.ts'
import { ledgerData, readLedger, type Ledger } from '../../../src/partner-key/keys/ledger.ts'
import { inspectPublicKey } from '../../../src/token/keys.ts'
import type { KeyStatus } from '../../../src/partner-key/keys/withdrawal.ts'
import { keysInRotation, rotatingPartnerKey } from '../../builders/partner-key-rotating.ts'

function publicKey() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return inspectPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())
}
const partnerOne = publicKey()
const dataLensOne = publicKey()
const ledger: Ledger = readLedger(
  ledgerData([
    { side: 'Partner', version: 1, ...partnerOne },
    { side: 'Partner', version: 2, ...publicKey() },
    { side: 'DataLens', version: 1, ...dataLensOne },
  ]),
)
const manual = { selector: {}, soak: '10m', promotion: 'Manual' as const }

function refusal(answer: ChangeAnswer): string {
  return 'refused' in answer ? answer.refused : 'not refused'
}

test('pause and resume set the one field, and say when it was so', () => {
  expect(pauseChange(rotatingPartnerKey())).toMatchObject({ spec: { rollout: { paused: true } }, notes: [] })
  expect(pauseChange(rotatingPartnerKey({ pace: { paused: true } })).notes).toHaveLength(1)
  expect(resumeChange(rotatingPartnerKey({ pace: { paused: true } }))).toMatchObject({
    spec: { rollout: { paused: false } },
    notes: [],
  })
  expect(resumeChange(rotatingPartnerKey({ rollout: { phase: 'Stopped' } })).notes.join(' ')).toContain(
    'undo',
  )
})

test('a pause says that it does not hold a rollback', () => {
  const back = { spec: { keyVersion: 1 }, status: { target: '1:1' } }
  expect(pauseChange(rotatingPartnerKey(back)).notes.join(' ')).toContain('rollback')
  const undone = rotatingPartnerKey({ spec: { keyVersion: 1 } })
  expect(pauseChange(undone).notes.join(' ')).toContain('rollback')
  const over = rotatingPartnerKey({ ...back, rollout: { phase: 'Complete' } })
  expect(pauseChange(over).notes).toEqual([])
})

describe('promote', () => {
  test('names the target', () => {
    const waiting = rotatingPartnerKey({ pace: { canary: manual }, rollout: { phase: 'AwaitingPromotion' } })
    expect(promoteChange(waiting)).toEqual({
      spec: { rollout: { promoted: '1:2' } },
      done: 'promoted 1:2',
      notes: [],
    })
  })

  test('before the canary is done says what follows', () => {
    const early = rotatingPartnerKey({ pace: { canary: manual }, rollout: { phase: 'Canary' } })
    expect(promoteChange(early)).toMatchObject({ notes: [expect.stringContaining('not done yet')] })
  })

  test('is refused where nothing waits for it', () => {
    expect(refusal(promoteChange(rotatingPartnerKey()))).toContain('not Manual')
    const behind = rotatingPartnerKey({ pace: { canary: manual }, status: { target: '1:1' } })
    expect(refusal(promoteChange(behind))).toContain('not taken up')
    const done = rotatingPartnerKey({ pace: { canary: manual }, rollout: { phase: 'Complete' } })
    expect(refusal(promoteChange(done))).toContain('nothing to promote')
  })
})

describe('undo', () => {
  test('sets the partner’s version back, and leaves DataLens’s alone', () => {
    expect(rollbackChange(rotatingPartnerKey(), ledger, undefined)).toMatchObject({
      spec: { keyVersion: 1 },
      done: 'set back to 1:1',
      notes: [expect.stringContaining('at once')],
    })
  })

  test('sets DataLens’s version back together with the key that it stands for', () => {
    const both = rotatingPartnerKey({
      spec: { dataLens: { keyVersion: 2, publicKey: 'PEM 2' } },
      status: { target: '2:2' },
    })
    expect(rollbackChange(both, ledger, undefined)).toMatchObject({
      spec: { keyVersion: 1, dataLens: { keyVersion: 1, publicKey: dataLensOne.publicPem } },
    })
  })

  test('says when accepts would hold it up', () => {
    const pinned = (fingerprint: string) =>
      rotatingPartnerKey({
        spec: { dataLens: { keyVersion: 1, publicKey: 'PEM', accepts: [{ keyVersion: 1, fingerprint }] } },
      })
    const held = rollbackChange(pinned('SHA256:other'), ledger, undefined)
    expect('notes' in held && held.notes.join(' ')).toContain(partnerOne.fingerprint)
    const free = rollbackChange(pinned(partnerOne.fingerprint), ledger, undefined)
    expect('notes' in free && free.notes).toHaveLength(1)
  })

  test('of a complete rollout needs a pair, which then rolls out like a new one', () => {
    const done = rotatingPartnerKey({ status: { current: '1:2' }, rollout: { phase: 'Complete' } })
    expect(refusal(rollbackChange(done, ledger, undefined))).toContain('--to')
    expect(rollbackChange(done, ledger, { dataLens: 1, partner: 1 })).toMatchObject({
      spec: { keyVersion: 1 },
      notes: [expect.stringContaining('like any new pair')],
    })
  })

  test('to a key that DataLens was free to withdraw warns', () => {
    const done = (over: Partial<KeyStatus>) =>
      rotatingPartnerKey({
        status: {
          current: '1:2',
          keys: keysInRotation.map(key =>
            key.side === 'Partner' && key.version === 1
              ? { ...key, state: 'Superseded', tokens: 0, ...over }
              : key,
          ),
        },
        rollout: { phase: 'Complete' },
      })
    const to = { dataLens: 1, partner: 1 }
    const warning = expect.stringContaining('DataLens was free to withdraw partner key 1: if it has')
    expect(rollbackChange(done({}), ledger, to)).toMatchObject({ warning })
    expect(rollbackChange(done({ released: true, tokens: 3 }), ledger, to)).toMatchObject({ warning })
    expect(rollbackChange(done({ tokens: 3 }), ledger, to)).not.toHaveProperty('warning')
    expect(rollbackChange(rotatingPartnerKey(), ledger, undefined)).not.toHaveProperty('warning')
  })

  test('to a key that is lost says so, and how it comes back', () => {
    const keys = keysInRotation.map(key =>
      key.side === 'Partner' && key.version === 1 ? { ...key, state: 'Lost' as const } : key,
    )
    const back = rollbackChange(rotatingPartnerKey({ status: { keys } }), ledger, undefined)
    const lost = 'Partner key 1 is lost: bring it back from the vault (lenskeeper key import acme -n datalens'
    expect(back).toMatchObject({ notes: [expect.any(String), expect.stringContaining(lost)] })
  })

  test('of the partner’s side alone needs no ledger; of DataLens’s it does, and says so', () => {
    const back = rollbackChange(rotatingPartnerKey(), undefined, undefined)
    expect(back).toMatchObject({ spec: { keyVersion: 1 }, done: 'set back to 1:1' })
    const unknown = rollbackChange(rotatingPartnerKey({ status: { keys: [] } }), undefined, undefined)
    expect(unknown).toMatchObject({
      notes: [expect.any(String), expect.stringContaining('could not be told')],
    })
    const theirs = rotatingPartnerKey({ spec: { dataLens: { keyVersion: 2, publicKey: 'PEM' } } })
    expect(refusal(rollbackChange(theirs, undefined, undefined))).toContain(
      'damaged, not there, or not for you to read',
    )
  })

  test('to what tokens have asks no ledger whether that was in use', () => {
    const other = readLedger(ledgerData([{ side: 'Partner', version: 2, ...publicKey() }]))
    const forgotten = rollbackChange(rotatingPartnerKey({ status: { keys: [] } }), other, undefined)
    expect(forgotten).toMatchObject({
      spec: { keyVersion: 1 },
      notes: [expect.any(String), expect.stringContaining('ledger does not know partner key 1')],
    })
  })

  test('of DataLens’s key alone asks nothing about the partner’s', () => {
    const dataLensOnly = readLedger(ledgerData([{ side: 'DataLens', version: 1, ...dataLensOne }]))
    const theirs = rotatingPartnerKey({
      spec: { dataLens: { keyVersion: 2, publicKey: 'PEM' } },
      status: { current: '1:2', target: '2:2', keys: [] },
    })
    expect(rollbackChange(theirs, dataLensOnly, undefined)).toMatchObject({
      spec: { dataLens: { keyVersion: 1 } },
      notes: [expect.stringContaining('at once')],
    })
  })

  test('takes the promotion of the pair that is left along, and no other', () => {
    const promoted = (pair: string) => rotatingPartnerKey({ pace: { canary: manual, promoted: pair } })
    expect(rollbackChange(promoted('1:2'), ledger, undefined)).toMatchObject({
      spec: { rollout: { promoted: null } },
      notes: [expect.any(String), expect.stringContaining('it names 1:2,')],
    })
    expect(rollbackChange(promoted('1:1'), ledger, undefined)).not.toHaveProperty('spec.rollout')
  })

  test('to a key that was never in use is refused', () => {
    expect(refusal(rollbackChange(rotatingPartnerKey(), ledger, { dataLens: 1, partner: 7 }))).toContain(
      'does not know partner key 7',
    )
    expect(refusal(rollbackChange(rotatingPartnerKey(), ledger, { dataLens: 9, partner: 1 }))).toContain(
      'DataLens’s key 9',
    )
    expect(refusal(rollbackChange(rotatingPartnerKey(), ledger, { dataLens: 1, partner: 2 }))).toContain(
      'already',
    )
  })
})
