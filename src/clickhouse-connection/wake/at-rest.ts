/** Whether a database is as its tenant left it. Pure. */
import { isTrue } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { ownerOf } from '../../tenancy/mark.ts'
import type { DatabaseSight } from './changes.ts'

export function isReady({ status }: ConnectorTenant): boolean {
  return isTrue(status?.conditions, 'Ready')
}

/**
 * Whether it is as the tenant had it made when it became Ready, and still wants it. Which of two databases under its mark
 * it is, is not asked: replicas may have one each.
 */
export function isAtRest(
  tenant: ConnectorTenant,
  { comment, granted, readable }: Omit<DatabaseSight, 'uuid'>,
  installation: string,
): boolean {
  const { access, deletionPolicy } = tenant.spec
  if (!isReady(tenant) || (access === 'Granted' ? !granted : readable)) return false
  const owner = ownerOf(comment)
  if (owner?.installation !== installation || owner.onDelete !== deletionPolicy) return false
  return owner.namespace === tenant.metadata.namespace && owner.name === tenant.metadata.name
}
