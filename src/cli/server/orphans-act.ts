/** Carries out what a person has confirmed. The operator's own code proves each step anew. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import { MarkLocks } from '../../clickhouse/locks/mark-locks.ts'
import { applyDeparture } from '../../clickhouse-connection/departure/apply.ts'
import { describeStep } from '../../clickhouse-connection/describe.ts'
import type { DepartureStep } from '../../clickhouse-connection/departure/steps.ts'
import { KubeError } from '../../kube/errors.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import type { Look } from './look.ts'
import type { OrphanDatabase, OrphanGrant } from './orphans-list.ts'

/** One thing to do, in the words in which a person is asked. */
export interface Action {
  readonly description: string
  readonly run: (signal: AbortSignal) => Promise<void>
}

export interface ActOptions {
  readonly tenants: ResourceClient<ConnectorTenant>
  readonly watches: (namespace: string) => boolean
}

export interface Done {
  readonly description: string
  readonly result: 'done' | 'skipped' | 'failed'
  readonly message: string
}

export function actionOf(step: DepartureStep, { seen, server, claimed }: Look, options: ActOptions): Action {
  const context = { server, locks: new MarkLocks(), claimed, ...options }
  return {
    description: describeStep(step, seen.connection.spec.reader.user),
    run: signal => applyDeparture(step, context, signal),
  }
}

/** Takes a grant only while no endpoint has a database of that name, so that it is nobody's. */
export function revocationOf({ database, statement }: OrphanGrant, look: Look, options: ActOptions): Action {
  const { server } = look
  return {
    description: statement,
    run: async signal => {
      for (const url of server.urls) {
        if ((await server.readDatabase(url, database, signal)) !== undefined)
          throw new StaleView('a database of that name is there by now')
      }
      const claimants = await options.tenants.list({ fieldSelector: `spec.database=${database}` }, signal)
      if (claimants.length > 0) throw new StaleView('a tenant names that database by now')
      await server.revokeRead(database, {}, signal)
    },
  }
}

/** What `--revoke` leaves readable. */
export function leftToAdministrators(databases: readonly OrphanDatabase[]): readonly Done[] {
  const statements = new Set(databases.flatMap(({ takenBy }) => takenBy))
  return [...statements].map(description => ({
    description,
    result: 'skipped',
    message: 'no role is taken here: an administrator runs it',
  }))
}

/** An action that fails stops no other. @throws only the signal's reason */
export async function carryOut(actions: readonly Action[], signal: AbortSignal): Promise<readonly Done[]> {
  const results: Done[] = []
  for (const { description, run } of actions) {
    try {
      await run(signal)
      results.push({ description, result: 'done', message: '' })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof StaleView) results.push({ description, result: 'skipped', message: error.message })
      else if (error instanceof ClickHouseError || error instanceof KubeError)
        results.push({ description, result: 'failed', message: error.message })
      else throw error
    }
  }
  return results
}
