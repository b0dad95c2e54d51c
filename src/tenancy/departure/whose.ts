/**
 * Whose departure it is when several connections may lead to one ClickHouse: that of the connection whose key the tenant
 * named. The other one may have a shorter `dropAfter`, or no brake.
 */
import type { Mark } from '../mark.ts'

export type Whose =
  | 'ours'
  /** Another connection sees to it. */
  | 'theirs'
  /** It cannot be told, or its connection is not in sight. So nobody acts, and it is reported. */
  | 'unclear'

export interface WhoseInput {
  readonly installation: string
  /** `namespace/name` of the connection that asks. */
  readonly connection: string
  readonly mark: Pick<Mark, 'installation' | 'connection'>
  /** The tenant's connection as something else than this mark tells, if anything does. */
  readonly told: string | undefined
  /** Whether there is a connection of this name. */
  readonly exists: (connection: string) => boolean
  /** Whether marks that name no connection are this one's there, as it was the first. */
  readonly first: boolean
  /** Whether another connection that leads to this database was the first there. */
  readonly preceded: () => boolean
}

export function whoseDeparture(input: WhoseInput): Whose {
  const { installation, connection, mark, told, exists, first, preceded } = input
  const named = mark.connection ?? told
  if (named === connection) return 'ours'
  // The name of a former cluster's connection says nothing here.
  const isLocal = mark.installation === installation
  if (named !== undefined && isLocal) return exists(named) ? 'theirs' : 'unclear'
  if (first) return 'ours'
  // Also if nobody else is there any more: who came later does not inherit from who left.
  return isLocal && preceded() ? 'theirs' : 'unclear'
}
