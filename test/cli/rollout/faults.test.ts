import { describe, expect, test } from 'vitest'
import { findFaults, whySkipped } from '../../../src/cli/rollout/faults.ts'
import { simulateRollout } from '../../../src/cli/rollout/simulation.ts'
import type { RolloutTenant } from '../../../src/tenancy/rollout/course.ts'
import { takeTally } from '../../../src/tenancy/rollout/tally.ts'
import { rolloutSpec, rolloutState } from '../../../src/tenancy/rollout/translate.ts'
import { rotatingPartnerKey } from '../../builders/partner-key-rotating.ts'

const began = Date.parse('2026-01-01T00:00:00Z')
const partnerKey = rotatingPartnerKey({ rollout: { skipped: 1, failed: 1 } })

const plain: RolloutTenant = {
  name: 'tenants/one',
  slot: 0,
  inCanary: false,
  holds: { dataLens: 1, partner: 1 },
  standing: 'counts',
  rejected: undefined,
  ownFault: undefined,
  otherFault: undefined,
  notReadySince: undefined,
}

describe('why a tenant is left out, told by the operator and by each command alike', () => {
  const fault = { ownFault: 'its Secret is not its own' }
  test.each<[string, Partial<RolloutTenant>]>([
    ['suspended', { standing: 'suspended' }],
    ['suspended', { standing: 'suspended', ...fault, notReadySince: 0 }],
    ['not allowed by spec.tenants', { standing: 'notAllowed' }],
    ['not allowed by spec.tenants', { standing: 'notAllowed', ...fault }],
    ['not allowed by spec.tenants', { standing: 'notAllowed', notReadySince: 0 }],
    ['its Secret is not its own', fault],
    ['its Secret is not its own', { ...fault, notReadySince: 0 }],
  ])('%s: %j', (why, parts) => {
    const tenant = { ...plain, ...parts }
    const state = rolloutState(partnerKey.status)!
    const spec = rolloutSpec(partnerKey.spec, { dataLens: 1, partner: 2 }, '')
    const now = began + 1_000
    const tally = takeTally({ state, spec, memory: undefined, tenants: [tenant], now, connection: 'usable' })
    expect(tally.skipped).toEqual([{ name: tenant.name, why }])
    expect(whySkipped(tenant, partnerKey)).toBe(why)
    expect(findFaults(partnerKey, [tenant], now).skipped).toEqual([{ name: tenant.name, why }])
    expect(simulateRollout({ spec, state, tenants: [tenant], now }).left).toEqual([
      { name: tenant.name, why },
    ])
  })
})

test.each([
  ['10m', 'not minted in time'],
  // Nobody is overdue by a deadline that cannot be read.
  ['1d', undefined],
])('a tenant that is still to move, an hour after a deadline of "%s"', (progressDeadline, why) => {
  const late = rotatingPartnerKey({ pace: { progressDeadline }, rollout: { failed: 1 } })
  const tenant = { ...plain, slot: 350 }
  expect(findFaults(late, [tenant], began + 3_600_000).failed.map(fault => fault.why)).toEqual(
    why === undefined ? [] : [why],
  )
})
