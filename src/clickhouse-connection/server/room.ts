/** How much of this process a namespace's connections may keep busy. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { keyOf } from '../../api/object.ts'
import type { Fleet } from '../../clickhouse/fleet.ts'
import type { Account } from './observed.ts'

/** Each has sockets, a circuit and a client of its own. Sixteen connections with sixteen replicas have so many. */
export const mostEndpoints = 256

/** The account, unless the connection would open more endpoints than are left for its namespace. */
export function withinRoom(
  account: Account,
  connection: ClickHouseConnection,
  fleet: Pick<Fleet, 'endpointsIn'>,
): Account {
  const { namespace = '' } = connection.metadata
  const others = fleet.endpointsIn(namespace, keyOf(connection))
  if (account.kind !== 'ok' || others + connection.spec.endpoints.length <= mostEndpoints) return account
  const message = `The connections of this namespace have more than ${mostEndpoints} endpoints together, and this one is not looked at. Delete connections that nobody needs, or move some to another namespace.`
  return { kind: 'missing', problem: { reason: 'TooManyEndpoints', message } }
}
