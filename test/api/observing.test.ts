/** Observe mode has one face, whatever the kind. */
import { describe, expect, test } from 'vitest'
import { findCondition, type Condition } from '../../src/api/conditions.ts'
import {
  clickHouseConnectionReasons,
  connectorTenantReasons,
  partnerKeyReasons,
} from '../../src/api/reasons.ts'
import { planTenant } from '../../src/connector-tenant/plan.ts'
import { observedStatus } from '../../src/connector-tenant/status.ts'
import { planPartnerKey } from '../../src/partner-key/plan.ts'
import { statusOf } from '../../src/partner-key/status.ts'
import { aSight, answering, judged, urls, type Situation } from '../builders/connection-observed.ts'
import { seen as keySeen, type Difference } from '../builders/partner-key-observed.ts'
import { aTenant, type SeenBuilder } from '../builders/tenant-observed.ts'

type Told = readonly Condition[]

function connection(situation: Situation, steps: readonly string[]): Told {
  const over = { ...situation.over, observing: true }
  const { status } = judged(aSight({ ...situation, over }), { done: [], observing: steps })
  return status.conditions ?? []
}

function partnerKey(difference: Difference, steps: readonly string[]): Told {
  const observed = keySeen({ ...difference, observing: true })
  return statusOf(observed, planPartnerKey(observed, undefined), { observing: steps }).conditions ?? []
}

function tenant(builder: SeenBuilder, steps: readonly string[]): Told {
  const observed = builder.build()
  return observedStatus(observed, planTenant(observed), steps).conditions ?? []
}

function said(conditions: Told): string {
  const { status, reason, message } = findCondition(conditions, 'Ready') ?? {}
  return `${status} ${reason} ${message}`
}

const nowhere = urls.map(url => answering(url, { readerExists: false, databases: {} }))
const suspendedConnection: Situation = { spec: { suspend: true } }

describe('what would be done is told in one sentence, with one reason', () => {
  const sentence = 'Observing: nothing is changed. Would be done: do this; do that.'
  const steps = ['do this', 'do that']

  test.each<readonly [string, Told, string]>([
    [
      'a connection whose reader is missing',
      connection({ endpoints: nowhere }, steps),
      `False Observing ${sentence} The reader does not exist.`,
    ],
    [
      'a connection that can serve',
      connection({}, steps),
      `True Observing ${sentence} Tenants can be served.`,
    ],
    [
      'a PartnerKey without a key',
      partnerKey({ ledger: [], secrets: {} }, steps),
      `Unknown Observing ${sentence}`,
    ],
    ['a new tenant', tenant(aTenant().fresh(), steps), `False Observing ${sentence}`],
    [
      'a tenant that is served',
      tenant(aTenant(), steps),
      `True Observing ${sentence} The token in the Secret opens the database.`,
    ],
  ])('%s', (_what, conditions, expected) => {
    expect(said(conditions)).toBe(expected)
  })

  test('names twenty and counts the rest', () => {
    const many = Array.from({ length: 23 }, (_, at) => `step ${at}`)
    expect(said(tenant(aTenant().fresh(), many))).toContain('step 18; step 19; and 3 more.')
  })
})

describe('that nothing would be done is told as well', () => {
  const nothing = 'Observing: there is nothing to change.'

  test.each<readonly [string, Told, string]>([
    ['a connection', connection({}, []), `True Observing ${nothing} Tenants can be served.`],
    ['a PartnerKey', partnerKey({}, []), `True Observing ${nothing} The keys of the spec are at hand.`],
    [
      'a tenant',
      tenant(aTenant(), []),
      `True Observing ${nothing} The token in the Secret opens the database.`,
    ],
  ])('%s', (_what, conditions, expected) => {
    expect(said(conditions)).toBe(expected)
  })
})

describe('what stands in the way whoever looks keeps its reason', () => {
  test.each<readonly [string, Told, RegExp]>([
    [
      'a suspended connection',
      connection(suspendedConnection, ['do this']),
      /^True Suspended spec\.suspend is true.* Observing: nothing is changed\. Would be done: do this\.$/,
    ],
    ['a lost key', partnerKey({ secrets: {} }, []), /^False KeyLost The private key .* never used\.$/],
    [
      'a lost key, with the hand-over to be put right',
      partnerKey({ secrets: {} }, ['do this']),
      /^False KeyLost .* Observing: nothing is changed\. Would be done: do this\.$/,
    ],
    [
      'a suspended tenant stays as it was',
      tenant(aTenant().wasReady().spec({ suspend: true }), []),
      /^True Suspended spec\.suspend is true/,
    ],
  ])('%s', (_what, conditions, expected) => {
    expect(said(conditions)).toMatch(expected)
  })
})

test('nobody is said to be at work', () => {
  const rolling: Difference = {
    status: {
      current: '1:1',
      target: '1:2',
      rollout: { phase: 'Rolling', updated: 1, total: 2, failed: 0, skipped: 0, admittedPermille: 1000 },
    },
  }
  const told = [
    connection({ endpoints: nowhere }, ['do this']),
    partnerKey({}, []),
    partnerKey(rolling, []),
    tenant(aTenant().fresh(), ['do this']),
  ]
  for (const conditions of told) {
    expect(conditions.filter(({ reason }) => reason === 'Progressing')).toEqual([])
    expect(findCondition(conditions, 'Reconciling')).toBeUndefined()
  }
})

test('each kind knows the reason', () => {
  for (const reasons of [clickHouseConnectionReasons, partnerKeyReasons, connectorTenantReasons]) {
    expect(reasons).toHaveProperty('Observing')
  }
})
