import { describe, expect, it } from 'vitest'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { needsKeys, pairMoves } from '../../../src/connector-tenant/token/pair-decision.ts'
import { aTenant, testRing } from '../../builders/tenant-observed.ts'

const { key, tenant, partnerKey } = aTenant().build()
const holding = { holds: { dataLens: 1, partner: 1 }, ring: testRing }
const atRest = partnerKey ?? expect.fail('the builder has no PartnerKey')

type Rollout = NonNullable<NonNullable<PartnerKey['status']>['rollout']>

/** A rotation to key version 2, under way. */
function rolling(over: Partial<Rollout>): PartnerKey {
  const rollout = {
    phase: 'Rolling' as const,
    updated: 0,
    total: 9,
    failed: 0,
    skipped: 0,
    admittedPermille: 0,
  }
  return {
    ...atRest,
    spec: { ...atRest.spec, keyVersion: 2 },
    status: { ...atRest.status, current: '1:1', target: '1:2', rollout: { ...rollout, ...over } },
  }
}

describe('whose pair a change of the PartnerKey moves', () => {
  it('is nobody’s, without asking, when only counters, conditions and messages differ', () => {
    const after = rolling({ updated: 7, total: 10, message: 'further', progress: '7/10' })
    expect(pairMoves(rolling({}), { ...after, status: { ...after.status, tenants: 10 } })).toBeUndefined()
  })

  it('is that of tenants whose slot lies between the old number and the new one', () => {
    const [all, none] = [pairMoves(rolling({}), rolling({ admittedPermille: 1000 })), rolling({ updated: 1 })]
    expect(all?.(key, tenant, holding)).toBe(true)
    expect(pairMoves(none, rolling({ admittedPermille: 1 }))?.(key, tenant, holding)).toBe(false)
  })

  it.each<[string, (spec: PartnerKey['spec']) => Partial<PartnerKey['spec']>]>([
    ['a pause', ({ rollout }) => ({ rollout: { ...rollout, paused: true } })],
    ['what DataLens accepts', () => ({ dataLens: { keyVersion: 1, publicKey: '', accepts: [] } })],
    ['a version', () => ({ keyVersion: 3 })],
    [
      'the canary',
      ({ rollout }) => ({
        rollout: { ...rollout, canary: { selector: { matchLabels: {} }, soak: '0s', promotion: 'Auto' } },
      }),
    ],
  ])('is asked of each tenant after a change of %s', (_, change) => {
    const before = rolling({ admittedPermille: 1000 })
    const after = { ...before, spec: { ...before.spec, ...change(before.spec) } }
    expect(pairMoves(before, after)).toBeTypeOf('function')
  })
})

describe('whom a key that has come concerns', () => {
  const second = { partner: new Set([2]), dataLens: new Set<number>() }
  const needs = (partnerKey: PartnerKey, holds = holding.holds) =>
    needsKeys(key, tenant, { ring: testRing, holds, partnerKey, added: second })

  it.each<[string, boolean, PartnerKey]>([
    ['nobody at rest', false, atRest],
    ['nobody before the rollout has begun', false, { ...atRest, spec: { ...atRest.spec, keyVersion: 2 } }],
    ['nobody who waits for a turn', false, rolling({ admittedPermille: 0 })],
    ['who is admitted', true, rolling({ admittedPermille: 1000 })],
  ])('%s: %s', (_, expected, partnerKey) => {
    expect(needs(partnerKey)).toBe(expected)
  })

  it('is who holds a token of it, which could not be judged before', () => {
    expect(needs(atRest, { dataLens: 1, partner: 2 })).toBe(true)
  })
})
