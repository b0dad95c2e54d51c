import { describe, expect, test } from 'vitest'
import type { PartnerKey } from '../../src/api/partner-key.ts'
import type { ConnectorTenantStatus } from '../../src/api/connector-tenant.ts'
import type { Observed } from '../../src/connector-tenant/observed.ts'
import { findCondition } from '../../src/api/conditions.ts'
import { planTenant } from '../../src/connector-tenant/plan.ts'
import { statusOf } from '../../src/connector-tenant/status.ts'
import { aTenant, type SeenBuilder } from '../builders/tenant-observed.ts'

describe('the database in the status', () => {
  const failure = { reason: 'ConnectionNotReady', message: 'tried again' } as const

  test('is not told before it is made: it would be taken for lost', () => {
    const seen = aTenant().fresh().build()
    const plan = planTenant(seen)
    expect(plan.steps[0]?.kind).toBe('createDatabase')
    expect(statusOf(seen, plan, { done: [], failure }).database).toBeUndefined()
    const done = plan.steps.slice(0, 1)
    expect(statusOf(seen, plan, { done, failure }).database?.name).toBe(seen.tenant.spec.database)
  })

  test('is not what a status of another object says, say from a backup, of a tenant that is refused', () => {
    const { tenant } = aTenant().build()
    const told = (name: string) => {
      const status = { database: { name, uuid: 'u' } }
      const seen = aTenant()
        .with({ tenant: { ...tenant, status } })
        .spec({ suspend: true })
        .build()
      return statusOf(seen, planTenant(seen), { done: [] }).database
    }
    expect(told('client_of_before')).toBeUndefined()
    expect(told(tenant.spec.database)).toEqual({ name: tenant.spec.database, uuid: 'u' })
  })

  test('is told of one that was there, whatever fails', () => {
    const seen = aTenant().build()
    expect(statusOf(seen, planTenant(seen), { done: [], failure }).database?.name).toBe(
      seen.tenant.spec.database,
    )
  })
})

describe('the parts of a tenant that is refused', () => {
  const parts = (status: ConnectorTenantStatus) =>
    (status.conditions ?? []).filter(({ type }) =>
      ['DatabaseReady', 'AccessGranted', 'TokenPublished'].includes(type),
    )
  const refusedAfter = (seen: SeenBuilder, status: ConnectorTenantStatus) => {
    const tenant = { ...seen.build().tenant, status }
    const next = seen.with({ tenant }).build()
    return statusOf(next, planTenant(next), { done: [] })
  }
  const notThere = { partnerKey: undefined }
  const short = (status: ConnectorTenantStatus) =>
    parts(status).map(({ type, status: answer, reason }) => `${type} ${answer} ${reason}`)

  test.each([
    ['refused by policy, without a Secret', aTenant().fresh().with(notThere), 'False Blocked'],
    ['refused by policy, with a Secret', aTenant().with({ connection: undefined }), 'True TokenPublished'],
    ['suspended', aTenant().spec({ suspend: true }), 'True TokenPublished'],
    [
      'suspended, and the Secret is gone',
      aTenant().spec({ suspend: true }).with({ secret: undefined }),
      'False Blocked',
    ],
  ])('%s: what was not looked at is Unknown, the Secret is what it is', (_, seen, token) => {
    const served = aTenant().build()
    const before = statusOf(served, planTenant(served), { done: [] })
    for (const status of [{}, before])
      expect(short(refusedAfter(seen, status))).toEqual([
        'DatabaseReady Unknown Blocked',
        'AccessGranted Unknown Blocked',
        `TokenPublished ${token}`,
      ])
  })

  test('whose claim is refused: the database is not theirs, and that is known', () => {
    const seen = aTenant()
      .fresh()
      .endpoint(0, end => ({ ...end, database: { uuid: 'x', comment: '' } }) as typeof end)
    expect(short(refusedAfter(seen, {}))).toEqual([
      'DatabaseReady False DatabaseUnmarked',
      'AccessGranted Unknown Blocked',
      'TokenPublished False Blocked',
    ])
  })

  test('a part that fails is told once, too', () => {
    const seen = aTenant().fresh().build()
    const failure = { reason: 'StatementRefused', message: 'It is refused.' } as const
    const { conditions = [] } = statusOf(seen, planTenant(seen), { done: [], failure })
    const cause = conditions.filter(({ message }) => message === failure.message)
    expect(cause.map(({ type }) => type)).toEqual(['Ready', 'Reconciling'])
  })

  test('the cause is told once', () => {
    const messages =
      refusedAfter(aTenant().fresh().with(notThere), {}).conditions?.map(({ message }) => message) ?? []
    const cause = messages.filter(message => message.includes('There is no PartnerKey'))
    // Ready, and Reconciling, which tools show while they wait.
    expect(cause).toHaveLength(2)
  })
})

describe('what is not looked at', () => {
  const parts = (seen: SeenBuilder) => {
    const built = seen.build()
    const { conditions } = statusOf(built, planTenant(built), { done: [] })
    return (['DatabaseReady', 'AccessGranted'] as const).map(type => findCondition(conditions, type))
  }
  const away = (seen: SeenBuilder) => seen.endpoint(1, ({ url }) => ({ url, reachable: false }))

  test('of a tenant that is served no part promises an endpoint that is away, and no outage changes a word', () => {
    const whole = parts(aTenant().wasReady())
    for (const condition of whole)
      expect(condition?.message).toContain('every endpoint that can be worked with')
    expect(parts(away(aTenant().wasReady()))).toEqual(whole)
  })

  test('access that was withheld may be left where nobody could take it', () => {
    const withheld = aTenant().spec({ access: 'Withheld' })
    const shut = (seen: SeenBuilder) =>
      seen.endpoint(0, end => (end.reachable ? { ...end, granted: false, readable: false } : end))
    const [, seen] = parts(shut(away(withheld)))
    expect(seen).toMatchObject({ status: 'False', reason: 'AccessWithheld', message: 'Ready says why.' })
    const built = shut(away(withheld)).build()
    const { conditions } = statusOf(built, planTenant(built), { done: [] })
    expect(findCondition(conditions, 'Ready')?.message).toContain('cannot be worked with at the moment')
    const [, whole] = parts(
      shut(withheld).endpoint(1, end => (end.reachable ? { ...end, granted: false, readable: false } : end)),
    )
    expect(whole?.message).toBe('Ready says why.')
  })
})

describe('a rollout', () => {
  const admitting = (phase: 'Rolling' | 'Paused', admittedPermille: number) => (key: PartnerKey) => ({
    ...key,
    spec: { ...key.spec, keyVersion: 2 },
    status: {
      current: '1:1',
      target: '1:2',
      rollout: { phase, updated: 0, total: 1, failed: 0, skipped: 0, admittedPermille },
    },
  })
  /** What a look at a tenant at rest says. */
  function told(seen: Observed): ConnectorTenantStatus {
    const plan = planTenant(seen)
    expect(plan.steps).toEqual([])
    return statusOf(seen, plan, { done: [] })
  }
  const withStatus = (status: ConnectorTenantStatus) => {
    const { tenant } = aTenant().build()
    return aTenant().with({ tenant: { ...tenant, status } })
  }
  const atRest = told(aTenant().build())

  test.each([
    ['its turn is still to come', admitting('Rolling', 0)],
    ['it is paused', admitting('Paused', 1000)],
  ])('has nothing written of a tenant that is looked at while %s', (_, rollout) => {
    expect(told(withStatus(atRest).key(rollout).build())).toEqual(atRest)
  })
})
