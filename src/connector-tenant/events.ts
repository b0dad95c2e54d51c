import { findCondition, type Condition } from '../api/conditions.ts'
import type { ConnectorTenant, ConnectorTenantStatus } from '../api/connector-tenant.ts'
import type { EventRecorder } from '../kube/objects/events.ts'

/**
 * One Event when a tenant gets into trouble, when it gets into another one, and when that is over. A tenant that simply
 * becomes Ready gets none: for ten thousand tenants that would be a third more writes.
 */
export function announce(
  tenant: ConnectorTenant,
  status: ConnectorTenantStatus,
  events: EventRecorder,
): void {
  announceReplaced(tenant, status, events)
  const before = findCondition(tenant.status?.conditions, 'Ready')
  const now = findCondition(status.conditions, 'Ready')
  if (now === undefined || (before?.status === now.status && before.reason === now.reason)) return
  const troubled = isTrouble(now)
  const wasTroubled = before !== undefined && isTrouble(before)
  if (!troubled && !wasTroubled) return
  events.publish({
    regarding: tenant,
    type: troubled ? 'Warning' : 'Normal',
    reason: now.reason,
    note: now.message,
    action: 'Reconcile',
  })
}

/** Work goes on, or somebody wants it so. */
const quiet: ReadonlySet<string> = new Set(['Progressing', 'Observing', 'Suspended'])

function isTrouble({ status, reason }: Condition): boolean {
  return status !== 'True' && !quiet.has(reason)
}

/** Tells of a database with our mark but another uuid than before: its tables may be gone. */
function announceReplaced(
  tenant: ConnectorTenant,
  status: ConnectorTenantStatus,
  events: EventRecorder,
): void {
  const before = tenant.status?.database
  const now = status.database
  if (before?.uuid === undefined || now?.uuid === undefined || before.uuid === now.uuid) return
  events.publish({
    regarding: tenant,
    type: 'Warning',
    reason: 'DatabaseReplaced',
    note: `The database ${now.name} has the uuid ${now.uuid} and had ${before.uuid}: it was restored or made anew by hand. Check that its tables are there.`,
    action: 'Reconcile',
  })
}
