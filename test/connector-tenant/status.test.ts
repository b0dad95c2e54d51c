import { describe, expect, test } from 'vitest'
import type { PartnerKey } from '../../src/api/partner-key.ts'
import type { ConnectorTenantStatus } from '../../src/api/connector-tenant.ts'
import type { Observed } from '../../src/connector-tenant/observed.ts'
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
  const waiting = aTenant().fresh().with({ partnerKey: undefined })
  const suspended = aTenant().fresh().spec({ suspend: true })

  test('were never looked at: they tell of the refusal that stands, not of one that is over', () => {
    const first = refusedAfter(waiting, {})
    expect(parts(first).map(({ message }) => message)).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('There is no PartnerKey')),
    )
    const second = refusedAfter(suspended, first)
    const why = second.conditions?.find(({ type }) => type === 'Ready')?.message ?? ''
    expect(parts(second).map(({ reason, message }) => [reason, message])).toEqual(
      Array.from({ length: 3 }, () => ['Blocked', `Not looked at yet: ${why}`]),
    )
  })

  test('were looked at: they stay as they were', () => {
    const served = aTenant().build()
    const before = statusOf(served, planTenant(served), { done: [] })
    expect(parts(refusedAfter(suspended, before))).toEqual(parts(before))
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
