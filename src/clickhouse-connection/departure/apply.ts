/** Does the steps for a tenant that is gone, each after a fresh look at its object and at the mark. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { MarkLocks } from '../../clickhouse/locks/mark-locks.ts'
import { hasComments } from '../../clickhouse/proofs.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import { isGone, type LiveTenant } from '../../tenancy/departure/departure.ts'
import type { DepartureStep } from './steps.ts'

export interface DepartureContext {
  readonly locks: Pick<MarkLocks, 'run'>
  readonly server: Server
  readonly tenants: ResourceClient<ConnectorTenant>
  /** Whether a tenant of that namespace would be seen. */
  readonly watches: (namespace: string) => boolean
  /** Whether a tenant that may have the database names it. */
  readonly claimed: (database: string) => boolean
}

/** May be repeated after any stop or lost answer. @throws StaleView, KubeError, ClickHouseError, the signal's reason */
export async function applyDeparture(
  step: DepartureStep,
  context: DepartureContext,
  signal: AbortSignal,
): Promise<void> {
  const work = async (): Promise<void> => {
    await proveMarks(step, context, signal)
    await proveGone(step, context, signal)
    if (step.kind === 'dropTable' && context.claimed(step.database))
      throw new StaleView('another tenant names the database by now')
    await send(step, context, signal)
  }
  const { server, locks } = context
  await locks.run({ server, database: step.database, expected: expectedOf(step) }, work, signal)
}

/** Proves that the database still has the mark that the decision rests on. */
async function proveMarks(
  step: DepartureStep,
  { server }: DepartureContext,
  signal: AbortSignal,
): Promise<void> {
  const { database } = step
  if (!(await hasComments(server, { database, expected: expectedOf(step) }, signal)))
    throw new StaleView('the mark is another one by now')
}

/** The comment by endpoint that the step rests on. */
function expectedOf(step: DepartureStep): ReadonlyMap<string, string> {
  return step.kind === 'retireDatabase' ? new Map([[step.url, step.expected]]) : step.expected
}

/** Proves by a live read that the tenant does not exist, or names another database. In doubt it throws. */
async function proveGone(
  { tenant, database }: DepartureStep,
  { tenants, watches }: DepartureContext,
  signal: AbortSignal,
): Promise<void> {
  if (!watches(tenant.namespace)) throw new StaleView('the tenant may be out of sight')
  const found = await tenants.get(`${tenant.namespace}/${tenant.name}`, signal)
  const live: LiveTenant =
    found === undefined ? { kind: 'notFound' } : { kind: 'found', database: found.spec.database }
  if (!isGone(live, database)) throw new StaleView('the tenant is there')
}

async function send(step: DepartureStep, { server }: DepartureContext, signal: AbortSignal): Promise<void> {
  switch (step.kind) {
    case 'revokeRead':
      return server.revokeRead(step.database, { urls: step.urls }, signal)
    case 'retireDatabase':
      return server.setComment(step.url, step.database, step.mark, signal)
    case 'dropTable':
      return dropTable(step, server, signal)
    default:
      step satisfies never
  }
}

async function dropTable(
  { url, database, table }: Extract<DepartureStep, { kind: 'dropTable' }>,
  server: Server,
  signal: AbortSignal,
): Promise<void> {
  try {
    await server.dropTable(url, { database, table }, signal)
  } catch (error) {
    if (!(error instanceof ClickHouseError && error.code === 'tableMissing')) throw error
  }
}
