/** Proves, right before an effect, that what the plan rests on is still so. Throws StaleView if it is not. */
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

/** The comment of a database by endpoint, as last read or written. */
export function marksOf(database: string, server: Pick<Server, 'latest'>): ReadonlyMap<string, string> {
  const views = (server.latest()?.endpoints ?? []).filter(view => view.ok)
  return new Map(views.map(({ url, data }) => [url, data.databases.get(database)?.comment ?? '']))
}

/**
 * Proves that the database did not go to another tenant while this run waited. Our own writes tell, so it takes no
 * statement. Call it under the locks of `marksOf`, so that later changes wait.
 */
export function proveStillOurs({ key, tenant, installation }: ClaimObserved, server: Server): void {
  for (const comment of marksOf(tenant.spec.database, server).values()) {
    if (!isOwnedBy(comment, { installation, ...splitKey(key) }))
      throw new StaleView('the database is not this tenant’s any more')
  }
}

/**
 * Whether its database is made in this very run. Then nobody has a token of it, nor had one withheld, and a read would
 * cost each onboarding. That the cache knows of no token is not enough: it may be older than what the one has made that
 * led before.
 */
function isNew({ tenant, endpoints }: ClaimObserved): boolean {
  const isMade = endpoints.some(endpoint => endpoint.reachable && endpoint.database !== undefined)
  return tenant.status?.token === undefined && !isMade
}

/**
 * Proves that the tenant exists. If it had a token and has no Secret, it may have been deleted: the watch of Secrets
 * can be quicker than the one of tenants.
 */
export async function proveAlive(
  seen: ClaimObserved,
  tenants: ResourceClient<ConnectorTenant>,
  signal: AbortSignal,
): Promise<void> {
  if (isNew(seen)) return
  const { key, tenant } = seen
  const live = await tenants.get(key, signal)
  const same = live !== undefined && live.metadata.uid === tenant.metadata.uid
  if (!same || live.metadata.deletionTimestamp !== undefined) throw new StaleView('the tenant is gone')
}

/**
 * Proves by a live read that the tenant still asks for what is seen, before access is given or taken, or a mark is
 * written, be it with a database that is made. A watch may bring nothing for minutes before it counts as dead, and
 * whoever has just begun to lead may have such a one.
 */
export async function proveUnchanged(
  seen: ClaimObserved,
  tenants: Pick<ResourceClient<ConnectorTenant>, 'get'>,
  signal: AbortSignal,
): Promise<void> {
  if (isNew(seen)) return
  const { key, tenant } = seen
  const { uid, generation } = tenant.metadata
  const live = (await tenants.get(key, signal))?.metadata
  const isSame = live !== undefined && live.uid === uid && live.generation === generation
  if (!isSame || live.deletionTimestamp !== undefined) throw new StaleView('the tenant is another one by now')
}
