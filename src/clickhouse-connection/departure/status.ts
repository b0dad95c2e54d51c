/** What departures say in the status. Pure. */
import { annotations } from '../../api/labels.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import { listText } from '../../core/list-text.ts'
import { quoteIdentifier } from '../../clickhouse/quote.ts'
import type { Condition } from '../problem.ts'
import type { DepartureObserved } from './observed.ts'
import type { DeparturePlan } from './plan.ts'

const mostListed = 20
const mostReasons = 5

export function sweepHeld(
  { connection }: Pick<DepartureObserved, 'connection'>,
  { held }: DeparturePlan,
): Condition {
  const type = 'SweepHeld'
  if (held === undefined) {
    const count = connection.metadata.annotations?.[annotations.confirmSweep]
    // Only people remove the annotation, and it confirms any departures of that number.
    const left = ` The annotation ${annotations.confirmSweep} is still there, and would confirm the next departure of that many at once: remove it.`
    const message = `No departed tenant waits for a confirmation.${count === undefined ? '' : left}`
    return { type, status: 'False', reason: 'NothingToSweep', message }
  }
  const keys = held.tenants.map(({ namespace, name }) => `${namespace}/${name}`).sort()
  const names = listText(keys, { most: mostListed })
  const message = `${held.count} tenants are gone, more than spec.sweep.limit lets go at once, so none loses access: ${names}. Apply them again, or confirm with the annotation ${annotations.confirmSweep}: "${held.count}" on this object.`
  return { type, status: 'True', reason: 'SweepHeld', message }
}

/** Names the databases of departed tenants that nobody sees to, if there are any. */
export function unclearRemark({ unclear }: Pick<DepartureObserved, 'unclear'>): string | undefined {
  if (unclear.length === 0) return undefined
  const names = listText(unclear.map(quoteIdentifier), { most: mostListed })
  return `Nothing says whose these databases of departed tenants are, so no connection takes access or data from them: ${names}. Their mark names a connection that is not there, or none, while another connection leads or may lead to this ClickHouse. Apply the tenant again and delete it once it is Ready; or see "lenskeeper orphans".`
}

/** Names the databases that cannot be emptied, if there are any. */
export function tooBigRemark({ tooBig }: DeparturePlan): string | undefined {
  if (tooBig.length === 0) return undefined
  return `Databases of departed tenants have tables larger than max_table_size_to_drop, so nothing of them was dropped: ${listText(tooBig, { most: mostListed })}. Drop those tables by hand, or raise the limit.`
}

/** Says why what departed tenants left could not be seen to. It concerns nobody else. */
export function failedRemark({ failed }: Pick<DepartureObserved, 'failed'>): string | undefined {
  if (failed.size === 0) return undefined
  const why = new Set([...failed.values()].map(({ error }) => whyFailed(error)))
  return `Some of what departed tenants left could not be seen to; it is tried again: ${listText([...why].sort(), { most: mostReasons })}.`
}

/** ClickHouse's errors have words of ours, and name the database and the remedy. */
function whyFailed(error: unknown): string {
  if (error instanceof ClickHouseError && error.code !== 'aborted') return error.message
  if (error instanceof ClickHouseError) return 'ClickHouse takes long over it'
  return 'the API server did not say whether a tenant is gone'
}
