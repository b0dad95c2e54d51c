/** Which servers answered at each endpoint, as the status keeps it. Pure. */
import type { ClickHouseConnection, ClickHouseConnectionStatus } from '../../api/clickhouse-connection.ts'
import type { KnownServers } from '../catalog/answering.ts'
import { parseTimestamp, toTimestamp } from '../../core/timestamp.ts'

type Listed = NonNullable<ClickHouseConnectionStatus['endpoints']>[number]
type ListedServers = Pick<Listed, 'server' | 'otherServers' | 'newServer' | 'serverSince'>

export function knownServers({ status }: ClickHouseConnection): ReadonlyMap<string, KnownServers> {
  const known = new Map<string, KnownServers>()
  for (const { url, ...listed } of status?.endpoints ?? []) {
    const servers = readServers(listed)
    if ((servers.server ?? servers.candidate) !== undefined || servers.others.length > 0)
      known.set(url, servers)
  }
  return known
}

function readServers({ server, otherServers = [], newServer, serverSince }: ListedServers): KnownServers {
  const since = serverSince === undefined ? undefined : parseTimestamp(serverSince)
  return { server, others: otherServers, candidate: newServer, since }
}

export function listServers({ server, others, candidate, since }: KnownServers): ListedServers {
  return {
    ...(server === undefined ? {} : { server }),
    ...(others.length === 0 ? {} : { otherServers: others }),
    ...(candidate === undefined ? {} : { newServer: candidate }),
    ...(since === undefined ? {} : { serverSince: toTimestamp(since) }),
  }
}
