/** Looks right before an effect: what the plan rests on must still be so. Each throws StaleView if it is not. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { splitKey } from '../../api/object.ts'
import { hasComments } from '../../clickhouse/proofs.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import { isOwnedBy } from '../../tenancy/mark.ts'
import type { ClaimObserved } from './observed.ts'
import type { ProofStep } from './steps.ts'

export async function proveDatabase(
  { url, database, expected }: Pick<ProofStep, 'url' | 'database' | 'expected'>,
  server: Server,
  signal: AbortSignal,
): Promise<void> {
  if (!(await hasComments(server, { database, expected: new Map([[url, expected]]) }, signal)))
    throw new StaleView('the mark is another one by now')
}

/**
 * The database may have gone to another tenant while this run waited for its statements. Our own writes tell, so it
 * costs no statement. To be asked within the database's turn: later changes have to wait for it.
 */
export function proveStillOurs({ key, tenant, installation }: ClaimObserved, server: Server): void {
  for (const view of server.latest()?.endpoints ?? []) {
    if (!view.ok) continue
    const comment = view.data.databases.get(tenant.spec.database)?.comment ?? ''
    if (!isOwnedBy(comment, { installation, ...splitKey(key) }))
      throw new StaleView('the database is not this tenant’s any more')
  }
}

/**
 * Nobody who is gone gets another token. A tenant that had one and has no Secret may be gone: the watch of the Secrets
 * can be quicker to tell than the one of the tenants.
 */
export async function proveAlive(
  { key, tenant }: ClaimObserved,
  tenants: ResourceClient<ConnectorTenant>,
  signal: AbortSignal,
): Promise<void> {
  if (tenant.status?.token === undefined) return
  const live = await tenants.get(key, signal)
  const same = live !== undefined && live.metadata.uid === tenant.metadata.uid
  if (!same || live.metadata.deletionTimestamp !== undefined) throw new StaleView('the tenant is gone')
}
