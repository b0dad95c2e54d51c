/** In observe mode a tenant's conditions are what was found, whatever they were before. */
import { describe, expect, test } from 'vitest'
import { planTenant } from '../../../src/connector-tenant/plan.ts'
import { observedStatus, statusOf } from '../../../src/connector-tenant/status.ts'
import { tellSteps } from '../../../src/connector-tenant/observing/told-steps.ts'
import { aTenant, shape, testRing, tokenSecret, type SeenBuilder } from '../../builders/tenant-observed.ts'
import { viewCurrentToken } from '../../../src/connector-tenant/token/view.ts'

const revoked = (seen: SeenBuilder) =>
  [0, 1].reduce(
    (builder, at) =>
      builder.endpoint(at, end => (end.reachable ? { ...end, granted: false, readable: false } : end)),
    seen,
  )
const mine = { ...tokenSecret(), metadata: { name: shape.name, namespace: 'tenants' } }
const taken = { secret: viewCurrentToken(mine, shape, { ring: testRing }) }

function observed(seen: SeenBuilder) {
  const built = seen.build()
  const plan = planTenant(built)
  return observedStatus(built, plan, tellSteps(plan.steps))
}

const short = (seen: SeenBuilder) =>
  (observed(seen).conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`)

const served = ['DatabaseReady True DatabaseReady', 'AccessGranted True AccessGranted']
const blocked = ['DatabaseReady Unknown Blocked', 'AccessGranted Unknown Blocked']
const published = 'TokenPublished True TokenPublished'

const cases: readonly (readonly [string, SeenBuilder, readonly string[]])[] = [
  [
    'new',
    aTenant().fresh(),
    [
      'Ready False Observing',
      'DatabaseReady False Observing',
      'AccessGranted False Observing',
      'TokenPublished False Observing',
    ],
  ],
  ['served', aTenant().wasReady(), ['Ready True Observing', ...served, published]],
  [
    'served, though it was not when it was looked at last',
    aTenant(),
    ['Ready True Observing', ...served, published],
  ],
  [
    'served before, and the grant is gone',
    revoked(aTenant().wasReady()),
    ['Ready False Observing', served[0] ?? '', 'AccessGranted False Observing', published],
  ],
  [
    'served before, and the Secret is gone',
    aTenant().wasReady().with({ secret: undefined }),
    ['Ready False Observing', ...served, 'TokenPublished False Observing'],
  ],
  [
    'with a Secret in the way',
    aTenant().wasReady().with(taken),
    [
      'Ready False SecretConflict',
      ...served,
      'TokenPublished False SecretConflict',
      'Stalled True SecretConflict',
    ],
  ],
  [
    'with access withheld',
    revoked(aTenant().wasReady().spec({ access: 'Withheld' })),
    ['Ready True Observing', served[0] ?? '', 'AccessGranted False AccessWithheld', published],
  ],
  [
    'refused',
    aTenant().wasReady().with({ partnerKey: undefined }),
    ['Ready False PartnerKeyNotFound', ...blocked, published, 'Reconciling True PartnerKeyNotFound'],
  ],
  [
    'suspended',
    aTenant().wasReady().spec({ suspend: true }),
    ['Ready True Suspended', ...blocked, published],
  ],
]

describe('a tenant that is only observed', () => {
  test.each(cases)('%s', (_, seen, expected) => {
    expect(short(seen)).toEqual(expected)
  })

  test('keeps nothing of a fault that is over', () => {
    const faulty = aTenant().with(taken).build()
    const status = statusOf(faulty, planTenant(faulty), { done: [] })
    expect(status.conditions?.map(({ type }) => type)).toContain('Stalled')
    const { tenant } = aTenant().build()
    expect(short(aTenant().with({ tenant: { ...tenant, status } }))).toEqual([
      'Ready True Observing',
      ...served,
      published,
    ])
  })

  test('is told of nothing while nobody has looked at what it goes by: no start writes a status', () => {
    const seen = aTenant().wasReady().with({ ring: undefined })
    expect(observed(seen)).toBe(seen.build().tenant.status)
  })

  test('says of which spec it speaks, and what would be done: else who waits by kstatus would wait for ever', () => {
    const seen = aTenant().fresh()
    const { observedGeneration, plan } = observed(seen)
    expect(observedGeneration).toBe(seen.build().tenant.metadata.generation)
    expect(plan?.[0]).toContain('create the database')
  })
})
