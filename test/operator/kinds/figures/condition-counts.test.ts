import { expect, test } from 'vitest'
import type { Condition } from '../../../../src/api/conditions.ts'
import { partnerKey, type PartnerKey } from '../../../../src/api/partner-key.ts'
import { countConditions } from '../../../../src/operator/kinds/figures/condition-counts.ts'
import { Store } from '../../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../../src/telemetry/log.ts'
import { builtPartnerKey } from '../../../builders/partner-key.ts'

type Said = readonly [type: string, status: Condition['status'], reason: string]

function key(name: string, version: number, ...said: readonly Said[]): PartnerKey {
  const conditions = said.map(([type, status, reason]) => ({
    type,
    status,
    reason,
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }))
  const base = builtPartnerKey()
  const metadata = { ...base.metadata, name, uid: name, resourceVersion: String(version) }
  return { ...base, metadata, status: { conditions } as PartnerKey['status'] & object }
}

test('conditions are counted as objects come, change and go; a reason that is none any more is 0', () => {
  const store = new Store<PartnerKey>({ name: 'keys', log: createLogger({ level: 'silent' }) })
  store.noteWrite(key('first', 1, ['Ready', 'True', 'Ready'], ['Minting', 'False', 'KeyLost']))
  const figures = countConditions(partnerKey, store)
  const counted = () =>
    Object.fromEntries([...figures()].map(f => [`${f.kind} ${f.type} ${f.status} ${f.reason}`, f.count]))
  expect(counted()).toEqual({ 'PartnerKey Ready True Ready': 1, 'PartnerKey Minting False KeyLost': 1 })
  store.noteWrite(key('second', 2, ['Ready', 'True', 'Ready']))
  store.noteWrite(key('first', 3, ['Ready', 'True', 'Ready'], ['Minting', 'True', 'Minting']))
  expect(counted()).toEqual({
    'PartnerKey Ready True Ready': 2,
    'PartnerKey Minting False KeyLost': 0,
    'PartnerKey Minting True Minting': 1,
  })
  store.noteDelete('datalens/second', 'second')
  expect(counted()).toMatchObject({ 'PartnerKey Ready True Ready': 1 })
})

test('labels come from closed sets, whoever wrote the status', () => {
  const store = new Store<PartnerKey>({ name: 'keys', log: createLogger({ level: 'silent' }) })
  store.noteWrite(
    key(
      'one',
      1,
      ['Ready', 'True', 'InventedByHand'],
      ['Invented', 'True', 'Ready'],
      ['toString', 'True', 'constructor'],
    ),
  )
  expect([...countConditions(partnerKey, store)()]).toEqual([
    { kind: 'PartnerKey', type: 'Ready', status: 'True', reason: 'Other', count: 1 },
  ])
})
