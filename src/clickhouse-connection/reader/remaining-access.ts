/** What roles leave open that was taken from the reader, or is to be. Pure. */
import { hostsOf } from '../../clickhouse/endpoint/host.ts'
import { toRun } from '../../clickhouse/printed-sql.ts'
import { quoteIdentifier } from '../../clickhouse/quote.ts'
import { revokeRole } from '../../clickhouse/statements.ts'
import { counted, listText } from '../../core/list-text.ts'
import type { Inventory } from '../departure/found/inventory.ts'
import type { Problem } from '../problem.ts'
import type { ReaderObserved } from './observed.ts'

export interface RemainingObserved extends Pick<ReaderObserved, 'connection' | 'endpoints'> {
  readonly inventory: Pick<Inventory, 'remaining'>
}

/** How many databases a message names. */
const mostNamed = 8

/** The operator takes no role: it may give more than this, and somebody gave it on purpose. */
export function remainingAccess({
  connection,
  endpoints,
  inventory: { remaining },
}: RemainingObserved): Problem | undefined {
  if (remaining.length === 0) return undefined
  const names = [...new Set(remaining.map(({ database }) => database))].toSorted()
  const roles = [...new Set(remaining.flatMap(each => each.roles))].toSorted()
  const where = endpoints.filter(({ url }) => remaining.some(each => each.url === url))
  const on = where.length === endpoints.length ? '' : ` on ${hostsOf(where)}`
  const revoke = toRun(...roles.map(role => revokeRole(role, connection.spec.reader.user)))
  const listed = listText(names.map(quoteIdentifier), { most: mostNamed })
  const [whose, what] =
    names.length === 1
      ? ['whose tenant is gone or has spec.access Withheld', 'it']
      : ['whose tenants are gone or have spec.access Withheld', 'them']
  const message = `By a role the reader may still read ${counted(names.length, 'database')} ${whose}, so old tokens open ${what}: ${listed}. The operator takes no role. Run${on}: ${revoke} The operator then grants by itself what other tenants are to have.`
  return { reason: 'AccessRemains', message }
}
