/** Why nothing is done for a connection, whatever is planned. Pure. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { Problem } from './problem.ts'

export type Idle = 'suspended' | 'observing' | 'unusable'

/** After "it is not done". */
export const idleWords: Readonly<Record<Idle, string>> = {
  suspended: 'while spec.suspend is true',
  observing: 'while the operator only observes',
  unusable: 'before what Ready says is mended',
}

/** @param problem why the server cannot be worked with */
export function idleBecause(
  { connection, observing }: { readonly connection: ClickHouseConnection; readonly observing: boolean },
  problem: Problem | undefined,
): Idle | undefined {
  if (problem !== undefined && !isAboutRights(problem)) return 'unusable'
  if (connection.spec.suspend) return 'suspended'
  return observing ? 'observing' : undefined
}

/** Some of the work may be possible all the same. */
function isAboutRights({ reason }: Problem): boolean {
  return reason === 'MissingPrivileges' || reason === 'AccountRestricted'
}
