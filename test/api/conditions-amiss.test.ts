// Which conditions somebody should look at.
import { describe, expect, test } from 'vitest'
import { isAmiss, type ConditionStatus } from '../../src/api/conditions.ts'
import { kinds } from '../../src/api/kinds.ts'

const cases: readonly (readonly [
  kind: string,
  type: string,
  ConditionStatus,
  reason: string,
  amiss: boolean,
])[] = [
  ['ClickHouseConnection', 'Ready', 'True', 'Ready', false],
  ['ClickHouseConnection', 'Ready', 'False', 'Unreachable', true],
  ['ClickHouseConnection', 'Reachable', 'False', 'PartlyReachable', true],
  ['ClickHouseConnection', 'ReaderVerified', 'True', 'ReaderVerified', false],
  ['ClickHouseConnection', 'ReaderVerified', 'False', 'GrantBroaderThanDeclared', true],
  ['ClickHouseConnection', 'ReaderVerified', 'False', 'ReaderPasswordUnknown', true],
  ['ClickHouseConnection', 'ReaderVerified', 'False', 'ViewRefused', true],
  ['ClickHouseConnection', 'ReaderVerified', 'Unknown', 'ReaderUnverified', true],
  ['ClickHouseConnection', 'ReaderVerified', 'Unknown', 'Progressing', false],
  ['ClickHouseConnection', 'SweepHeld', 'True', 'SweepHeld', true],
  ['ClickHouseConnection', 'SweepHeld', 'False', 'NothingToSweep', false],
  ['PartnerKey', 'Ready', 'True', 'HandoverReady', false],
  ['PartnerKey', 'Minting', 'False', 'AwaitingDataLens', false],
  ['PartnerKey', 'Minting', 'False', 'KeyLost', true],
  ['PartnerKey', 'RolledOut', 'False', 'RollingOut', false],
  ['PartnerKey', 'RolledOut', 'False', 'Paused', false],
  ['PartnerKey', 'RolledOut', 'False', 'RolloutStopped', true],
  ['ConnectorTenant', 'Ready', 'False', 'Progressing', true],
  ['ConnectorTenant', 'Ready', 'Unknown', 'Progressing', true],
  ['ConnectorTenant', 'AccessGranted', 'False', 'AccessWithheld', false],
  ['ConnectorTenant', 'AccessGranted', 'False', 'AccessRemains', true],
  ['ConnectorTenant', 'TokenPublished', 'False', 'SecretConflict', true],
  ['ConnectorTenant', 'Stalled', 'True', 'SecretConflict', true],
  ['ConnectorTenant', 'Reconciling', 'True', 'Progressing', false],
  ['SecureEmbed', 'TokenPublished', 'False', 'TokenExpired', true],
  ['SecureEmbed', 'Ready', 'True', 'RefreshFailing', true],
  ['SecureEmbed', 'Ready', 'True', 'Suspended', false],
  ['SecureEmbed', 'toString', 'False', 'Ready', false],
]

test.each(cases)('%s: %s %s %s is amiss: %s', (name, type, status, reason, amiss) => {
  const definition = kinds.find(({ kind }) => kind === name)
  expect(isAmiss(definition?.conditions ?? {}, { type, status, reason })).toBe(amiss)
})

describe.each(kinds)('$kind', ({ conditions, reasons }) => {
  test('Ready is good when True, and quiet and failing reasons are reasons', () => {
    expect(conditions.Ready).toMatchObject({ good: 'True' })
    const quiet = Object.values(conditions).flatMap(type => ('quiet' in type ? type.quiet : []))
    const failing = Object.values(conditions).flatMap(type => ('failing' in type ? type.failing : []))
    expect(Object.keys(reasons)).toEqual(expect.arrayContaining([...quiet, ...failing]))
  })
})
