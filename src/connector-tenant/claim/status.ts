/** What the status says of the database. Pure. */
import type { ConnectorTenant, ConnectorTenantStatus } from '../../api/connector-tenant.ts'
import { notYet, type Progress, type TenantCondition } from '../progress.ts'
import type { DatabasePlan } from './plan.ts'

/** Only what is there: a database that could not be made would otherwise be taken for lost at the next look. */
export function databaseStatus(
  { spec }: ConnectorTenant,
  plan: DatabasePlan | undefined,
  { done }: Progress,
): ConnectorTenantStatus['database'] {
  if (plan === undefined) return undefined
  if (!plan.exists && !done.some(({ kind }) => kind === 'createDatabase')) return undefined
  return { name: spec.database, uuid: plan.uuid }
}

export function databaseCondition(plan: DatabasePlan | undefined, progress: Progress): TenantCondition {
  const type = 'DatabaseReady'
  const open = (plan?.steps ?? []).filter(step => !progress.done.includes(step))
  if (open.length === 0) {
    const message = 'The database exists on every endpoint and is this tenant’s.'
    return { type, status: 'True', reason: 'DatabaseReady', message }
  }
  const isOurs = open.every(step => step.kind === 'writeMark' && step.why === 'updateMark')
  if (plan?.established === true || isOurs) {
    const message = 'The database is this tenant’s; a replica or its mark is being brought up to date.'
    return { type, status: 'True', reason: 'DatabaseReady', message }
  }
  return notYet(type, progress, 'The database is being created.')
}
