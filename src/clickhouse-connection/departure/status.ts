/** What departures say in the status. Pure. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import { quoteIdentifier } from '../../clickhouse/quote.ts'
import { listText } from '../../core/text/list-text.ts'
import { idleWords, type Idle } from '../idle.ts'
import { keptAccess, type KeptObserved } from './kept-access.ts'
import type { DepartureObserved } from './observed.ts'
import type { DeparturePlan } from './plan.ts'

const mostListed = 20
const mostReasons = 5

/** Names the databases that cannot be emptied, and why. */
export function emptyingRemarks({
  emptyings: { tooBig, contested },
}: Pick<DeparturePlan, 'emptyings'>): readonly string[] {
  const said: string[] = []
  const list = (databases: readonly string[]): string =>
    listText(databases.map(quoteIdentifier).sort(), { most: mostListed })
  if (tooBig.length > 0) {
    said.push(
      `Databases of departed tenants have tables larger than max_table_size_to_drop, so nothing of them was dropped: ${list(tooBig)}. Drop those tables by hand, or raise the limit.`,
    )
  }
  const by = (who: 'tenant' | 'mark'): readonly string[] =>
    contested.filter(each => each.by === who).map(({ database }) => database)
  if (by('tenant').length > 0) {
    said.push(
      `Databases of departed tenants are not emptied, as a tenant that exists names them: ${list(by('tenant'))}. Assign them to it, or delete it; if its PartnerKey is not there, apply that again: without it they wait for a week at most.`,
    )
  }
  if (by('mark').length > 0) {
    said.push(
      `Databases of departed tenants are not emptied, as the endpoints have different marks on them: ${list(by('mark'))}. Find out whose they are; a replica may have been restored from an old backup.`,
    )
  }
  return said
}

/** Names the databases of departed tenants that nobody sees to, if there are any. */
export function unclearRemark({ unclear }: Pick<DepartureObserved, 'unclear'>): string | undefined {
  if (unclear.length === 0) return undefined
  const names = listText(unclear.map(quoteIdentifier), { most: mostListed })
  return `Nothing says whose these databases of departed tenants are, so no connection takes access or data from them: ${names}. Their mark names a connection that is not there, or none, and this connection was not the first on its server. Apply the tenant again and delete it once it is Ready; or see "lenskeeper orphans".`
}

/**
 * Says why what departed tenants left could not be seen to. It concerns nobody else, unless they keep access: then
 * ReaderVerified tells it.
 */
export function failedRemark(seen: KeptObserved, idle: Idle | undefined): string | undefined {
  const told = new Set(keptAccess(seen, idle).map(({ task }) => task?.key))
  const untold = [...seen.failed].filter(([task]) => !told.has(task))
  if (untold.length === 0) return undefined
  const why = new Set(untold.map(([, { error }]) => whyFailed(error)))
  const next = idle === undefined ? '; it is tried again' : `, and is not tried again ${idleWords[idle]}`
  return `Some of what departed tenants left could not be seen to${next}: ${listText([...why].sort(), { most: mostReasons })}.`
}

/** ClickHouse's errors have words of ours, and name the database and the remedy. */
export function whyFailed(error: unknown): string {
  if (error instanceof ClickHouseError && error.code !== 'aborted') return error.message
  if (error instanceof ClickHouseError) return 'ClickHouse takes long over it'
  return 'the API server did not say whether a tenant is gone'
}
