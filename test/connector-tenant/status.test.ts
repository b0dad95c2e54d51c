import { describe, expect, test } from 'vitest'
import { planTenant } from '../../src/connector-tenant/plan.ts'
import { statusOf } from '../../src/connector-tenant/status.ts'
import { aTenant } from '../support/tenant-builder.ts'

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

  test('is told of one that was there, whatever fails', () => {
    const seen = aTenant().build()
    expect(statusOf(seen, planTenant(seen), { done: [], failure }).database?.name).toBe(
      seen.tenant.spec.database,
    )
  })
})
