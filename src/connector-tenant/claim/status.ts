/** What the status says of the database. Pure. */
import type { ConnectorTenant, ConnectorTenantStatus } from '../../api/connector-tenant.ts'
import { notYet, type Progress, type TenantCondition } from '../progress.ts'
import type { DatabasePlan } from './plan.ts'

/** Only a database that exists: one that could not be made would count as lost at the next look. */
export function databaseStatus(
  { spec }: ConnectorTenant,
  { exists, uuid }: DatabasePlan,
  { done }: Progress,
): ConnectorTenantStatus['database'] {
  const isThere = exists || done.some(({ kind }) => kind === 'createDatabase')
  return isThere ? { name: spec.database, uuid } : undefined
}

export function databaseCondition(
  { established, steps }: DatabasePlan,
  progress: Progress,
): TenantCondition<'DatabaseReady'> {
  const type = 'DatabaseReady'
  const open = steps.filter(step => !progress.done.includes(step))
  if (open.length === 0) {
    // The same words while an endpoint is away: an outage is no reason to write ten thousand statuses.
    const message = 'The database is this tenant’s, and exists on every endpoint that can be worked with.'
    return { type, status: 'True', reason: 'DatabaseReady', message }
  }
  if (established || open.every(step => step.kind === 'writeMark' && step.why === 'updateMark')) {
    const message = 'The database is this tenant’s; a replica or its mark is not up to date yet.'
    return { type, status: 'True', reason: 'DatabaseReady', message }
  }
  return notYet(type, progress, 'The database is being created.')
}
