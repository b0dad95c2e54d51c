/** Does the steps on databases and their marks. Each may be repeated after any stop or lost answer. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { MarkLocks, RestsOn } from '../../clickhouse/locks/mark-locks.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import type { ClaimObserved } from './observed.ts'
import { proveDatabase, proveUnchanged } from './proofs.ts'
import type { ClaimStep } from './steps.ts'

export interface ClaimContext {
  readonly locks: Pick<MarkLocks, 'run'>
  readonly server: Server
  readonly tenants: ResourceClient<ConnectorTenant>
}

/** @throws StaleView, KubeError, ClickHouseError, or the signal's reason */
export async function applyClaimStep(
  step: ClaimStep,
  seen: ClaimObserved,
  context: ClaimContext,
  signal: AbortSignal,
): Promise<void> {
  const { server, locks, tenants } = context
  switch (step.kind) {
    case 'createDatabase':
      // Its mark says what becomes of its tables, also on a replica that has come since.
      await proveUnchanged(seen, tenants, signal)
      return createDatabase(step, server, signal)
    case 'writeMark':
      return locks.run(restsOn(step, server), () => writeMark(step, seen, context, signal), signal)
    case 'proveDatabase':
      return locks.run(restsOn(step, server), () => proveDatabase(step, server, signal), signal)
    default:
      step satisfies never
  }
}

function restsOn(
  { url, database, expected }: Exclude<ClaimStep, { kind: 'createDatabase' }>,
  server: Server,
): RestsOn {
  return { server, database, expected: new Map([[url, expected]]) }
}

/** A plain CREATE that succeeds proves that the database is ours. After any other answer the mark is read. */
async function createDatabase(
  step: Extract<ClaimStep, { kind: 'createDatabase' }>,
  server: Server,
  signal: AbortSignal,
): Promise<void> {
  const { url, database: name, uuid, mark: comment } = step
  try {
    await server.createDatabase(url, { name, uuid, comment }, signal)
  } catch (error) {
    if (!(error instanceof ClickHouseError) || !(error.code === 'databaseExists' || error.uncertain))
      throw error
    throw new StaleView('the database is there already, or may be', { cause: error })
  }
}

/** Once the tenant is gone, its mark alone says what becomes of its tables. To take Drop out of it is never wrong. */
async function writeMark(
  step: Extract<ClaimStep, { kind: 'writeMark' }>,
  seen: ClaimObserved,
  { server, tenants }: ClaimContext,
  signal: AbortSignal,
): Promise<void> {
  await proveDatabase(step, server, signal)
  if (step.confirmGone !== undefined) {
    const owner = await tenants.get(step.confirmGone, signal)
    if (owner?.spec.database === step.database) throw new StaleView('the former owner lives')
  }
  if (step.why !== 'withdrawDrop') await proveUnchanged(seen, tenants, signal)
  await server.setComment(step.url, step.database, step.mark, signal)
}
